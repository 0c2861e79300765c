"""Patience: how long publishing waits for readers, and makes them wait at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from seller_intel.warehouse import errors

Result = TypeVar("Result")


class ReadersTooSlow(RuntimeError):
    """Readers held what a publication needs for too long; the old version stays."""


class ViewBusy(RuntimeError):
    """Readers did not let go of a view in time; its name says which."""

    def __init__(self, name: str):
        super().__init__(f"readers hold marts.{name}")
        self.name = name


@dataclass(frozen=True)
class Patience:
    """How long to wait for locks and for old snapshots, and how long at a time."""

    lock_seconds: float = 900
    snapshot_seconds: float = 70
    lock_ms: float = 200
    pause_seconds: float = 0.05
    longest_pause_seconds: float = 5

    def begin(self) -> Trial:
        """Start the time that all tries for locks have together."""
        return Trial(self, time.monotonic() + self.lock_seconds)


@dataclass(frozen=True)
class Trial:
    """One publication's tries, with a common end."""

    patience: Patience
    deadline: float

    def until_done(
        self, attempt: Callable[[], Result], and_views: bool = True
    ) -> Result:
        """Repeat an attempt while others hold what it needs, with time between.

        Without `and_views`, a view that readers hold is told to the caller instead.
        """
        pause = self.patience.pause_seconds
        while True:
            try:
                return attempt()
            except (
                ViewBusy,
                errors.LockNotAvailable,
                errors.DeadlockDetected,
            ) as error:
                if isinstance(error, ViewBusy) and not and_views:
                    raise
                if time.monotonic() + pause > self.deadline:
                    raise ReadersTooSlow(
                        f"locks were held for {self.patience.lock_seconds:.0f} s:"
                        f" {str(error).splitlines()[0]}"
                    ) from error
            time.sleep(pause)
            pause = min(pause * 2, self.patience.longest_pause_seconds)
