"""Background processes that are known by number and birth, and stop when told."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

_PATIENCE = 30.0
# Two readings of one process's birth may differ by a tick of the system's clock.
_TICK = 0.05


@dataclass(frozen=True)
class Started:
    """One process that was started: the leader of a session of its own."""

    name: str
    pid: int
    born: float


def start(
    name: str, command: Sequence[str], environment: Mapping[str, str], log: Path
) -> Started:
    """Start a command in the background, in a session of its own."""
    with log.open("ab") as said:
        child = subprocess.Popen(
            list(command),
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Started(name, child.pid, psutil.Process(child.pid).create_time())


def is_running(started: Started) -> bool:
    """Tell whether the process still runs, and not another with its number."""
    return _leader(started) is not None


def stop(started: Sequence[Started]) -> list[str]:
    """End the processes and all their descendants; return the names that were there."""
    there = {each.name: _members(each) for each in started}
    everybody = [process for members in there.values() for process in members]
    # The leaders first: they end their own children in good order.
    leaders = [leader for each in started if (leader := _leader(each))]
    _signal(leaders, "terminate")
    psutil.wait_procs(leaders, timeout=_PATIENCE)
    for verb in ("terminate", "kill"):
        left = [process for each in started for process in _members(each)]
        left += [process for process in everybody if process.is_running()]
        _signal(left, verb)
        psutil.wait_procs(left, timeout=_PATIENCE / 3)
    return [name for name, members in there.items() if members]


def write(path: Path, started: Sequence[Started]) -> None:
    """Keep which processes were started."""
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps([asdict(each) for each in started]), encoding="utf-8")
    draft.replace(path)


def read(path: Path) -> list[Started]:
    """Return which processes were started, none where nothing readable is kept."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return [Started(**each) for each in kept]
    except (OSError, ValueError, TypeError):
        return []


def _leader(started: Started) -> psutil.Process | None:
    """Return the process that was started, if it runs and is the same."""
    try:
        process = psutil.Process(started.pid)
        gone = process.status() == psutil.STATUS_ZOMBIE
        return process if _is_same(process, started) and not gone else None
    except psutil.NoSuchProcess:
        return None


def _is_same(process: psutil.Process, started: Started) -> bool:
    return abs(process.create_time() - started.born) < _TICK


def _is_anothers(started: Started) -> bool:
    """Tell whether the number belongs to a process that was not started here."""
    try:
        return not _is_same(psutil.Process(started.pid), started)
    except psutil.NoSuchProcess:
        return False


def _members(started: Started) -> list[psutil.Process]:
    """Return the processes of the session, and those that left it for one of their own.

    A system gives a session's number to no new process while a member lives. So where
    that number belongs to somebody else now, the session has ended.
    """
    if _is_anothers(started):
        return []
    found = {process.pid: process for process in _in_session(started)}
    for process in list(found.values()):
        try:
            found |= {each.pid: each for each in process.children(recursive=True)}
        except psutil.NoSuchProcess:
            continue
    return list(found.values())


def _in_session(started: Started) -> list[psutil.Process]:
    members = []
    for process in psutil.process_iter():
        try:
            if (
                os.getsid(process.pid) == started.pid
                and process.status() != psutil.STATUS_ZOMBIE
                and process.create_time() > started.born - _TICK
            ):
                members.append(process)
        except (psutil.NoSuchProcess, ProcessLookupError, PermissionError):
            continue
    return members


def _signal(processes: Sequence[psutil.Process], verb: str) -> None:
    for process in processes:
        try:
            getattr(process, verb)()
        except psutil.NoSuchProcess:
            continue
