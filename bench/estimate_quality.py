"""How near the estimates come to what was sold, on simulated markets of known truth."""

from __future__ import annotations

import re
from collections import defaultdict
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
    units = pd.concat([_scored(Market(seed=seed)) for seed in SEEDS])
    about = f"{len(SEEDS)} markets of {DAYS} days"
    calm = units[units.event_count == 0]
    whole = units[units.month_date.astype(str).isin(_MONTHS)]
    cells = _cells(whole)
    yield Result(
        "listing_months_inside",
        float(calm.is_inside.mean()),
        "share",
        at_least=0.99,
        detail=f"{len(calm):,} listing months without events, {about}",
    )
    yield Result(
        "category_months_inside",
        float(cells.truth.between(cells.gmv_lo, cells.gmv_hi).mean()),
        "share",
        at_least=0.99,
        detail=f"{len(cells):,} category months, whole months",
    )
    is_lifetime = whole.platform_id.isin(_LIFETIME)
    sharp = whole.digits.isin(["exact", "two"])
    yield from _errors("lifetime", whole[is_lifetime & sharp], 0.15, 0.05)
    yield from _errors("rolling", whole[~is_lifetime], 0.20, 0.08)
    for name in ("one", "open"):
        yield from _errors(
            f"lifetime_{name}", whole[is_lifetime & (whole.digits == name)]
        )
    broken = units[units.event_count > 0].set_index(["seed", "sales_unit_id"]).index
    is_whole = ~whole.set_index(["seed", "sales_unit_id"]).index.isin(broken)
    yield from _widths(whole[is_lifetime & is_whole])


def _cells(units: pd.DataFrame) -> pd.DataFrame:
    """Return category months: bounds, estimates and truths of listings added."""
    by = ["seed", "platform_id", "category_id", "month_date"]
    amounts = ["gmv_lo", "gmv_est", "gmv_hi", "gmv", "units_lo", "units_hi"]
    cells = units.groupby(by, as_index=False)[amounts].sum()
    return cells.rename(columns={"gmv": "truth"})


def _errors(
    name: str,
    units: pd.DataFrame,
    error: float | None = None,
    bias: float | None = None,
) -> Iterator[Result]:
    cells = _cells(units)
    ratio = cells.gmv_est.sum() / cells.truth.sum() - 1
    by_month = ", ".join(
        f"{month:%Y-%m} {of.gmv_est.sum() / of.truth.sum() - 1:+.3f}"
        for month, of in cells.groupby("month_date")
    )
    yield Result(
        f"category_error_{name}",
        float(((cells.gmv_est - cells.truth).abs() / cells.truth).median()),
        "ratio",
        at_most=error,
        detail="median of |gmv_est - truth| / truth of category months",
    )
    yield Result(
        f"category_bias_{name}",
        abs(float(ratio)),
        "ratio",
        at_most=bias,
        detail=f"sum of estimates over sum of truths: {ratio:+.3f}; {by_month}",
    )


def _widths(units: pd.DataFrame) -> Iterator[Result]:
    """Yield how wide category months are, and against what the texts allow."""
    for digits in ("exact", "two", "one", "open"):
        of = units[units.digits == digits]
        cells = _cells(of)
        least = cells.gmv_lo.replace(0, np.nan)
        told = cells.units_hi / cells.units_lo.replace(0, np.nan)
        yield Result(
            f"category_width_{digits}",
            float((cells.gmv_hi / least).median()),
            "ratio",
            at_most=1.6 if digits == "exact" else None,
            detail="median of gmv_hi / gmv_lo of category months, lifetime counters;"
            f" of units {told.median():.3g}",
        )
        if digits != "open":
            found = (of.units_hi - of.units_lo).sum()
            allowed = (of.limit_hi - of.limit_lo).sum()
            yield Result(
                f"units_width_over_limit_{digits}",
                float(found / allowed),
                "ratio",
                at_most=1.1,
                detail="widths of listing months over those that the texts allow,"
                f" {len(of):,} months",
            )


def _scored(market: Market) -> pd.DataFrame:
    """Return months of listings, beside the truth and what the texts allow."""
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
    return units.merge(_limits(market), on=["sales_unit_id", "month"], how="left")


def _limits(market: Market) -> pd.DataFrame:
    """Return the least and the most that the texts of a counter allow for a month.

    A counter that never falls stands on each evening between the highest lower bound
    up to then and the lowest upper bound from then on, and may stand at either.
    """
    texts: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for record in _read(market):
        if record["platform_id"] in _LIFETIME:
            day = datetime.fromisoformat(record["observed_at"]) + timedelta(hours=8)
            shown = _interval(str(record["counter_text"]))
            unit = f"{record['platform_id']}:{record['listing_id']}"
            texts[unit].append((day.date().toordinal(), *shown))
    rows = []
    for unit, readings in texts.items():
        day, lo, hi = np.array(sorted(readings)).T
        least, most = np.maximum.accumulate(lo), np.minimum.accumulate(hi[::-1])[::-1]
        for month in pd.PeriodIndex(_MONTHS, freq="M"):
            first = month.start_time.toordinal() - 1
            ends = np.clip([first, month.end_time.toordinal()], day[0], day[-1])
            if ends[0] < ends[1]:
                below = least[np.searchsorted(day, ends, "right") - 1]
                above = most[np.searchsorted(day, ends, "left")]
                rows.append(
                    (unit, month, max(0, below[1] - above[0]), above[1] - below[0])
                )
    return pd.DataFrame(
        rows, columns=["sales_unit_id", "month", "limit_lo", "limit_hi"]
    )


def _interval(text: str) -> tuple[int, int]:
    """Return the counts for which a page shows a text."""
    number = re.search(r"[\d.]+", text)
    assert number
    scale = 10_000 if "万" in text else 1
    lo = round(float(number[0]) * scale)
    if "+" in text:
        return lo, lo + 10 ** (len(str(lo)) - 1) - 1
    return lo, lo + (999 if scale > 1 else 0)


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
    """Return how much of the count the last text of each listing tells."""
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
        named[f"{platform}:{listing}"] = shown
    return named
