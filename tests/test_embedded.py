"""The embedded PostgreSQL keeps its data, whoever starts it and whoever kills it."""

from __future__ import annotations

import multiprocessing
import os
import pwd
import shutil
import signal
import site
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from homes import open_home

from seller_intel import embedded, embedded_programs
from seller_intel.embedded import EmbeddedError

ROOT = Path(__file__).resolve().parent.parent
NOBODY = pwd.getpwnam("nobody")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="changes the account")


@pytest.fixture
def home() -> Iterator[Path]:
    with open_home("embedded-") as folder:
        yield folder


def connect(server: embedded.Server) -> psycopg.Connection:
    return psycopg.connect(server.superuser_url(), autocommit=True)


def ask(server: embedded.Server, query: str) -> object:
    with connect(server) as connection:
        return connection.execute(query).fetchone()[0]


def remember(server: embedded.Server) -> None:
    with connect(server) as connection:
        connection.execute("create table kept as select 42 as answer")


def pid_file(home: Path) -> Path:
    return (home / "postgres").resolve() / "data" / "postmaster.pid"


def postmaster(home: Path) -> int:
    return int(pid_file(home).read_text().splitlines()[0])


def plant(home: Path, pid: int, lines: list[str]) -> None:
    """Leave the pid file of a server that is gone, its number somebody else's."""
    data = pid_file(home).parent
    pid_file(home).write_text("\n".join([str(pid), *lines[1:]]) + "\n")
    os.chown(pid_file(home), data.stat().st_uid, data.stat().st_gid)
    pid_file(home).chmod(0o600)


def kill_hard(home: Path) -> None:
    """Kill the server as a lost power supply would, and let nothing else clean up."""
    os.kill(postmaster(home), signal.SIGKILL)


def start_from_another_process(home: Path, user: int | None = None) -> str:
    code = (
        "import sys; from pathlib import Path; from seller_intel import embedded;"
        "print(embedded.start(Path(sys.argv[1])).port)"
    )
    return run_python(code, home, user=user)


def run_python(code: str, home: Path, user: int | None = None) -> str:
    identity = {"user": user, "group": user, "extra_groups": []} if user else {}
    done = subprocess.run(
        [sys.executable if user is None else python_of(user), "-c", code, str(home)],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        env={
            "PYTHONPATH": os.pathsep.join([str(ROOT), *site.getsitepackages()]),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        **identity,
    )
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


def python_of(user: int) -> str:
    """Return a Python of this release that an account may run with this checkout."""
    for python in (sys.executable, "/usr/bin/python3"):
        test = f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
        for command in ([python, "-c", test], ["/usr/bin/test", "-r", __file__]):
            try:
                subprocess.run(command, check=True, user=user, group=user, cwd="/")
            except (OSError, subprocess.CalledProcessError):
                break
        else:
            return python
    pytest.skip("the account may not read this checkout or has no Python")


def test_it_starts_once_and_keeps_its_port_and_its_rows(home):
    first = embedded.start(home)
    remember(first)

    assert embedded.start(home) == first == embedded.status(home)
    assert embedded.stop(home)
    assert embedded.status(home) is None
    assert not embedded.stop(home)
    assert embedded.address(home) == first == embedded.start(home)
    assert ask(first, "select answer from kept") == 42


def test_it_is_checked_utf8_behind_one_local_port_and_a_password(home):
    server = embedded.start(home)

    with connect(server) as connection:
        says = dict(
            connection.execute(
                "select name, setting from pg_settings where name in ("
                "'data_checksums', 'server_encoding', 'listen_addresses',"
                " 'unix_socket_directories', 'synchronous_commit', 'fsync', 'jit',"
                " 'password_encryption')"
            ).fetchall()
        )

    assert says == {
        "data_checksums": "on",
        "server_encoding": "UTF8",
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "synchronous_commit": "on",
        "fsync": "on",
        "jit": "off",
        "password_encryption": "scram-sha-256",
    }
    assert ask(server, "select version()").startswith("PostgreSQL 18")
    assert ask(server, "select lower('ÄЖ') || upper('é')") == "äжÉ"


def test_a_wrong_password_or_none_is_refused(home):
    server = embedded.start(home)

    for password in ("", "guess"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(
                host=server.host,
                port=server.port,
                user="postgres",
                password=password,
                dbname="postgres",
                passfile="/dev/null",
            )


def test_secrets_and_data_are_private(home):
    embedded.start(home)

    assert stat.S_IMODE((home / "secrets").stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "secrets/postgres").stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "postgres").stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "postgres/server.log").stat().st_mode) == 0o600
    assert not (home / "postgres/password").exists()


