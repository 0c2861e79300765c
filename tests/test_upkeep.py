"""Upkeep: a dump holds the warehouse and comes back, and old ones go."""

from __future__ import annotations

import stat
import subprocess

import pytest

from seller_intel import embedded, upkeep, warehouse
from seller_intel.upkeep import BackupFailed


def test_a_dump_is_restored_into_an_empty_database(postgres, server):
    postgres.execute("insert into ops.meta (key, value) values ('a', 'kept')")

    dump = upkeep.backup("20260131T060000")

    restored = "restored_from_dump"
    with warehouse.at(server.superuser_url(), autocommit=True) as session:
        session.execute(f"create database {restored}")
        try:
            target = server.superuser_url(restored)
            subprocess.run(
                [embedded.program("pg_restore"), f"--dbname={target}", dump], check=True
            )
            with warehouse.at(target) as beside:
                found = beside.value("select value from ops.meta where key = 'a'")
                owner = beside.value(
                    "select tableowner from pg_tables where tablename = 'meta'"
                )
        finally:
            session.execute(f"drop database {restored} with (force)")
    assert found == "kept"
    assert owner == "owner"


def test_a_dump_is_for_its_owner_alone(postgres):
    dump = upkeep.backup("20260131T060000")

    assert dump == postgres.home / "backups" / "20260131T060000.dump"
    assert stat.S_IMODE(dump.stat().st_mode) == 0o600
    assert stat.S_IMODE(dump.parent.stat().st_mode) == 0o700


def test_the_last_dumps_are_kept(postgres):
    folder = postgres.home / "backups"
    folder.mkdir()
    for day in range(1, 10):
        (folder / f"202601{day:02}T060000.dump").touch()

    upkeep.backup("20260131T060000")

    kept = sorted(path.name for path in folder.iterdir())
    assert len(kept) == upkeep.KEPT
    assert kept[0] == "20260104T060000.dump"
    assert kept[-1] == "20260131T060000.dump"


def test_a_dump_that_fails_leaves_nothing_and_says_why(postgres, monkeypatch):
    wrong = warehouse.url("owner").replace("/test_", "/no_such_")
    monkeypatch.setattr(warehouse, "url", lambda role: wrong)

    with pytest.raises(BackupFailed, match="does not exist"):
        upkeep.backup("20260131T060000")

    assert not list((postgres.home / "backups").iterdir())


def test_the_password_is_no_argument_of_the_dump(postgres, monkeypatch):
    seen = {}

    def run(command, **options):
        seen.update(command=[str(each) for each in command], **options)
        return subprocess.CompletedProcess(command, 1, "", "stopped here")

    monkeypatch.setattr(subprocess, "run", run)

    with pytest.raises(BackupFailed):
        upkeep.backup("20260131T060000")

    password = seen["env"]["PGPASSWORD"]
    assert len(password) > 20
    assert not any(password in argument for argument in seen["command"])


def test_vacuum_reaches_the_tables_of_raw_ops_and_core(postgres):
    postgres.execute("create table core.dim_things (id integer)", role="transformer")

    upkeep.vacuum()

    vacuumed = {
        row["relname"]
        for row in postgres.rows(
            "select relname from pg_stat_user_tables where last_vacuum is not null"
        )
    }
    assert {"dim_things", "loads", "files__orders"} <= vacuumed
