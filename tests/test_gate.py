"""The gate: marts that are not believable do not pass, and what they are is kept."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import pytest

from seller_intel import answers, audit, clock, evaluation, warehouse

RUN = "20260201T060000"
AS_OF = clock.as_of(RUN)

EVERY_MART = Path(__file__).parent.parent / "expectations" / "every_mart.yml"
SUITE = """
name: marts.sales
meta: {key: [shop_id, sales_date], business_date: sales_date, sums: [gmv, orders]}
expectations:
  - type: expect_column_values_to_be_between
    kwargs: {column: gmv, min_value: 0}
    severity: critical
  - type: expect_column_values_to_be_between
    kwargs: {column: orders, max_value: 100}
    severity: warning
  - type: unexpected_rows_expectation
    kwargs:
      description: who sells has orders
      unexpected_rows_query: >-
        select shop_id, sales_date from {batch}
        where gmv > 0 and orders = 0
    severity: critical
"""
BUILD = """
create table marts_build.sales as
select
    'taobao:1' as shop_id,
    date '2026-01-01' + number as sales_date,
    cast(100 as numeric) as gmv,
    cast(4 as bigint) as orders
from generate_series(1, 30) as number
"""


@pytest.fixture
def gate(postgres, tmp_path, monkeypatch):
    """A warehouse with one mart built, and suites of its own."""
    root = tmp_path / "root"
    (root / "expectations" / "marts").mkdir(parents=True)
    (root / "expectations" / "every_mart.yml").write_text(
        EVERY_MART.read_text(encoding="utf-8"), encoding="utf-8"
    )
    monkeypatch.setenv("SELLER_INTEL_ROOT", str(root))
    state(root, SUITE)
    postgres.execute("create schema marts_build")
    postgres.execute("grant usage, create on schema marts_build to transformer")
    postgres.execute(BUILD, role="transformer")
    return postgres


def state(root: Path, suite: str, mart: str = "sales") -> None:
    """Write the suite of a mart."""
    (root / "expectations" / "marts" / f"{mart}.yml").write_text(suite)


def change(statement: str) -> None:
    """Change the built mart."""
    with warehouse.as_role("transformer") as session:
        session.execute(statement)


def publish(postgres, mart: str = "sales", run: str = "20260131T060000") -> None:
    """Show readers the mart as it is built now."""
    postgres.execute(f"create table marts.{mart}_kept as table marts_build.{mart}")
    postgres.execute(f"create view marts.{mart} as select * from marts.{mart}_kept")
    postgres.execute(
        "insert into ops.publications (run, action, is_current, passport)"
        " values (%s, 'published', true, '{}')",
        [run],
    )
    postgres.execute(
        "insert into ops.builds (run, part, status, from_seq, to_seq, started_at)"
        " values (%s, 'core', 'done', 0, 10, now())",
        [run],
    )


def failed(postgres) -> set[tuple[str, str | None]]:
    """Return severity and column of the checks that failed."""
    rows = postgres.rows(
        "select severity, column_name from ops.checks"
        " where stage = 'gate' and not is_passed"
    )
    return {(row["severity"], row["column_name"]) for row in rows}


def test_a_believable_mart_passes_and_its_figures_are_kept(gate):
    audit.gate(RUN, AS_OF)

    stats = gate.rows("select * from ops.mart_stats")[0]
    assert (stats["run"], stats["mart_name"], stats["row_count"]) == (RUN, "sales", 30)
    assert stats["latest_business_date"].isoformat() == "2026-01-31"
    assert stats["changed_row_share"] is None
    assert stats["digest"]
    assert failed(gate) == set()
    assert gate.count("ops.checks") > 10


def test_a_bad_mart_stops_at_the_gate_and_the_message_names_what_failed(gate):
    change("update marts_build.sales set gmv = -5 where sales_date < '2026-01-04'")

    with pytest.raises(audit.AuditFailed, match="sales: gmv values to be between"):
        audit.gate(RUN, AS_OF)

    row = gate.rows("select * from ops.checks where not is_passed")[0]
    assert row["table_name"] == "marts_build.sales"
    assert row["observed_value"] == "2 of 30 unexpected (6.667 %)"
    assert row["sample_keys"] == [
        {"shop_id": "taobao:1", "sales_date": "2026-01-02"},
        {"shop_id": "taobao:1", "sales_date": "2026-01-03"},
    ]
    assert gate.count("ops.mart_stats") == 1


def test_a_server_that_does_not_answer_refuses_no_run(gate, monkeypatch):
    limit = quote(" -c statement_timeout=200", safe="")
    address = evaluation._address()
    monkeypatch.setattr(evaluation, "_address", lambda: address + limit)
    monkeypatch.setattr(
        audit.mart_facts,
        "rows_query",
        lambda mart: f"select mart.* from marts_build.{mart} as mart, pg_sleep(5)",
    )

    with pytest.raises(answers.Unanswered, match="the warehouse did not answer"):
        audit.gate(RUN, AS_OF)

    assert gate.count("ops.checks") == 0


def test_a_query_of_its_own_names_the_rows_it_found(gate):
    change("update marts_build.sales set orders = 0 where sales_date = '2026-01-09'")

    with pytest.raises(audit.AuditFailed, match="who sells has orders"):
        audit.gate(RUN, AS_OF)

    row = gate.rows("select * from ops.checks where not is_passed")[0]
    assert row["sample_keys"] == [{"shop_id": "taobao:1", "sales_date": "2026-01-09"}]


def test_a_warning_is_recorded_and_passes(gate):
    change("update marts_build.sales set orders = 101 where sales_date = '2026-01-09'")

    audit.gate(RUN, AS_OF)

    assert failed(gate) == {("warning", "orders")}


def test_a_new_day_is_no_change_of_the_past(gate):
    publish(gate)
    change("insert into marts_build.sales values ('taobao:1', '2026-02-01', 9999, 5)")

    audit.gate(RUN, AS_OF)

    assert failed(gate) == set()
    share = gate.value("select changed_row_share from ops.mart_stats")
    assert float(share) == pytest.approx(1 / 31, abs=1e-6)


def test_a_running_month_reaches_the_day_of_the_run_and_not_its_end(gate):
    change("alter table marts_build.sales add is_partial boolean default false")
    change("delete from marts_build.sales")
    change(
        "insert into marts_build.sales values ('taobao:1', '2026-02-28', 1, 1, true)"
    )

    audit.gate(RUN, AS_OF)

    day = gate.value("select latest_business_date from ops.mart_stats")
    assert day.isoformat() == "2026-02-01"
    assert ("warning", "days_behind") not in failed(gate)


def test_a_day_to_come_of_no_running_period_is_doubted(gate):
    change("insert into marts_build.sales values ('taobao:1', '2026-02-28', 1, 1)")

    audit.gate(RUN, AS_OF)

    assert ("warning", "days_behind") in failed(gate)


def test_an_emptied_mart_stops_at_the_gate(gate):
    publish(gate)
    change("delete from marts_build.sales")

    with pytest.raises(audit.AuditFailed, match="row_count_ratio"):
        audit.gate(RUN, AS_OF)


def test_a_mart_that_was_empty_may_be_empty(gate):
    change("delete from marts_build.sales")
    publish(gate)

    audit.gate(RUN, AS_OF)


def test_a_past_that_lost_half_its_sales_stops_at_the_gate(gate):
    publish(gate)
    change("update marts_build.sales set gmv = gmv * 0.4")

    with pytest.raises(audit.AuditFailed, match="lowest_sum_ratio"):
        audit.gate(RUN, AS_OF)

    assert "gmv 0.4, orders 1.0" in gate.value(
        "select observed_value from ops.checks where severity = 'critical'"
        " and column_name = 'lowest_sum_ratio'"
    )


def test_a_mart_may_shrink_when_a_load_was_taken_back(gate):
    publish(gate)
    change("delete from marts_build.sales where sales_date > '2026-01-10'")
    gate.execute(
        "insert into ops.loads (load_id, version, is_current, stream_id, source, run,"
        " status, load_seq, received, loaded, quarantined, sha256, manifest, loaded_at)"
        " values (1, 2, true, 'files__orders', 'tmall', 'x', 'rejected', 11, 0, 0, 0,"
        " '', '{}', now())"
    )

    audit.gate(RUN, AS_OF)

    assert ("warning", "row_count_ratio") in failed(gate)


def test_a_mart_that_shrinks_by_itself_stops_at_the_gate(gate):
    publish(gate)
    change("delete from marts_build.sales where sales_date > '2026-01-10'")

    with pytest.raises(audit.AuditFailed, match="removed_key_share"):
        audit.gate(RUN, AS_OF)


def test_a_column_more_or_less_is_no_change_of_the_others(gate):
    publish(gate)
    change("alter table marts_build.sales add column units bigint")
    change("alter table marts_build.sales drop column orders")
    state(
        gate.home / "root",
        """
