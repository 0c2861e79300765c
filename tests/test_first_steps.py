"""What a newcomer types and what stands in the files that start things."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
PROMISED = {"run", "test", "check", "up", "down", "bench", "docs", "env", "clean"}


def test_make_knows_every_promised_target_and_says_what_it_does():
    said = make("help", ROOT)

    assert set(re.findall(r"^  make ([a-z-]+) +\S", said, re.MULTILINE)) >= PROMISED
    assert make("", ROOT) == said


def test_make_env_draws_secrets_once_and_for_the_owner_alone(tmp_path: Path):
    for name in ("Makefile", ".env.example"):
        shutil.copy(ROOT / name, tmp_path / name)

    make("env", tmp_path)
    first = (tmp_path / ".env").read_text(encoding="utf-8")
    make("env", tmp_path)

    assert (tmp_path / ".env").read_text(encoding="utf-8") == first
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    drawn = re.findall(r"^([A-Z_]+)=([\w-]{43}=)$", first, re.MULTILINE)
    assert len(drawn) == len({value for _, value in drawn}) == 9
    assert "=<random>" not in first


def test_every_secret_of_the_containers_is_drawn_and_none_has_a_default():
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    secret = re.compile(r"\w*(?:PASSWORD|KEY|SECRET)\w*")

    used = set(re.findall(r"\$\{(\w+)", text))
    required = set(re.findall(r"\$\{(\w+):\?", text))
    drawn = set(re.findall(r"^(\w+)=<random>$", example, re.MULTILINE))

    assert {name for name in used if secret.fullmatch(name)} == required == drawn


def test_every_setting_of_the_containers_is_explained():
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    example = (ROOT / ".env.example").read_text(encoding="utf-8")

    unexplained = {
        name for name in re.findall(r"\$\{(\w+)", text) if f"{name}=" not in example
    }

    assert not unexplained


def test_containers_listen_locally_run_unprivileged_and_say_whether_they_are_well():
    for name, service in services().items():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), name
        assert service.get("user", "seller") not in ("root", "0"), name
        assert service["restart"] == ("no" if name == "init" else "unless-stopped")
        assert "healthcheck" in service or name == "init"


def test_containers_start_in_the_order_of_their_health():
    every = services()

    for name, service in every.items():
        for needed, how in service.get("depends_on", {}).items():
            wanted = "service_healthy"
            if every[needed]["restart"] == "no":
                wanted = "service_completed_successfully"
            assert how["condition"] == wanted, f"{name} needs {needed}"


def test_the_image_is_the_lock_file_and_the_code_and_nothing_else():
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()

    assert lines[0] == "FROM python:3.11-slim-bookworm"
    assert [line for line in lines if line.startswith("USER ")] == ["USER seller"]
    installs = [line for line in lines if "pip install" in line]
    assert all("--no-deps" in line for line in installs)
    assert "--require-hashes" in installs[0]


def test_state_and_secrets_stay_out_of_version_control_and_images():
    asked = ["git", "check-ignore", ".env", ".local/x", ".venv/x", ".local/secrets/x"]
    ignored = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True)
    if ignored.returncode == 128:  # an unpacked archive
        return

    assert len(ignored.stdout.split()) == 4
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*"


def services() -> dict[str, dict]:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["services"]


def make(target: str, folder: Path) -> str:
    done = subprocess.run(
        ["make", "--no-print-directory", *target.split()],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
