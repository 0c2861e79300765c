"""Readers never meet an error, a mix of versions or an empty mart."""

from __future__ import annotations

import multiprocessing
import random
import threading
import time
from contextlib import contextmanager

import pytest
from marts_at_hand import MARTS, build, release, run_no

from seller_intel import bridges, clock, published, warehouse
from seller_intel.published import Patience, ReadersTooSlow

IMPATIENT = Patience(lock_seconds=0.6, snapshot_seconds=0.6)
# Statements over both marts, in the order of their names and in the other one.
QUESTION = """
    select
        min(sales.run) as first_sales,
        max(sales.run) as last_sales,
        min(changes.run) as first_change,
        max(changes.run) as last_change,
        (select max(again.run) from marts.shop_sales_daily as again) as again,
        count(distinct sales.day_no) as days,
        count(distinct changes.line_no) as lines
    from {tables}
"""
BACKWARDS = QUESTION.format(
    tables="marts.shop_sales_daily as sales cross join marts.price_changes as changes"
)
FORWARDS = QUESTION.format(
    tables="marts.price_changes as changes cross join marts.shop_sales_daily as sales"
)


class Watch(threading.Thread):
    """A reader that asks without pause and keeps what was wrong."""

    def __init__(self, question=BACKWARDS, is_prepared=False, in_pairs=False):
        super().__init__(daemon=True)
        self.question = question
        self.stopping = threading.Event()
        self.wrong = []
        self.seen = set()
        self.answers = 0
        self.longest = 0.0
        self.is_prepared = is_prepared
        self.in_pairs = in_pairs
        self.url = warehouse.url("reader")

    def run(self):
        try:
            with warehouse.as_role("reader", autocommit=True) as session:
                if self.is_prepared:
                    session.connection.prepare_threshold = 0
                while not self.stopping.is_set():
                    self._ask(session)
        except Exception as error:
            self.wrong.append(repr(error))

    def _ask(self, session):
        if self.in_pairs:
            with session.connection.transaction():
                self._look(session.one(self.question))
                self._look(session.one("select * from marts.price_changes limit 1"))
            return
        began = time.monotonic()
        self._look(session.one(self.question))
        self.longest = max(self.longest, time.monotonic() - began)

    def _look(self, row):
        self.answers += 1
        if "days" not in row:
            return
        runs = {value for key, value in row.items() if key not in ("days", "lines")}
        self.seen |= runs
        if len(runs) != 1 or (row["days"], row["lines"]) != (20, 5):
            self.wrong.append(row)


@contextmanager
def watched(*watches):
    for watch in watches:
        watch.start()
    try:
        yield
    finally:
        for watch in watches:
            watch.stopping.set()
        for watch in watches:
            watch.join(timeout=20)


def test_readers_see_whole_versions_during_fifty_publications(postgres):
    release(run_no(0))
    watches = [
        Watch(),
        Watch(is_prepared=True),
        Watch(in_pairs=True),
        Watch(FORWARDS),
    ]
    changes = 0

    with watched(*watches):
        for number in range(1, 18):
            release(run_no(number), wider(number))
            published.rollback()
            published.publish(run_no(number))
            changes += 3

    assert changes >= 50
    assert [watch.wrong for watch in watches] == [[]] * len(watches)
    assert all(len(watch.seen) >= 17 for watch in watches)
    assert max(watch.longest for watch in watches) < 1.0


