"""File locks: one process at a time does what must not be done twice at once."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock of a file, waiting until whoever holds it lets go or dies.

    Its folder must be there. It keeps apart the processes of one machine, and its
    threads; on a shared volume those of several machines too, where its file system
    carries flock.
    """
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
