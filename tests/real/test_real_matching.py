"""Abt-Buy: two shops' goods matched without their labels, beside the true pairs."""

from __future__ import annotations

import pandas as pd
import pytest

from seller_intel import matching
from tests.real import published_sets

pytestmark = published_sets.MARKS
DATA = published_sets.DATA / "matching_abt_buy"


@pytest.fixture(scope="module")
def found() -> list[matching.Match]:
    sides = [
        pd.read_csv(DATA / f"{name}.csv", sep="|", dtype={"id": str}).rename(
            columns={"name": "title"}
        )[["id", "title", "price"]]
        for name in ("abt", "buy")
    ]
    return matching.match(*(side.to_dict("records") for side in sides))


@pytest.fixture(scope="module")
def true() -> set[tuple[str, str]]:
    pairs = pd.read_csv(DATA / "gt.csv", sep="|", dtype=str)
    return set(zip(pairs.D1, pairs.D2, strict=True))


@pytest.mark.parametrize(
    ("grades", "precision", "recall"),
    [(("certain",), 0.97, 0.6), (("certain", "likely"), 0.97, 0.75)],
)
def test_goods_of_abt_are_found_at_buy(found, true, grades, precision, recall):
    pairs = {(each.own_id, each.rival_id) for each in found if each.grade in grades}
    right = len(pairs & true)

    assert len(true) == 1_076
    assert right / len(pairs) >= precision
    assert right / len(true) >= recall


def test_f1_is_well_above_three_quarters(found, true):
    pairs = {(each.own_id, each.rival_id) for each in found if each.grade != "review"}

    assert 2 * len(pairs & true) / (len(pairs) + len(true)) >= 0.85
