"""How near the estimates come to what was sold, on simulated markets of known truth."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd

from bench import listings
from bench.place import warehouse_of_its_own
from bench.result import Result
from sandbox import counters, days
from sandbox.exports import snapshots
from sandbox.market import Market
from seller_intel import clock, landing, loading, steps, warehouse
from seller_intel.landing import Writer

SEEDS = (20_251_111, 7, 42)
DAYS = 90
DOLLAR = 7.0
_FIRST = days.number_of(days.LISTINGS_START)
_RUN = clock.run_of(
    datetime.combine(days.LISTINGS_START, time(4), UTC) + timedelta(days=DAYS)
)
_LIFETIME = ("pinduoduo", "douyin")
_MONTHS = ("2026-09-01", "2026-10-01")
_UNITS = """
    select months.*, monthly.event_count, monthly.units_lo, monthly.units_hi
    from core.agg_category_units_monthly as months
    inner join core.fct_listing_sales_monthly as monthly
        on
            months.sales_unit_id = monthly.sales_unit_id
            and months.month_date = monthly.month_date
    where months.units_est is not null
"""


def run() -> Iterator[Result]:
    """Yield what of the truth lies inside the bounds, errors, bias and widths."""
    scored = [_scored(Market(seed=seed)) for seed in SEEDS]
    units = pd.concat([each[0] for each in scored])
    cells = pd.concat([each[1] for each in scored])
    about = f"{len(SEEDS)} markets of {DAYS} days"
    calm = units[units.event_count == 0]
    yield Result(
        "listing_months_inside",
        float(calm.is_inside.mean()),
        "share",
        at_least=0.99,
        detail=f"{len(calm):,} listing months without events, {about}",
    )
    yield Result(
        "category_months_inside",
        float(cells.is_inside.mean()),
        "share",
        at_least=0.99,
        detail=f"{len(cells):,} category months, whole months",
    )
    for name, limit, bias_limit in (("lifetime", 0.15, 0.05), ("rolling", 0.20, 0.08)):
        of = cells[cells.kind == name]
        bias = of.gmv_est.sum() / of.truth.sum() - 1
        yield Result(
            f"category_error_{name}",
            float(of.error.median()),
            "ratio",
            at_most=limit,
            detail="median of |gmv_est - truth| / truth of category months",
        )
        yield Result(
            f"category_bias_{name}",
            abs(float(bias)),
            "ratio",
            at_most=bias_limit,
            detail=f"sum of estimates over sum of truths: {bias:+.3f}",
        )
    widths: dict[str, float | None] = {"sharp": 1.6, "one": None, "open": None}
    for name, width in widths.items():
        of = calm[(calm.digits == name) & calm.platform_id.isin(_LIFETIME)]
        by = ["seed", "platform_id", "category_id", "month_date"]
        sums = of[of.month_date.astype(str).isin(_MONTHS)].groupby(by)
        ratio = sums.gmv_hi.sum() / sums.gmv_lo.sum().replace(0, np.nan)
        yield Result(
            f"category_width_{name}",
            float(ratio.median()),
            "ratio",
            at_most=width,
            detail="median of gmv_hi / gmv_lo of category months, lifetime counters"
            f" {'exact or of two digits' if name == 'sharp' else name}",
        )


def _scored(market: Market) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return months of listings and of categories, beside the truth."""
    with warehouse_of_its_own():
        loading.load(listings.land(_RUN, _read(market), "bench"), clock.as_of(_RUN))
        loading.load(_rates(), clock.as_of(_RUN))
        steps.audit_raw(_RUN)
        steps.build_core(_RUN, full_refresh=True)
        with warehouse.as_role("owner") as session:
            units = pd.DataFrame(session.rows(_UNITS))
            told = pd.DataFrame(
                session.rows(
                    "select sales_unit_id, sales_date from core.fct_listing_sales_daily"
                )
            )
    truth = _truth(market)
    units = units.loc[:, ~units.columns.duplicated()].assign(seed=market.seed)
    for name in units.columns[units.columns.str.contains("units_|gmv_")]:
        units[name] = units[name].astype(float)
    told = told.merge(truth, on=["sales_unit_id", "sales_date"])
    told["month_date"] = pd.to_datetime(told.sales_date).dt.to_period("M")
    sold = told.groupby(["sales_unit_id", "month_date"])[["units", "gmv"]].sum()
    units["month"] = pd.to_datetime(units.month_date).dt.to_period("M")
    units = units.merge(
        sold.reset_index(),
        left_on=["sales_unit_id", "month"],
        right_on=["sales_unit_id", "month_date"],
        suffixes=("", "_sold"),
    )
    units["is_inside"] = units.units.between(units.units_lo, units.units_hi)
    units["digits"] = units.sales_unit_id.map(_digits(market))
    whole = units[units.month_date.astype(str).isin(_MONTHS)]
    by = ["platform_id", "category_id", "month_date"]
    amounts = ["gmv_lo", "gmv_est", "gmv_hi", "gmv"]
    cells = whole.groupby(by, as_index=False)[amounts].sum()
    cells = cells.rename(columns={"gmv": "truth"})
    cells["is_inside"] = cells.truth.between(cells.gmv_lo, cells.gmv_hi)
    cells["error"] = (cells.gmv_est - cells.truth).abs() / cells.truth
    cells["kind"] = np.where(cells.platform_id.isin(_LIFETIME), "lifetime", "rolling")
    return units, cells


