"""The PostgreSQL that comes with pip: initialise it, start it, find it, stop it."""

from __future__ import annotations

import fcntl
import hashlib
import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from seller_intel import keys
from seller_intel.embedded_process import clear_leftovers, is_free, pid_of, port_of
from seller_intel.embedded_programs import (
    MAJOR,
    Account,
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
    "start",
    "status",
    "stop",
]

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
SUPERUSER = "postgres"
# Below the ports that systems lend to outgoing connections, so that a server that was
# stopped still finds its own free.
_PORTS = range(20_000, 30_000)
_LOG_BYTES = 10_000_000
_START_SECONDS = 600  # after a crash the server first replays up to max_wal_size
_STOP_SECONDS = 120
# Where an account has less shared memory than this, as in most containers, parallel
# queries exchange their rows through files instead.
_SHARED_MEMORY = 1_000_000_000

# Written into postgresql.conf when the data folder is made, and the owner's to change
# there. Sized for two cores and a laptop's memory.
_SETTINGS = {
    "shared_buffers": "512MB",
    "effective_cache_size": "4GB",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "max_connections": "100",
    "random_page_cost": "1.1",
    # Compiling a query costs more than it saves at this size.
    "jit": "off",
    # Nobody replicates this server, so a bulk load into a new table need not be logged.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    # One way in, with a password. A socket's path may be too long for the system.
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}


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
    with _locked(home):
        return status(home) or _start(home)


def stop(home: Path) -> bool:
    """Stop the server of this home; return whether there was one to stop."""
    if not _folder(home).exists():
        return False
    with _locked(home):
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
        _initialise(programs, account, folder, home)
    _check_release(data)
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


def _initialise(programs: Path, account: Account, folder: Path, home: Path) -> None:
    """Make the data folder, whole or not at all."""
    draft, password = folder / "draft", folder / "password"
    shutil.rmtree(draft, ignore_errors=True)  # of an initialisation cut short
    password.unlink(missing_ok=True)
    # Handed over in a file, so that it never stands in the list of processes.
    secret = keys.keep(home / "secrets", SUPERUSER)
    run_as(account, "/bin/sh", "-c", 'cat > "$0"', password, text=secret)
    said = run_as(
        account,
        programs / "initdb",
        f"--pgdata={draft}",
        f"--username={SUPERUSER}",
        f"--pwfile={password}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        # PostgreSQL's own collation: one order and one idea of upper and lower case on
        # every system, and no index to rebuild when a system library changes.
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--locale=C",
        "--data-checksums",
        "--no-instructions",
        *(f"--set={name}={value}" for name, value in _SETTINGS.items()),
    )
    password.unlink(missing_ok=True)
    if said.code != 0:
        raise EmbeddedError(f"PostgreSQL cannot be initialised:\n{said.words}")
    draft.rename(folder / "data")


def _check_release(data: Path) -> None:
    made_by = (data / "PG_VERSION").read_text().strip()
    if made_by != str(MAJOR):
        raise EmbeddedError(
            f"{data} was made by PostgreSQL {made_by} and this is {MAJOR}: dump it with"
            " the release that made it, move it away, and restore the dump"
        )


def _options(port: int) -> str:
    given = [f"-c port={port}"]
    memory = Path("/dev/shm")
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


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    """Let one process at a time start or stop the server of a home."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "postgres.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _folder(home: Path) -> Path:
    return home / "postgres"


def _data(home: Path) -> Path:
    return _folder(home).resolve() / "data"


def _port_file(home: Path) -> Path:
    return home / "postgres.port"
