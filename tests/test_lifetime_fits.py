"""Every shop is fitted from core once a week, and ops keeps what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import buyers
import pytest
from conftest import Postgres
from core_market import REGISTRY, order
from deliveries import Line

from seller_intel import lifetime_fits, lifetime_scores
from seller_intel.warehouse import Jsonb

FIRST = datetime(2025, 1, 6, 4, tzinfo=UTC)  # noon of a Monday in Shanghai
DAYS = 420
RUNS = ("20260304T060000", "20260305T060000", "20260311T060000", "20260318T060000")


def _orders() -> Iterator[dict[str, Any]]:
    purchases = buyers.draw(700, DAYS)
    rows = zip(*(each.tolist() for each in vars(purchases).values()), strict=True)
    for number, (customer, day, value) in enumerate(rows):
        moment = (FIRST + timedelta(days=day)).isoformat()
        yield order(
            str(number),
            buyer_ref=f"c{customer:04d}",
            paid_amount=f"{value + 10:.2f}",
            **dict.fromkeys(("created_at", "updated_at", "paid_at"), moment),
        )
    for number in range(3):
        moment = (FIRST + timedelta(days=7 * number)).isoformat()
        yield order(
            f"us{number}",
            platform_id="shopify",
            shop_id="shopify:us",
            buyer_ref="u1",
            **dict.fromkeys(("created_at", "updated_at", "paid_at"), moment),
        )


@pytest.fixture(scope="module")
def line(shared_postgres: Postgres) -> Line:
    shared_postgres.register(REGISTRY.format(time_zone="Asia/Shanghai"))
    core = Line()
    core.deliver("orders", _orders())
    core.build(RUNS[0])
    return core


@pytest.fixture(scope="module")
def fits(line: Line, shared_postgres: Postgres) -> dict[str, int]:
    """How many shops each run fitted, the first one published in between."""
    found = {RUNS[0]: lifetime_fits.fit(RUNS[0]), RUNS[1]: lifetime_fits.fit(RUNS[1])}
    _publish(shared_postgres, f"taobao:9@{RUNS[0]}")
    found[RUNS[2]] = lifetime_fits.fit(RUNS[2])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lifetime_scores, "RMSE_SLACK", 0.5)
        found[RUNS[3]] = lifetime_fits.fit(RUNS[3])
    return found


def _publish(postgres: Postgres, fit_ids: str) -> None:
    postgres.execute(
        "insert into ops.publications (run, action, is_current, passport)"
        " values (%s, 'published', true, %s)",
        [RUNS[0], Jsonb({"fit_ids": fit_ids})],
    )


def _fits(postgres: Postgres) -> dict[str, dict[str, Any]]:
    rows = postgres.rows("select * from ops.clv_fits where shop_id = 'taobao:9'")
    return {row["run"]: row for row in rows}


def test_a_week_is_fitted_once(fits):
    assert fits == {RUNS[0]: 2, RUNS[1]: 0, RUNS[2]: 2, RUNS[3]: 2}


def test_data_end_with_the_sunday_before_the_run(fits, shared_postgres):
    dates = {run: str(row["as_of_date"]) for run, row in _fits(shared_postgres).items()}

    assert dates == {
        RUNS[0]: "2026-03-01",
        RUNS[2]: "2026-03-08",
        RUNS[3]: "2026-03-15",
    }


def test_scores_stand_beside_the_parameters(fits, shared_postgres):
    row = _fits(shared_postgres)[RUNS[0]]

    assert (row["status"], row["time_unit"], row["holdout_weeks"]) == (
        "published",
        "week",
        26,
    )
    assert min(row["r"], row["alpha"], row["a"], row["b"], row["gg_v"]) > 0
    assert row["rmse"] < row["naive_rmse"]
    assert row["holdout_actual"] > 0


def test_a_fit_is_held_against_the_one_that_readers_see(fits, shared_postgres):
    row = _fits(shared_postgres)[RUNS[2]]

    assert row["previous_fit_id"] == f"taobao:9@{RUNS[0]}"
    assert row["previous_rmse"] == pytest.approx(row["rmse"], rel=0.05)


def test_a_rejected_fit_leaves_the_old_one_published(fits, shared_postgres):
    rows = _fits(shared_postgres)

    assert rows[RUNS[3]]["status"] == "rejected"
    assert [run for run, row in rows.items() if row["is_published"]] == [RUNS[0]]
    used = shared_postgres.rows(
        "select distinct fit_id, prediction_date from ops.customer_predictions"
        " where shop_id = 'taobao:9'"
    )
    assert [(row["fit_id"], str(row["prediction_date"])) for row in used] == [
        (f"taobao:9@{RUNS[0]}", "2026-03-16")
    ]


def test_a_shop_too_small_has_its_summary_and_no_prediction(fits, shared_postgres):
    (row,) = shared_postgres.rows(
        "select * from ops.customer_predictions where shop_id = 'shopify:us'"
    )

    assert (row["repeat_x"], row["t_x_weeks"]) == (2, 2)
    assert (row["fit_id"], row["p_alive"], row["exp_orders_12m_est"]) == (None,) * 3


def test_predictions_are_what_the_model_says(fits, shared_postgres):
    rows = shared_postgres.rows(
        "select p_alive, repeat_x, exp_orders_12m_lo as lo, exp_orders_12m_est as est,"
        " exp_orders_12m_hi as hi, exp_value_12m_est as value"
        " from ops.customer_predictions where shop_id = 'taobao:9'"
    )

    assert len(rows) == shared_postgres.value(
        "select count(*) from core.agg_customer_lifetimes where shop_id = 'taobao:9'"
    )
    assert all(row["p_alive"] == 1 for row in rows if row["repeat_x"] == 0)
    assert all(row["lo"] <= row["est"] <= row["hi"] for row in rows)
    assert all(row["value"] > 0 for row in rows)


def test_the_marts_read_what_was_published(fits, line, shared_postgres):
    line.publishable(RUNS[3])

    (row,) = shared_postgres.rows(
        "select count(*) as customers, count(p_alive) as predicted,"
        " count(distinct fit_id) as fits, min(r_score) as lowest"
        " from marts_build.customer_lifetimes where shop_id = 'taobao:9'"
    )
    assert row["customers"] == row["predicted"] > 500
    assert (row["fits"], row["lowest"]) == (1, 1)
    assert (
        shared_postgres.value(
            "select count(*) from marts_build.clv_model_fits where is_published"
        )
        == 1
    )


def test_customers_who_are_gone_take_their_predictions_along(
    fits, line, shared_postgres
):
    load = shared_postgres.value("select max(load_id) from ops.loads")
    line.take_back(load)
    line.build("20260325T060000")

    lifetime_fits.fit("20260325T060000")

    assert shared_postgres.count("ops.customer_predictions") == 0
    assert not any(row["is_published"] for row in _fits(shared_postgres).values())
