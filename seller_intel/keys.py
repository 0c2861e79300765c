"""Generated passwords and keys: made once, kept in HOME, for the owner alone."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


def keep(folder: Path, name: str) -> str:
    """Return the secret of this name, making it at the first call."""
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make(path, secrets.token_urlsafe(32))
    return path.read_text(encoding="utf-8").strip()


def _make(path: Path, value: str) -> None:
    """Write a secret whole or not at all; the first of two writers wins."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(value)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()