name: marts.sales
meta: {key: [shop_id, sales_date], business_date: sales_date, sums: [gmv, units]}
expectations:
  - type: expect_column_values_to_be_between
    kwargs: {column: gmv, min_value: 0}
    severity: critical
""",
    )

    audit.gate(RUN, AS_OF)

    assert gate.value("select changed_row_share from ops.mart_stats") == 0


def test_a_suite_that_names_a_column_the_mart_lacks_stops_at_the_gate(gate):
    change("alter table marts_build.sales rename column gmv to revenue")

    with pytest.raises(audit.AuditFailed, match="meta names gmv, which sales does not"):
        audit.gate(RUN, AS_OF)


def test_a_mart_without_a_suite_is_measured_all_the_same(gate):
    change("create table marts_build.bare as select 1 as number")

    audit.gate(RUN, AS_OF)

    assert gate.count("ops.mart_stats") == 2
    assert (
        gate.value(
            "select count(*) from ops.checks where table_name = 'marts_build.bare'"
        )
        > 0
    )


def test_a_suite_whose_mart_was_not_built_stops_at_the_gate(gate):
    state(gate.home / "root", SUITE.replace("marts.sales", "marts.gone"), "gone")

    with pytest.raises(audit.AuditFailed, match="gone was not built"):
        audit.gate(RUN, AS_OF)


def test_a_mart_s_own_suite_may_restate_what_every_mart_is_asked(gate):
    publish(gate)
    change("update marts_build.sales set gmv = gmv * 0.4")
    restated = (
        SUITE
        + """
  - type: expect_column_values_to_be_between
    kwargs: {column: lowest_sum_ratio, min_value: 0.3}
    severity: critical