def _read(market: Market) -> Iterator[dict[str, Any]]:
    """Yield what a crawl of the whole market brings."""
    last = _FIRST + DAYS - 1
    levels = counters.levels(market.seed, market.catalogue, market.demand, _FIRST, last)
    for number in range(_FIRST, last + 1):
        table = snapshots._day(market, number, levels[:, number - _FIRST])
        for row in table.rows():
            record = dict(zip(table.columns, row, strict=True))
            moment = datetime.fromisoformat(str(record["observed_at"]))
            yield {name: text for name, text in record.items() if text != ""} | {
                "observed_at": moment.astimezone(UTC).isoformat()
            }


def _rates() -> landing.Landed:
    with landing.scratch() as scratch:
        writer = Writer("files__fx_rates", "bench", _RUN, scratch)
        for number in range(DAYS):
            day = (days.LISTINGS_START + timedelta(days=number)).isoformat()
            record = {
                "platform_id": "all",
                "rate_source": "seller",
                "base_currency": "USD",
                "quote_currency": "CNY",
                "rate_date": day,
                "rate": str(DOLLAR),
            }
            writer.record(f"all:seller|USD|CNY|{day}", day, f"rates:{number}", record)
        return writer.finish({"streams": [], "windows_got": []})


def _truth(market: Market) -> pd.DataFrame:
    """Return what the counters of each listing counted, and its sales, by day."""
    found = market.catalogue.listings
    window = slice(_FIRST - 60, _FIRST + DAYS)
    counts_orders = (found["platform"] == "taobao").to_numpy()[:, None]
    units = market.demand.units[:, window]
    counted = np.where(counts_orders, market.demand.orders[:, window], units)
    dollars = np.where(found["currency"] == "USD", DOLLAR, 1.0)[:, None]
    amounts = counted * market.prices.final[:, window] / 100 * dollars
    keys = (found["platform"] + ":" + found["listing_id"]).to_numpy(object)
    dates = [days.date_of(number) for number in range(window.start, window.stop)]
    return pd.DataFrame(
        {
            "sales_unit_id": np.repeat(keys, len(dates)),
            "sales_date": np.tile(np.array(dates, dtype=object), len(keys)),
            "units": counted.ravel(),
            "gmv": amounts.ravel(),
        }
    )


def _digits(market: Market) -> dict[str, str]:
    """Return how sharp the last text of each listing is."""
    found = market.catalogue.listings
    last = _FIRST + DAYS - 1
    levels = counters.levels(market.seed, market.catalogue, market.demand, last, last)
    named = {}
    for platform, listing, level in zip(
        found["platform"], found["listing_id"], levels[:, 0], strict=True
    ):
        text = counters.text(platform, int(level)) or ""
        shown = counters.digits(text)
        if platform == "pinduoduo" and shown == "one":
            shown = "open"
        named[f"{platform}:{listing}"] = "sharp" if shown in ("exact", "two") else shown
    return named
