"""The data folder of the embedded server: how it is made, and what is set in it."""

from __future__ import annotations

import shutil
from pathlib import Path

from seller_intel.embedded_programs import MAJOR, Account, EmbeddedError, run_as

HOST = "127.0.0.1"
SUPERUSER = "postgres"
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


def initialise(programs: Path, account: Account, folder: Path, password: str) -> None:
    """Make the data folder, whole or not at all."""
    draft, handed_over = folder / "draft", folder / "password"
    shutil.rmtree(draft, ignore_errors=True)  # of an initialisation cut short
    handed_over.unlink(missing_ok=True)
    # In a file, so that it never stands in the list of processes.
    run_as(account, "/bin/sh", "-c", 'cat > "$0"', handed_over, text=password)
    said = run_as(
        account,
        programs / "initdb",
        f"--pgdata={draft}",
        f"--username={SUPERUSER}",
        f"--pwfile={handed_over}",
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
    handed_over.unlink(missing_ok=True)
    if said.code != 0:
        raise EmbeddedError(f"PostgreSQL cannot be initialised:\n{said.words}")
    draft.rename(folder / "data")


def check_release(data: Path) -> None:
    """Refuse data that another major release made."""
    made_by = (data / "PG_VERSION").read_text().strip()
    if made_by != str(MAJOR):
        raise EmbeddedError(
            f"{data} was made by PostgreSQL {made_by} and this is {MAJOR}: dump it with"
            " the release that made it, move it away, and restore the dump"
        )