"""
    )
    state(gate.home / "root", restated)

    audit.gate(RUN, AS_OF)


def test_the_gate_may_be_asked_again(gate):
    audit.gate(RUN, AS_OF)
    checks = gate.count("ops.checks")

    audit.gate(RUN, AS_OF)

    assert gate.count("ops.checks") == checks
    assert gate.count("ops.mart_stats") == 1


def test_equal_rows_in_another_order_have_an_equal_digest(gate):
    audit.gate(RUN, AS_OF)
    first = gate.value("select digest from ops.mart_stats")
    change(
        "create table marts_build.turned as"
        " select * from marts_build.sales order by sales_date desc"
    )
    change("drop table marts_build.sales")
    change("alter table marts_build.turned rename to sales")

    audit.gate(RUN, AS_OF)
    same = gate.value("select digest from ops.mart_stats")
    change("update marts_build.sales set gmv = 101 where sales_date = '2026-01-09'")
    audit.gate(RUN, AS_OF)

    assert same == first
    assert gate.value("select digest from ops.mart_stats") != first


def test_the_share_of_days_delivered_is_kept_with_the_mart(gate):
    gate.execute("grant usage, create on schema core to transformer")
    gate.execute(
        "create table core.fct_coverage_daily as"
        " select 'source' as covered_kind, 'shop' as covered_id, stream,"
        " date '2026-01-01' + number as coverage_date, number > 0 as is_delivered"
        " from generate_series(0, 3) as number,"
        " (values ('orders'), ('unrelated')) as streams (stream)",
        role="transformer",
    )
    gate.execute(
        "insert into ops.mart_streams values"
        f" ('{RUN}', 'sales', 'all', 'orders'), ('{RUN}', 'sales', 'gmv', 'unrelated')"
    )

    audit.gate(RUN, AS_OF)

    assert gate.value("select coverage_share from ops.mart_stats") == Decimal("0.75")
