"""A version is shown, taken back and dropped; nothing that readers rely on is lost."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from marts_at_hand import MARTS, build, release, run_no

from seller_intel import claims, clock, published, settings, warehouse
from seller_intel.mart_views import STATUS_VIEWS, BreakingChange
from seller_intel.published import NothingToRollBackTo

SALES = MARTS["shop_sales_daily"]
WIDER = {**MARTS, "shop_sales_daily": f"{SALES}, 7::bigint as order_count"}
NARROWER = {
    **MARTS,
    "shop_sales_daily": "select %(run)s::text as run, 'taobao:1'::text as shop_id",
}


@dataclass(frozen=True)
class Analyst:
    """A role that reads the marts and keeps views of its own."""

    role: str

    def run(self, *statements):
        with warehouse.as_admin() as session:
            session.execute(f"set role {self.role}")
            for statement in statements:
                session.execute(statement)

    def value(self, query):
        with warehouse.as_admin() as session:
            session.execute(f"set role {self.role}")
            return session.value(query)


@pytest.fixture
def analyst(postgres, server):
    role = f"analyst_{postgres.database}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SELLER_INTEL_DSN", server.superuser_url(postgres.database))
        with warehouse.as_admin() as session:
            session.execute(f"create role {role} in role reader")
            session.execute(f"create schema {role} authorization {role}")
        yield Analyst(role)
        with warehouse.as_admin() as session:
            session.execute(f"drop owned by {role} cascade")
            session.execute(f"drop role {role}")


def seen(postgres, mart="shop_sales_daily"):
    return postgres.value(f"select min(run) from marts.{mart} having min(run)=max(run)")


def as_reader(query, is_read_only=True):
    with warehouse.as_role("reader") as session:
        if not is_read_only:
            session.execute("set transaction read write")
        return session.rows(query)


def test_readers_see_a_published_run_and_then_the_next(postgres):
    release(run_no(1))
    assert seen(postgres) == run_no(1)

    release(run_no(2))

    assert {seen(postgres, mart) for mart in MARTS} == {run_no(2)}
    assert as_reader("select count(*) as n from shop_sales_daily") == [{"n": 20}]


def test_rollback_shows_the_version_before_and_forward_again(postgres):
    for number in (1, 2, 3):
        release(run_no(number))

    assert published.rollback() == run_no(2)
    assert seen(postgres) == run_no(2)
    assert published.rollback() == run_no(1)
    published.publish(run_no(3))
    assert seen(postgres) == run_no(3)


def test_rollback_passes_over_a_version_that_was_rolled_back_before(postgres):
    for number in (1, 2):
        release(run_no(number))
    published.rollback()
    release(run_no(3))

    assert published.rollback() == run_no(1)


def test_rollback_without_an_older_version_is_refused(postgres):
    with pytest.raises(NothingToRollBackTo, match="nothing is published"):
        published.rollback()
    release(run_no(1))

    with pytest.raises(NothingToRollBackTo, match=run_no(1)):
        published.rollback()


def test_publishing_what_readers_see_changes_nothing(postgres):
    release(run_no(1))
    before = postgres.rows("select * from ops.publications")

    published.publish(run_no(1))

    assert postgres.rows("select * from ops.publications") == before


def test_the_last_three_versions_are_kept(postgres):
    for number in range(1, 6):
        release(run_no(number))

    kept = [version.run for version in published.versions()]

    assert kept == [run_no(5), run_no(4), run_no(3)]
    assert (
        postgres.value(
            "select count(*) from pg_namespace where nspname like 'marts\\_2%'"
        )
        == 3
    )
    assert (
        postgres.value("select count(distinct run) from ops.publications where is_kept")
        == 3
    )


def test_retention_drops_rolled_back_versions_first(postgres):
    for number in (1, 2, 3):
        release(run_no(number))
    published.rollback()
    published.rollback()

    release(run_no(4))

    assert [version.run for version in published.versions()] == [
        run_no(4),
        run_no(3),
        run_no(1),
    ]
    assert published.rollback() == run_no(1)


def test_a_version_that_somebody_reads_is_dropped_later(postgres):
    for number in (1, 2, 3):
        release(run_no(number))
    schema = clock.schema_of(run_no(1))
    with warehouse.as_role("reader") as extract:
        extract.rows(f"select * from {schema}.price_changes")
        release(run_no(4))

        assert len(published.versions()) == 4
        assert extract.value(f"select count(*) from {schema}.price_changes") == 5

    assert published.prune() == [schema]


def test_a_version_that_views_were_built_on_is_kept(postgres, analyst):
    release(run_no(1))
    analyst.run(
        f"create view {analyst.role}.pinned as"
        f" select * from {clock.schema_of(run_no(1))}.price_changes"
    )

    for number in (2, 3, 4):
        release(run_no(number))

    assert analyst.value(f"select count(*) from {analyst.role}.pinned") == 5


def test_new_columns_come_last_and_old_ones_keep_their_order(postgres):
    release(run_no(1))
    mixed = "select 7::bigint as order_count, gmv, day_no, shop_id, run from ({}) as t"

    release(run_no(2), {**MARTS, "shop_sales_daily": mixed.format(SALES)})

    row = as_reader("select * from shop_sales_daily limit 1")[0]
    assert list(row) == ["run", "shop_id", "gmv", "day_no", "order_count"]


def test_rollback_to_a_version_without_a_column_gives_typed_nulls(postgres):
    release(run_no(1))
    release(run_no(2), WIDER)

    published.rollback()

    row = as_reader(
        "select order_count, pg_typeof(order_count)::text as kind, run"
        " from shop_sales_daily limit 1"
    )[0]
    assert row == {"order_count": None, "kind": "bigint", "run": run_no(1)}


def test_rollback_to_a_version_without_a_mart_gives_an_empty_typed_one(postgres):
    release(run_no(1))
    release(run_no(2), {**MARTS, "plan_progress": "select 1.5::numeric as target"})

    published.rollback()

    assert as_reader("select target from plan_progress") == []
    release(run_no(3), {**MARTS, "plan_progress": "select 2::numeric as target"})
    assert as_reader("select target from plan_progress") == [{"target": 2}]


def test_a_narrower_type_is_cast_to_what_readers_know(postgres):
    release(run_no(1), WIDER)

    release(
        run_no(2),
        {**MARTS, "shop_sales_daily": f"{SALES}, 7::integer as order_count"},
    )

    row = as_reader("select pg_typeof(order_count)::text as kind from shop_sales_daily")
    assert row[0] == {"kind": "bigint"}


@pytest.mark.parametrize(
    ("marts", "loss"),
    [
        (NARROWER, "shop_sales_daily.gmv is removed"),
        (
            {**MARTS, "shop_sales_daily": SALES.replace("10::numeric", "'10'::text")},
            "shop_sales_daily.gmv changes from numeric to text",
        ),
        ({"shop_sales_daily": SALES}, "price_changes is removed"),
    ],
)
def test_a_loss_that_nobody_declared_is_refused(postgres, marts, loss):
    release(run_no(1))

    with pytest.raises(BreakingChange, match=loss):
        release(run_no(2), marts)

    assert seen(postgres) == run_no(1)
    published.publish(run_no(2), breaking=True)
    assert seen(postgres) == run_no(2)


def test_a_loss_is_declared_by_name_in_the_project(postgres, tmp_path, monkeypatch):
    monkeypatch.setenv("SELLER_INTEL_ROOT", str(tmp_path))
    project = settings.current().project_dir / "dbt_project.yml"
    project.parent.mkdir()
    project.write_text("vars: {breaking: [shop_sales_daily.gmv]}", encoding="utf-8")
    release(run_no(1))

    with pytest.raises(BreakingChange, match=r"shop_sales_daily\.day_no is removed"):
        release(run_no(2), NARROWER)
    project.write_text("vars: {breaking: [shop_sales_daily]}", encoding="utf-8")
    published.publish(run_no(2))

    assert seen(postgres) == run_no(2)


def test_a_loss_names_the_views_that_read_it(postgres, analyst):
    role = analyst.role
    release(run_no(1))
    analyst.run(
        f"create view {role}.daily as select shop_id, gmv from marts.shop_sales_daily",
        f"create view {role}.total as select sum(gmv) as gmv from {role}.daily",
    )

    with pytest.raises(BreakingChange, match=rf"{role}\.daily, {role}\.total"):
        release(run_no(2), NARROWER)
    with pytest.raises(BreakingChange, match="recreate-dependents"):
        published.publish(run_no(2), breaking=True)

    assert seen(postgres) == run_no(1)


def test_dependents_are_made_anew_with_their_grants(postgres):
    release(run_no(1))
    postgres.execute("create schema reports")
    postgres.execute(
        "create view reports.shops with (security_barrier = true) as"
        " select distinct shop_id from marts.shop_sales_daily"
    )
    postgres.execute("create view reports.total as select count(*) from reports.shops")
    postgres.execute("comment on view reports.shops is 'Shops that sell.'")
    postgres.execute("grant select on reports.shops to loader with grant option")

    build(run_no(2), NARROWER)
    published.publish(run_no(2), breaking=True, recreate_dependents=True)

    assert postgres.value("select count from reports.total") == 1
    made = postgres.rows(
        "select reloptions, obj_description(oid) as told,"
        " has_table_privilege('loader', oid, 'select with grant option') as granted"
        " from pg_class where oid = 'reports.shops'::regclass"
    )
    assert made == [
        {
            "reloptions": ["security_barrier=true"],
            "told": "Shops that sell.",
            "granted": True,
        }
    ]


def test_a_dependent_that_uses_what_is_lost_stops_the_publication(postgres):
    release(run_no(1))
    postgres.execute("create schema reports")
    postgres.execute(
        "create view reports.gmv as select gmv from marts.shop_sales_daily"
    )

    build(run_no(2), NARROWER)
    with pytest.raises(BreakingChange, match=r"reports\.gmv cannot be made anew"):
        published.publish(run_no(2), breaking=True, recreate_dependents=True)

    assert seen(postgres) == run_no(1)
    assert postgres.value("select sum(gmv) from reports.gmv") == 200


def test_analysts_views_and_grants_survive_publishing(postgres, analyst):
    daily = f"{analyst.role}.daily"
    release(run_no(1))
    analyst.run(f"create view {daily} as select run, gmv from marts.shop_sales_daily")
    postgres.execute("grant select (run) on marts.price_changes to loader")
    postgres.execute(
        "grant select on marts.shop_sales_daily to loader with grant option"
    )

    release(run_no(2), WIDER)
    published.rollback()
    release(run_no(3), WIDER)

    assert analyst.value(f"select max(run) from {daily}") == run_no(3)
    assert postgres.value(
        "select has_table_privilege('loader', 'marts.shop_sales_daily',"
        " 'select with grant option')"
        " and has_column_privilege('loader', 'marts.price_changes', 'run', 'select')"
    )


def test_grants_survive_a_breaking_change(postgres):
    release(run_no(1))
    postgres.execute("grant select on marts.shop_sales_daily to loader")

    build(run_no(2), NARROWER)
    published.publish(run_no(2), breaking=True)

    assert postgres.value(
        "select has_table_privilege('loader', 'marts.shop_sales_daily', 'select')"
        " and has_table_privilege('reader', 'marts.shop_sales_daily', 'select')"
    )


def test_descriptions_of_tables_stand_on_the_views(postgres):
    with claims.held(run_no(1), "marts"), warehouse.as_role("transformer") as session:
        session.execute("create table marts_build.price_changes (price numeric)")
        session.execute(
            "comment on table marts_build.price_changes is 'Changes. 100% 变动'"
        )
        session.execute(
            "comment on column marts_build.price_changes.price is 'Price. 价格'"
        )

    published.publish(run_no(1))

    told = postgres.rows(
        "select obj_description('marts.price_changes'::regclass) as mart,"
        " col_description('marts.price_changes'::regclass, 1) as price"
    )
    assert told == [{"mart": "Changes. 100% 变动", "price": "Price. 价格"}]


def test_reader_sees_marts_and_kept_versions_and_nothing_else(postgres):
    release(run_no(1))
    release(run_no(2))
    build(run_no(3))

    assert as_reader(f"select 1 as a from {clock.schema_of(run_no(1))}.price_changes")
    for query in (
        "select * from ops.loads",
        "select * from marts_build.price_changes",
        "create table marts.mine (a integer)",
        "delete from marts.price_changes",
        f"delete from {clock.schema_of(run_no(1))}.price_changes",
        "create table public.mine (a integer)",
    ):
        with pytest.raises(warehouse.errors.InsufficientPrivilege):
            as_reader(query, is_read_only=False)
    assert as_reader("show default_transaction_read_only") == [
        {"default_transaction_read_only": "on"}
    ]


def test_a_mart_may_not_take_the_name_of_a_status_view(postgres):
    with pytest.raises(BreakingChange, match="status view"):
        release(run_no(1), {"data_status": "select 1 as a"})


def test_the_status_views_are_known_by_name(postgres):
    views = postgres.rows("select viewname from pg_views where schemaname = 'marts'")

    assert {row["viewname"] for row in views} == STATUS_VIEWS
