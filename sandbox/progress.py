"""What a person sees while the line runs; what programs say goes into a file."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

# A line of its own to the terminal, which stays when the other one is turned aside.
err = Console(file=os.fdopen(os.dup(2), "w"), soft_wrap=True)


@contextmanager
def told(what: str, log: Path) -> Iterator[None]:
    """Say what is going on and how long it took; let programs write to the log."""
    began = time.monotonic()
    with _aside(log):
        if err.is_terminal:
            with err.status(what):
                yield
        else:
            yield
    err.print(f"{what}: {time.monotonic() - began:.0f} s", highlight=False)


def failed(text: str) -> None:
    """Say that something failed."""
    err.print(f"failed: {text}", style="red", markup=False, highlight=False)


@contextmanager
def _aside(log: Path) -> Iterator[None]:
    """Send what this process and its children print to a file for a while."""
    log.parent.mkdir(parents=True, exist_ok=True)
    kept = {stream: os.dup(stream.fileno()) for stream in (sys.stdout, sys.stderr)}
    with log.open("ab") as file:
        for stream in kept:
            stream.flush()
            os.dup2(file.fileno(), stream.fileno())
    try:
        yield
    finally:
        for stream, before in kept.items():
            stream.flush()
            os.dup2(before, stream.fileno())
            os.close(before)
