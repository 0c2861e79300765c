"""What must hold of estimates whatever counters do, and however builds are cut."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from counter_readings import odd_market, of_market
from deliveries import Line, contents
from plain_estimator import Envelope, Reading, days_of, judge

REGISTRY = "reporting_currency: CNY\nshops: []\nsources: []\n"
RUN = "20260601T060000"
FIRST = date(2026, 1, 10)
DAYS = 60
STEPS = (range(20), range(20, 21), range(21, 22), range(22, 45), range(45, DAYS))
MARKET = odd_market(seed=11, units=40, days=DAYS)
# rolling counters, and units that show both
ROLLING = {
    f"rolling{number}": {
        day: (30 * number + day % (number + 2),) * 2
        for day in range(DAYS)
        if day % (number + 1) != 1
    }
    for number in range(5)
}
ESTIMATES = (
    "agg_category_units_monthly",
    "agg_listing_sales_weekly",
    "fct_counter_events",
    "fct_listing_sales_monthly",
    "int_counter_episodes",
    "int_counter_segments",
    "int_listing_passes_monthly",
    "int_sales_runs",
)


def readings(days: range) -> list[dict[str, Any]]:
    """Return what a crawl brings on some days."""
    rolled = [
        {
            **reading,
            "counter_type": "rolling_30d",
            "platform_id": platform,
            "rank_list": "sales",
        }
        for platform in ("taobao", "pinduoduo")
        for reading in of_market(ROLLING, FIRST, days)
    ]
    both = [
        {
            **reading,
            "observed_at": reading["observed_at"].replace("T14:", "T13:"),
            "counter_type": "lifetime",
            "counter_lo": 5_000 + 9 * day,
            "counter_hi": 5_099 + 9 * day,
        }
        for day in days
        for reading in of_market(ROLLING, FIRST, [day])
    ]
    return of_market(MARKET, FIRST, days) + rolled + both


@pytest.fixture(scope="module")
def built(shared_postgres) -> dict[str, dict[str, list[str]]]:
    """Return core and marts made day by day, and made at once of shuffled readings."""
    shared_postgres.register(REGISTRY)
    line = Line()
    for number, days in enumerate(STEPS):
        line.deliver("listings", readings(days), source="crawl")
        if number == 2:
            wrong = line.deliver("listings", readings(range(15, 18)), source="twice")
            line.deliver(
                "listings",
                [
                    {**each, "counter_lo": 7, "counter_hi": 7}
                    for each in readings(range(16, 17))
                ],
                source="wrong",
            )
        line.build(RUN, full_refresh=number == 0)
        if number == 3:
            line.take_back(wrong)
            line.take_back(wrong + 1)
    line.build(RUN)
    by_steps = {name: contents("core")[name] for name in ESTIMATES}
    shuffled = readings(range(DAYS))
    random.Random(5).shuffle(shuffled)
    again = Line(line.mark)
    again.deliver("listings", shuffled, source="shuffled")
    again.build(RUN, full_refresh=True)
    again.publishable(RUN)
    core = contents("core")
    return {
        "by steps": by_steps,
        "at once": {name: core[name] for name in ESTIMATES},
    }


@pytest.mark.parametrize("name", ESTIMATES)
def test_builds_in_steps_give_what_one_build_gives(built, name):
    def told(lines: list[str]) -> list[str]:
        # where a reading came from is another file in the other build
        return sorted(line.rsplit(",", 2)[0] for line in lines)

    assert built["at once"][name]
    assert told(built["by steps"][name]) == told(built["at once"][name])


def test_the_models_follow_the_rules_as_written_down(built, shared_postgres):
    festivals = frozenset(
        (row["date_day"] - FIRST).days
        for row in shared_postgres.rows(
            "select date_day from core.dim_date where festival_id is not null"
        )
    )
    daily = shared_postgres.rows("select * from core.fct_listing_sales_daily")
    found = {(row["sales_unit_id"], row["sales_date"]): row for row in daily}
    told = {
        (row["sales_unit_id"], (row["event_date"] - FIRST).days, row["event"])
        for row in shared_postgres.rows("select * from core.fct_counter_events")
    }

    for listing, bounds in MARKET.items():
        name = f"pinduoduo:{listing}"
        unit = judge([Reading(day, *pair) for day, pair in bounds.items()], festivals)
        expected = days_of(unit)

        assert {each for each in told if each[0] == name} == {
            (name, day, event) for day, event in unit.events
        }
        assert {day for each, day in found if each == name} == {
            FIRST + timedelta(days=day) for day in expected
        }
        for day, units in expected.items():
            row = found[name, FIRST + timedelta(days=day)]
            assert (row["units_lo"], row["units_hi"]) == (units.lo, units.hi)
            assert float(row["units_est"]) == pytest.approx(float(units.est), abs=1e-6)
            assert row["sales_basis"] == units.basis
    assert len(told) > 20


def test_every_estimate_lies_between_its_bounds(built, shared_postgres):
    for table in ("fct_listing_sales_daily", "fct_listing_sales_monthly"):
        count, wrong = shared_postgres.rows(
            "select count(units_est) as n, count(case when not (0 <= units_lo and"
            " units_lo <= units_est and units_est <= units_hi) then 1 end) as wrong"
            f" from core.{table}"
        )[0].values()

        assert count > 50
        assert wrong == 0


def test_counters_of_two_kinds_bound_each_other(built, shared_postgres):
    rows = shared_postgres.rows(
        "select * from core.fct_listing_sales_daily where episode_no is not null"
        " and window_days is not null and not is_contradicted"
    )

    assert len(rows) > 50
    for row in rows:
        assert row["units_hi"] <= row["level_hi"] - row["level_lo_before"]


@pytest.mark.parametrize("seed", range(30))
def test_one_reading_more_never_widens_what_was_known(seed):
    draw = random.Random(seed)
    level, truth = 0, []
    for day in range(40):
        level += draw.randrange(draw.choice((2, 400, 3_000)))
        digits = draw.choice((1, 2, 9))
        step = 10 ** max(0, len(str(level)) - digits)
        truth.append(
            Reading(day, level // step * step, level // step * step + step - 1)
        )
    some = [truth[0], *sorted(draw.sample(truth[1:-1], 12), key=_day), truth[-1]]
    rest = [each for each in truth if each not in some]
    more = sorted([*some, draw.choice(rest)], key=_day)
    before, after = Envelope(some), Envelope(more)

    for _ in range(50):
        first, last = sorted(draw.sample(range(1, 40), 2))
        wide, narrow = before.bounds(first, last), after.bounds(first, last)

        assert wide[0] <= narrow[0] <= narrow[1] <= wide[1]


def _day(reading: Reading) -> int:
    return reading.day
