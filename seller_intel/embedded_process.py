"""The processes of an embedded server: which serve a data folder, which were left."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

import psutil

from seller_intel.embedded_data import HOST
from seller_intel.embedded_programs import Account, EmbeddedError, run_as

_PATIENCE = 5.0
# What a client sends to ask for an encrypted connection. Any PostgreSQL replies with
# one letter, before it knows who asks.
_SSL_REQUEST = bytes.fromhex("0000000804d2162f")
_PORT_LINE, _STATUS_LINE = 3, 7


def pid_of(data: Path, account: Account) -> int | None:
    """Return the server process of a data folder, never another that got its number."""
    lines = _pid_file(data)
    if not lines or not lines[0].strip().isdigit():
        return None
    pid = int(lines[0])
    return pid if _works_in(pid, data, account) else None


def port_of(data: Path) -> int | None:
    """Return where the server of a data folder accepts connections, if it says so."""
    lines = _pid_file(data)
    if len(lines) <= _STATUS_LINE or lines[_STATUS_LINE].strip() != "ready":
        return None
    port = int(lines[_PORT_LINE])
    return port if _answers(port) else None


def is_free(port: int) -> bool:
    """Tell whether a server could listen on a port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def clear_leftovers(data: Path, account: Account) -> None:
    """End what a killed server left behind: its orphans, then its pid file.

    PostgreSQL believes a pid file whose number belongs to a process again, whatever
    that is; and it refuses to start while an orphan still holds its shared memory.
    """
    for sent in (signal.SIGQUIT, signal.SIGKILL):
        orphans = _processes_in(data, account)
        for orphan in orphans:
            try:
                orphan.send_signal(sent)
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(orphans, timeout=_PATIENCE)
    left = _processes_in(data, account)
    if left:
        raise EmbeddedError(
            f"processes {', '.join(str(orphan.pid) for orphan in left)} still use"
            f" {data} and cannot be ended"
        )
    (data / "postmaster.pid").unlink(missing_ok=True)


def _processes_in(data: Path, account: Account) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["name"])
        if process.info["name"] == "postgres" and _works_in(process.pid, data, account)
    ]


def _works_in(pid: int, data: Path, account: Account) -> bool:
    """Tell whether a process is a PostgreSQL that works in the data folder."""
    try:
        process = psutil.Process(pid)
        if process.name() != "postgres" or process.status() == psutil.STATUS_ZOMBIE:
            return False
        return Path(process.cwd()) == data
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        # Root in a container may not look at other accounts' processes; they may.
        said = run_as(account, "/bin/sh", "-c", 'readlink "$0"', f"/proc/{pid}/cwd")
        return said.words == str(data)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=_PATIENCE) as probe:
            probe.sendall(_SSL_REQUEST)
            return probe.recv(1) in (b"N", b"S")
    except OSError:
        return False


def _pid_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return []
    except PermissionError as error:
        raise EmbeddedError(
            f"{data} belongs to another user: run as that user, or set"
            " SELLER_INTEL_HOME to a folder of your own"
        ) from error
