"""The PostgreSQL that comes with pip: initialise it, start it, find it, stop it."""

from __future__ import annotations

import hashlib
import logging
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from seller_intel import file_locks, keys
from seller_intel.embedded_data import HOST, SUPERUSER, check_release, initialise
from seller_intel.embedded_process import clear_leftovers, is_free, pid_of, port_of
from seller_intel.embedded_programs import (
    MAJOR,
    EmbeddedError,
    account_for,
    folder_for,
    programs_for,
    run_as,
)

__all__ = [
    "EmbeddedError",
    "Server",
    "address",
    "program",
    "remove",
    "start",
    "status",
    "stop",
]

log = logging.getLogger(__name__)

# Below the ports that systems lend to outgoing connections, so that a server that was
# stopped still finds its own free.
_PORTS = range(20_000, 30_000)
_LOG_BYTES = 10_000_000
_START_SECONDS = 600  # after a crash the server first replays up to max_wal_size
_STOP_SECONDS = 120
# Where an account has less shared memory than this, as in most containers, parallel
# queries exchange their rows through files instead.
_SHARED_MEMORY = 1_000_000_000


@dataclass(frozen=True)
class Server:
    """Where the server of one home listens."""

    host: str
    port: int
    home: Path

    def superuser_url(self, database: str = SUPERUSER) -> str:
        """Return the URL of the administrator, which init alone needs."""
        return self.login_url(database, SUPERUSER)

    def login_url(self, database: str, user: str = "seller_intel") -> str:
        """Return the URL of a login whose password is kept in this home."""
        password = quote(keys.keep(self.home / "secrets", user), safe="")
        return f"postgresql://{user}:{password}@{self.host}:{self.port}/{database}"


def address(home: Path) -> Server:
    """Return where the server of this home listens, or would, without asking it."""
    return Server(HOST, _kept_port(home), home)


def status(home: Path) -> Server | None:
    """Return the server of this home if it runs and answers, else None."""
    if not _folder(home).exists():
        return None
    data = _data(home)
    if not pid_of(data, account_for(_folder(home))):
        return None
    port = port_of(data)
    return Server(HOST, port, home) if port else None


def start(home: Path) -> Server:
    """Make sure the server of this home runs, initialising it first; return it."""
    found = status(home)
    if found:
        return found
    home.mkdir(parents=True, exist_ok=True)
    with file_locks.held(home / "postgres.lock"):
        return status(home) or _start(home)


def stop(home: Path) -> bool:
    """Stop the server of this home; return whether there was one to stop."""
    if not _folder(home).exists():
        return False
    with file_locks.held(home / "postgres.lock"):
        account, data = account_for(_folder(home)), _data(home)
        if not pid_of(data, account):
            return False
        pg_ctl = programs_for(account) / "pg_ctl"
        for mode in ("fast", "immediate"):
            said = run_as(
                account,
                *(pg_ctl, "stop", "-D", data, "-m", mode),
                *("-w", "-t", str(_STOP_SECONDS)),
            )
            if not pid_of(data, account):
                return True
        raise EmbeddedError(f"the server in {data} does not stop: {said.words}")


def remove(home: Path) -> None:
    """Stop the server of this home and delete its data, wherever they really are."""
    stop(home)
    folder = _folder(home)
    if folder.is_symlink():
        shutil.rmtree(folder.resolve(), ignore_errors=True)
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)


def program(name: str) -> Path:
    """Return a client program of the server's own release, such as pg_dump."""
    return programs_for(None) / name


def _start(home: Path) -> Server:
    account = account_for(_folder(home))
    programs = programs_for(account)
    folder = folder_for(account, _folder(home))
    _refuse_unquotable(programs, folder)
    data = folder / "data"
    if not (data / "PG_VERSION").exists():
        password = keys.keep(home / "secrets", SUPERUSER)
        initialise(programs, account, folder, password)
    check_release(data)
    if pid_of(data, account):
        return _awaited(home)
    clear_leftovers(data, account)
    for port in _free_ports(home):
        began = _rotated(folder / "server.log")
        said = run_as(
            account,
            *(programs / "pg_ctl", "start", "-D", data, "-o", _options(port)),
            *("-l", folder / "server.log", "-w", "-t", str(_START_SECONDS)),
        )
        if said.code == 0:
            _port_file(home).write_text(f"{port}\n")
            log.info("PostgreSQL %s listens on %s:%s", MAJOR, HOST, port)
            return Server(HOST, port, home)
        words = _since(folder / "server.log", began) or said.words
        if "Address already in use" not in words:
            break
    raise EmbeddedError(f"PostgreSQL did not start in {data}:\n{words}")


def _awaited(home: Path) -> Server:
    """Wait for a server that somebody else started and that does not answer yet."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        found = status(home)
        if found:
            return found
        if not pid_of(_data(home), account_for(_folder(home))):
            return _start(home)
        time.sleep(0.2)
    raise EmbeddedError(f"the server in {_data(home)} runs and does not answer")


def _options(port: int) -> str:
    given = [f"-c port={port}"]
    memory = Path("/dev/shm")  # noqa: S108 - it is asked for its size, not used
    if memory.exists() and shutil.disk_usage(memory).total < _SHARED_MEMORY:
        given.append("-c dynamic_shared_memory_type=mmap")
    return " ".join(given)


def _free_ports(home: Path) -> Iterator[int]:
    """Yield the port kept for this home and then others, as far as they are free."""
    first = _kept_port(home)
    for step in range(100):
        port = first if not step else _PORTS[(first + step) % len(_PORTS)]
        if is_free(port):
            yield port
    raise EmbeddedError(f"no free port near {first} on {HOST}")


def _kept_port(home: Path) -> int:
    if _port_file(home).exists():
        return int(_port_file(home).read_text())
    digest = hashlib.sha256(str(home.resolve()).encode()).hexdigest()
    return _PORTS[int(digest[:8], 16) % len(_PORTS)]


def _rotated(path: Path) -> int:
    """Put a long log aside; return where the next words will begin."""
    if not path.exists():
        return 0
    size = path.stat().st_size
    if size < _LOG_BYTES:
        return size
    path.rename(path.with_name(f"{path.name}.1"))
    return 0


def _since(path: Path, began: int) -> str:
    if not path.exists():
        return ""
    return path.read_bytes()[began:].decode(errors="replace").strip()


def _refuse_unquotable(*paths: Path) -> None:
    for path in paths:
        if set(str(path)) & set('"$`\\\n'):
            raise EmbeddedError(
                f'{path}: PostgreSQL cannot start from a folder with one of " $ ` \\ in'
                " its name; set SELLER_INTEL_HOME to another one"
            )


def _folder(home: Path) -> Path:
    return home / "postgres"


def _data(home: Path) -> Path:
    return _folder(home).resolve() / "data"


def _port_file(home: Path) -> Path:
    return home / "postgres.port"