def test_it_outlives_who_started_it_and_obeys_another(home):
    port = int(start_from_another_process(home))

    assert embedded.status(home).port == port
    stopped = run_python(
        "import sys; from pathlib import Path; from seller_intel import embedded;"
        "print(embedded.stop(Path(sys.argv[1])))",
        home,
    )
    assert stopped == "True"
    assert embedded.status(home) is None


def test_processes_that_start_it_at_once_share_one_server(home):
    with multiprocessing.get_context("spawn").Pool(6) as pool:
        servers = pool.map(embedded.start, [home] * 6)

    assert len(set(servers)) == 1
    assert ask(servers[0], "select 1") == 1


def test_committed_rows_survive_kill_nine(home):
    server = embedded.start(home)
    remember(server)

    for _ in range(3):
        kill_hard(home)
        server = embedded.start(home)
        assert ask(server, "select answer from kept") == 42


def test_orphans_of_a_killed_server_do_not_stop_the_next(home):
    server = embedded.start(home)
    remember(server)
    busy = connect(server)
    backend = busy.info.backend_pid
    busy.pgconn.send_query(b"select count(*) from generate_series(1, 100000000000)")
    time.sleep(0.3)

    kill_hard(home)
    os.kill(backend, 0)  # it computes on, and has not noticed
    server = embedded.start(home)

    assert ask(server, "select answer from kept") == 42
    with pytest.raises(ProcessLookupError):
        os.kill(backend, 0)


def test_a_stale_pid_file_with_a_living_stranger_is_no_server(home):
    server = embedded.start(home)
    remember(server)
    lines = pid_file(home).read_text().splitlines()
    account = embedded_programs.account_for(home / "postgres")
    stranger = subprocess.Popen(
        ["/bin/sleep", "60"], user=account.pw_uid if account else None
    )
    kill_hard(home)
    time.sleep(0.5)
    plant(home, stranger.pid, lines)

    assert embedded.status(home) is None
    assert not embedded.stop(home)
    assert ask(embedded.start(home), "select answer from kept") == 42
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_stale_pid_file_with_the_number_of_another_server_is_no_server(home):
    with open_home("embedded-") as other_home:
        other = embedded.start(other_home)
        server = embedded.start(home)
        remember(server)
        lines = pid_file(home).read_text().splitlines()
        embedded.stop(home)
        plant(home, postmaster(other_home), lines)

        assert embedded.status(home) is None
        assert ask(embedded.start(home), "select answer from kept") == 42
        assert ask(other, "select 1") == 1
        assert embedded.status(other_home) == other


@pytest.mark.parametrize("content", ["", "x\n", "12", "999999999\n/nowhere\n"])
def test_a_mangled_pid_file_is_no_server(home, content):
    embedded.start(home)
    embedded.stop(home)
    pid_file(home).write_text(content)

    assert embedded.status(home) is None
    assert ask(embedded.start(home), "select 1") == 1


def test_a_server_whose_pid_file_was_deleted_gives_way(home):
    server = embedded.start(home)
    remember(server)
    pid_file(home).unlink()

    assert ask(embedded.start(home), "select answer from kept") == 42


def test_a_taken_port_is_left_to_its_owner(home):
    first = embedded.start(home)
    embedded.stop(home)

    with socket.create_server(("127.0.0.1", first.port)):
        second = embedded.start(home)

        assert second.port != first.port
        assert embedded.address(home) == second
        assert ask(second, "select 1") == 1
    embedded.stop(home)
    assert embedded.start(home).port == second.port


def test_two_homes_do_not_meet(home):
    with open_home("embedded-") as other_home:
        one, other = embedded.start(home), embedded.start(other_home)
        remember(one)

        assert one.port != other.port
        assert ask(other, "select to_regclass('kept') is null")
        assert embedded.stop(other_home)
        assert ask(one, "select answer from kept") == 42


def test_an_initialisation_cut_short_is_begun_again(home):
    embedded.start(home)
    embedded.stop(home)
    data = (home / "postgres").resolve() / "data"
    data.rename(data.with_name("draft"))

    assert ask(embedded.start(home), "select 1") == 1


