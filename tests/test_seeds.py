"""What is shipped of the world: festivals, rules and counters stand as they should."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from moons import lunar_day

SEEDS = Path(__file__).parents[1] / "dbt_project" / "seeds"
# Festival, its lunar day, and how many days after the first of the seed it falls.
LUNAR = {"chunjie": (1, 1), "duanwu": (5, 0), "qixi": (7, 2), "zhongqiu": (15, 2)}


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a seed."""
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("festival_id", LUNAR)
def test_lunar_festivals_stand_on_their_day_of_the_moon(festival_id):
    wanted, offset = LUNAR[festival_id]
    days = [
        date.fromisoformat(row["first_date"]) + timedelta(days=offset)
        for row in rows("festivals")
        if row["festival_id"] == festival_id
    ]

    assert len(days) == 23
    assert {lunar_day(day) for day in days} == {wanted}


def test_every_year_has_its_festivals_once_and_room_for_ordinary_days():
    by_year: dict[str, list[str]] = {}
    weights: Counter[str] = Counter()
    for row in rows("festivals"):
        first, last = map(date.fromisoformat, (row["first_date"], row["last_date"]))
        year = row["last_date"][:4]
        by_year.setdefault(year, []).append(row["festival_id"])
        weights[year] += round(
            ((last - first).days + 1) * float(row["festival_weight"]) * 10_000
        )

    assert sorted(by_year) == [str(year) for year in range(2009, 2032)]
    assert all(len(set(names)) == len(names) for names in by_year.values())
    assert all(weight < 5_000 for weight in weights.values())


@pytest.mark.parametrize(
    ("seed", "key"),
    [
        ("platforms", ("platform_id",)),
        ("currencies", ("currency",)),
        ("festivals", ("festival_id", "first_date")),
        ("platform_rules", ("rule_id", "platform_id", "valid_from")),
        ("counter_buckets", ("platform_id", "counter_type", "text_form", "valid_from")),
        ("rfm_segments", ("is_recent", "is_frequent", "is_valuable")),
        ("metric_dictionary", ("metric_id", "platform_id", "valid_from")),
    ],
)
def test_no_two_rows_of_a_seed_share_its_key(seed, key):
    counted = Counter(tuple(row[part] for part in key) for row in rows(seed))

    assert counted
    assert not [each for each, count in counted.items() if count > 1]


def test_every_platform_of_a_rule_or_counter_is_known():
    known = {row["platform_id"] for row in rows("platforms")} | {"all"}
    named = {
        row["platform_id"]
        for seed in ("platform_rules", "counter_buckets", "metric_dictionary")
        for row in rows(seed)
    }

    assert named <= known


def test_all_eight_customer_segments_have_a_name():
    assert len({row["rfm_segment"] for row in rows("rfm_segments")}) == 8
