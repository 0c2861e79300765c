"""A day whose delivery is missing is null, not zero, until it comes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from seller_intel import steps
from tests import market


@pytest.mark.slow
def test_a_missing_day_is_null_and_filled_when_it_comes(postgres):
    market.write_registry(postgres.home)
    postgres.register(market.REGISTRY)
    postgres.execute("update ops.meta set value = 'true' where key = 'is_sandbox'")
    run(market.write_history(postgres.home))
    missing = market.LAST + timedelta(days=1)
    kept = market.write_day(postgres.home, 1)
    inbox = postgres.home / "inbox" / "tmall_flagship"
    hidden = list(inbox.rglob(f"*_{missing}.csv"))
    for path in hidden:
        path.rename(path.with_suffix(".csv.late"))
    run(kept)

    run(market.write_day(postgres.home, 2))
    assert day(postgres, missing)["gmv"] is None

    for path in hidden:
        path.with_suffix(".csv.late").rename(path)
    run(market.run_after(market.LAST + timedelta(days=3)))
    assert day(postgres, missing)["gmv"] is not None


def run(name: str) -> None:
    steps.run_line(name)


def day(postgres, date) -> dict:
    return postgres.rows(
        "select gmv, order_count from marts.shop_sales_daily"
        " where channel = 'all' and sales_date = %s",
        [date],
    )[0]