def test_a_home_may_be_long_and_have_blanks(home):
    deep = home / ("with blanks & ünïcode " * 4).strip() / ("x" * 80)

    server = embedded.start(deep)
    try:
        assert ask(server, "select 1") == 1
    finally:
        assert embedded.stop(deep)


def test_a_home_that_cannot_be_quoted_is_refused_with_the_way_out(home):
    with pytest.raises(EmbeddedError, match="set SELLER_INTEL_HOME"):
        embedded.start(home / 'a"b')


def test_data_of_another_release_are_not_touched(home):
    embedded.start(home)
    embedded.stop(home)
    ((home / "postgres").resolve() / "data/PG_VERSION").write_text("17\n")

    with pytest.raises(EmbeddedError, match="made by PostgreSQL 17 and this is 18"):
        embedded.start(home)


def test_a_start_that_fails_says_why(home):
    embedded.start(home)
    embedded.stop(home)
    data = (home / "postgres").resolve() / "data"
    with (data / "postgresql.conf").open("a") as conf:
        conf.write("no_such_setting = 1\n")

    with pytest.raises(EmbeddedError, match="no_such_setting"):
        embedded.start(home)


def test_a_long_log_is_put_aside(home, monkeypatch):
    embedded.start(home)
    embedded.stop(home)
    monkeypatch.setattr(embedded, "_LOG_BYTES", 10)

    embedded.start(home)

    assert (home / "postgres/server.log.1").exists()


@needs_root
def test_root_leaves_the_server_to_an_account_without_its_rights(home):
    embedded.start(home)

    status = Path(f"/proc/{postmaster(home)}/status").read_text()
    user = next(line for line in status.splitlines() if line.startswith("Uid:"))
    assert int(user.split()[1]) == (home / "postgres").stat().st_uid != 0


@needs_root
def test_an_ordinary_user_runs_it_as_himself(home):
    mine = home / "mine"
    mine.mkdir()
    os.chown(mine, NOBODY.pw_uid, NOBODY.pw_gid)

    port = int(start_from_another_process(mine, user=NOBODY.pw_uid))

    assert (mine / "secrets/postgres").stat().st_uid == NOBODY.pw_uid
    assert embedded.status(mine).port == port
    assert embedded.stop(mine)


@needs_root
def test_a_home_of_somebody_else_is_refused_with_the_way_out(home):
    embedded.start(home)

    said = start_from_another_process(home, user=NOBODY.pw_uid + 1)

    assert "belongs to another user" in said


@needs_root
def test_below_a_folder_closed_to_the_account_the_data_live_elsewhere(
    home, monkeypatch
):
    monkeypatch.setattr(embedded_programs, "SHARED", home / "shared")
    closed = home / "closed"
    closed.mkdir(mode=0o700)

    server = embedded.start(closed / "checkout")
    try:
        remember(server)
        assert (closed / "checkout/postgres").resolve().parent == home / "shared"
        kill_hard(closed / "checkout")
        server = embedded.start(closed / "checkout")
        assert ask(server, "select answer from kept") == 42
    finally:
        assert embedded.stop(closed / "checkout")

    shutil.rmtree(home / "shared")
    with pytest.raises(EmbeddedError, match="which is gone"):
        embedded.start(closed / "checkout")


@needs_root
def test_programs_closed_to_the_account_are_copied_once(home, monkeypatch):
    monkeypatch.setattr(embedded_programs, "SHARED", home / "shared")
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    package = embedded_programs._installed().parent
    embedded_programs._copy_package(package, closed)
    installed = closed / package.name / embedded_programs._installed().name
    monkeypatch.setattr(embedded_programs, "_installed", lambda: installed)

    embedded.start(home)
    embedded.stop(home)
    embedded.start(home)

    assert len(list((home / "shared").iterdir())) == 1


@needs_root
def test_without_a_place_for_the_account_the_way_out_is_named(home, monkeypatch):
    monkeypatch.setattr(embedded_programs, "SHARED", Path("/proc/seller-intel"))
    closed = home / "closed"
    closed.mkdir(mode=0o700)

    with pytest.raises(EmbeddedError, match="every account may enter, such as /srv"):
        embedded.start(closed)