def wider(number):
    """Return the marts with a column more for every five publications."""
    extra = "".join(f", 1::bigint as extra_{each}" for each in range(number // 5 + 1))
    return {**MARTS, "shop_sales_daily": MARTS["shop_sales_daily"] + extra}


@contextmanager
def reading(isolation="read committed", role="reader", query="select 1 as one"):
    """Hold a transaction open that has asked something."""
    with warehouse.as_role(role) as session:
        session.execute(f"set transaction isolation level {isolation}")
        session.rows(query)
        yield session


def current_run(postgres):
    return postgres.value("select run from ops.publications where is_current")


def test_a_reader_with_an_old_snapshot_delays_the_publication(postgres):
    release(run_no(1))
    with reading("repeatable read") as old:
        build(run_no(2))

        with pytest.raises(ReadersTooSlow, match="reader"):
            published.publish(run_no(2), patience=IMPATIENT)

        assert old.one("select count(*) as n from marts.price_changes") == {"n": 5}
    assert current_run(postgres) == run_no(1)
    published.publish(run_no(2), patience=IMPATIENT)
    assert current_run(postgres) == run_no(2)


def test_publication_goes_on_as_soon_as_the_old_snapshot_is_gone(postgres):
    release(run_no(1))
    threads = []
    with reading("repeatable read"):
        build(run_no(2))
        threads.append(threading.Thread(target=published.publish, args=[run_no(2)]))
        threads[0].start()
        time.sleep(1)
        assert current_run(postgres) == run_no(1)

    threads[0].join(timeout=30)

    assert current_run(postgres) == run_no(2)


def test_readers_without_an_old_snapshot_do_not_delay_the_publication(postgres, server):
    release(run_no(1))
    with reading(), reading("repeatable read", role="loader"):
        build(run_no(2))
        with reading("repeatable read"):
            published.publish(run_no(2), patience=IMPATIENT)

    assert current_run(postgres) == run_no(2)


def test_a_transaction_in_another_database_does_not_delay_the_publication(
    postgres, server
):
    release(run_no(1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SELLER_INTEL_DSN", server.superuser_url("postgres"))
        elsewhere = warehouse.as_admin("postgres")
        session = elsewhere.__enter__()
    try:
        session.execute("set transaction isolation level repeatable read")
        assert session.value("select pg_current_xact_id() is not null as has_begun")
        build(run_no(2))

        published.publish(run_no(2), patience=IMPATIENT)
    finally:
        elsewhere.__exit__(None, None, None)

    assert current_run(postgres) == run_no(2)


def test_a_reader_who_holds_a_view_makes_publishing_yield(postgres):
    release(run_no(1))
    build(run_no(2))
    with reading(query="select * from marts.price_changes") as slow:
        with pytest.raises(ReadersTooSlow, match="locks were held"):
            published.publish(run_no(2), patience=IMPATIENT)

        assert slow.one("select min(run) as run from marts.price_changes") == {
            "run": run_no(1)
        }
    told = postgres.rows("select run_id, status from marts.run_passports order by 1")
    assert [row["status"] for row in told] == ["published", "failed"]
    published.publish(run_no(2), patience=IMPATIENT)
    assert current_run(postgres) == run_no(2)


def test_readers_of_a_version_do_not_delay_the_next(postgres):
    release(run_no(1))
    build(run_no(2))
    with reading(query=f"select * from marts_{run_no(1).lower()}.price_changes"):
        published.publish(run_no(2), patience=IMPATIENT)

    assert current_run(postgres) == run_no(2)


@pytest.mark.parametrize("is_busy", [False, True])
def test_publishing_killed_anywhere_leaves_one_version_and_can_be_repeated(
    postgres, is_busy
):
    chance = random.Random(20260131)
    context = multiprocessing.get_context("fork")
    release(run_no(0))
    killed_before = 0
    for number in range(1, 13):
        before = current_run(postgres)
        build(run_no(number))
        questions = [BACKWARDS, BACKWARDS, FORWARDS] if is_busy else []
        watches = [Watch(question) for question in questions]
        with watched(*watches):
            child = context.Process(target=published.publish, args=[run_no(number)])
            child.start()
            child.join(timeout=chance.uniform(0, 1 if is_busy else 0.4))
            child.kill()
            child.join()

            shown = seen(postgres)
            assert shown in ({before}, {run_no(number)})
            killed_before += shown == {before}
            if chance.random() < 0.7:
                published.publish(run_no(number))
                assert current_run(postgres) == run_no(number)
            else:
                postgres.execute("update ops.builds set heartbeat_at = null")

        assert seen(postgres) == {current_run(postgres)}
        assert [watch.wrong for watch in watches] == [[]] * len(watches)
    assert killed_before
    release(run_no(20))
    assert postgres.rows("select status, count(*) from ops.claims group by 1") == []
    assert bridges_left(postgres) == set()
    assert len(schemas(postgres)) == 3


def until(is_true):
    deadline = time.monotonic() + 30
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def bridges_left(postgres):
    with warehouse.as_role("owner") as session:
        return bridges.bridged(session)


def schemas(postgres):
    return postgres.rows("select 1 from pg_namespace where nspname like 'marts\\_%'")


def test_views_are_plain_again_after_a_publication_over_bridges(postgres, caplog):
    caplog.set_level("INFO", logger="seller_intel.changeover")
    release(run_no(1))
    build(run_no(2), wider(1))
    thread = threading.Thread(target=published.publish, args=[run_no(2)])
    with reading(query="select 1 as a from marts.shop_sales_daily") as slow:
        thread.start()
        until(lambda: "going over bridges" in caplog.text)

        assert slow.one("select min(run) as run from marts.price_changes") == {
            "run": run_no(1)
        }
    thread.join(timeout=30)

    assert seen(postgres) == {run_no(2)}
    assert bridges_left(postgres) == set()
    assert postgres.value("select extra_0 from marts.shop_sales_daily limit 1") == 1


def test_bridges_change_sides_together_when_the_publication_is_written(postgres):
    release(run_no(1))
    release(run_no(2))
    with warehouse.as_role("owner", autocommit=True) as session:
        for name in MARTS:
            schema = clock.schema_of(run_no(1))
            bridges.bridge(session, name, run_no(1), schema, lock_ms=200)
    assert seen(postgres) == {run_no(2)}

    published.rollback()

    assert seen(postgres) == {run_no(1)}
    assert bridges_left(postgres) == set()


def seen(postgres):
    """Return the runs that the marts show, each counted whole."""
    row = postgres.rows(FORWARDS)[0]
    assert (row["days"], row["lines"]) == (20, 5)
    return {value for key, value in row.items() if key not in ("days", "lines")}
