"""The files of this project, for tests that read what is written in them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DBT = ROOT / "dbt_project"


def project_files() -> list[Path]:
    """Return the files that are or will be under version control."""
    return list(_listed())


def _listed() -> Iterator[Path]:
    generated = {"requirements.lock", "requirements.excludes", "LICENSE"}
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if asked.returncode == 0:
        names = [name for name in asked.stdout.decode().split("\0") if name]
    else:  # an unpacked archive
        names = [
            path.relative_to(ROOT).as_posix()
            for path in ROOT.rglob("*")
            if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
        ]
    for name in sorted(set(names) - generated):
        path = ROOT / name
        if not path.is_file():  # removed and not committed yet, or a folder
            continue
        if "fixtures" not in path.parts and b"\0" not in path.read_bytes()[:8000]:
            yield path


def sql_files() -> list[Path]:
    """Return the files of SQL."""
    return [path for path in project_files() if path.suffix == ".sql"]


def names_of(paths: list[Path]) -> str:
    """Return paths as they stand in the checkout, in one line."""
    return ", ".join(path.relative_to(ROOT).as_posix() for path in paths)


def lines_with(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    """Return where a pattern stands outside comments, as file and line."""
    return [
        f"{path.relative_to(ROOT)}:{number}"
        for path in paths
        for number, line in enumerate(without_comments(path).splitlines(), 1)
        if pattern.search(line)
    ]


def without_comments(path: Path) -> str:
    """Return the text of a file, without the comments if it is SQL."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return strip_comments(text) if path.suffix == ".sql" else text


def strip_comments(text: str) -> str:
    """Blank out comments of SQL and of templates, and keep the line numbers."""
    return re.sub(
        r"--[^\n]*|/\*.*?\*/|{#.*?#}",
        lambda found: "\n" * found.group().count("\n"),
        text,
        flags=re.DOTALL,
    )
