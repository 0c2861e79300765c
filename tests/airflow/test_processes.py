"""Background processes: stopped with all their children, and never a stranger."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from orchestration import processes
from orchestration.processes import Started

STUBBORN = (
    "import signal, subprocess, sys, time\n"
    "child = 'import time; time.sleep(600)'\n"
    "subprocess.Popen([sys.executable, '-c', child])\n"
    "subprocess.Popen([sys.executable, '-c', child], start_new_session=True)\n"
    "print('ready', flush=True)\n"
    "time.sleep(600)\n"
)


def test_a_process_is_stopped_with_all_its_children(tmp_path):
    started, everybody = family(tmp_path)

    assert processes.is_running(started)
    assert processes.stop([started]) == ["family"]
    assert not alive(everybody)
    assert not processes.is_running(started)


@pytest.mark.parametrize("is_reaped", [True, False])
def test_children_of_a_killed_process_are_stopped(tmp_path, is_reaped):
    started, everybody = family(tmp_path, in_one_session=True)
    os.kill(started.pid, signal.SIGKILL)
    options = os.WEXITED | (0 if is_reaped else os.WNOWAIT)
    os.waitid(os.P_PID, started.pid, options)

    assert alive(everybody)
    assert processes.stop([started]) == ["family"]
    assert not alive(everybody)


def test_a_stranger_with_the_same_number_is_left_alone():
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE
    ) as it:
        stale = Started("gone", it.pid, psutil.Process(it.pid).create_time() - 100)

        assert not processes.is_running(stale)
        assert processes.stop([stale]) == []
        assert it.poll() is None
        it.communicate(b"\n")


def test_what_was_started_is_known_later(tmp_path):
    started = [Started("a", 1, 2.5), Started("b", 3, 4.5)]

    processes.write(tmp_path / "kept.json", started)

    assert processes.read(tmp_path / "kept.json") == started


def test_a_file_that_is_missing_or_garbled_names_nobody(tmp_path):
    (tmp_path / "garbled").write_text("{", encoding="utf-8")
    (tmp_path / "other").write_text('[{"pid": 1}]', encoding="utf-8")

    for name in ("missing", "garbled", "other"):
        assert processes.read(tmp_path / name) == []


def family(
    folder: Path, in_one_session: bool = False
) -> tuple[Started, list[psutil.Process]]:
    """Start a process with two children; return it and all three."""
    code = (
        STUBBORN.replace(", start_new_session=True", "") if in_one_session else STUBBORN
    )
    log = folder / "log"
    started = processes.start(
        "family", [sys.executable, "-c", code], {"PATH": "/usr/bin:/bin"}, log
    )
    while "ready" not in log.read_text(encoding="utf-8"):
        time.sleep(0.05)
    parent = psutil.Process(started.pid)
    return started, [parent, *parent.children(recursive=True)]


def alive(everybody: list[psutil.Process]) -> list[psutil.Process]:
    return [
        each
        for each in everybody
        if each.is_running() and each.status() != psutil.STATUS_ZOMBIE
    ]
