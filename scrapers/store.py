"""Kept pages: compressed, named by the hash of their content, each kept once."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from pathlib import Path

import fsspec
from isal import igzip

_LEVEL = 1


class PageMissing(LookupError):
    """A page that was kept once is not there any more."""


def digest_of(body: bytes) -> str:
    """Return the name a body is kept under."""
    return hashlib.sha256(body).hexdigest()


def put(root: str, body: bytes) -> str:
    """Keep a body, once; return its name."""
    digest = digest_of(body)
    place = _place(root, digest)
    if "://" not in root:
        path = Path(place)
        if not path.exists():
            _write(path, igzip.compress(body, _LEVEL, mtime=0))
        return digest
    file_system, path = fsspec.core.url_to_fs(place)
    if not file_system.exists(path):
        file_system.pipe_file(path, igzip.compress(body, _LEVEL, mtime=0))
    return digest


def get(root: str, digest: str) -> bytes:
    """Return a kept body."""
    file_system, path = fsspec.core.url_to_fs(_place(root, digest))
    try:
        packed = file_system.cat_file(path)
        body = igzip.decompress(packed)
    except FileNotFoundError as error:
        raise PageMissing(f"page {digest} is not kept any more") from error
    except (OSError, EOFError) as error:
        raise PageMissing(f"page {digest} is damaged: {error}") from error
    if digest_of(body) != digest:
        raise PageMissing(f"page {digest} is not what its name says")
    return body


def is_at_hand(root: str | None, digest: str | None) -> bool:
    """Tell at once whether a page is kept; of a store far away it cannot be told."""
    if not root or not digest or "://" in root:
        return False
    return Path(_place(root, digest)).exists()


def _place(root: str, digest: str) -> str:
    return f"{root.rstrip('/')}/content/{digest[:2]}/{digest}.gz"


def _write(path: Path, packed: bytes) -> None:
    """Write a file whole or not at all."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        try:
            draft.write_bytes(packed)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(packed)
        draft.replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()
