"""What the lifetime models read of a shop's customers, and where predictions go."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow
from pyarrow import compute, csv

from seller_intel import lifetime_scores, warehouse
from seller_intel.lifetime_scores import Customers
from seller_intel.lifetimes import Floats
from seller_intel.warehouse import Session, sql

_WEEK_DAYS = 7
_BATCH = 100_000
_TEXTS = {"customer_id": pyarrow.string()}


@dataclass(frozen=True)
class Shop:
    """The customers of a shop before its prediction date, also as of the hold-out.

    `holdout_weeks` is None where the data are too short to hold any out; `digest`
    changes with any figure of any customer.
    """

    shop_id: str
    prediction_date: date
    holdout_weeks: int | None
    digest: str
    rows: pyarrow.Table

    @property
    def as_of_date(self) -> date:
        """The last day of the data."""
        return self.prediction_date - timedelta(days=1)

    def customers(self) -> Customers:
        """Return all customers."""
        return _customers(self.rows, "")

    def held_out(self) -> tuple[Customers, Floats, Floats]:
        """Return the customers before the hold-out, their days and value in it."""
        known = self.rows.filter(compute.field("before_age_days") >= 0)
        return (
            _customers(known, "before_"),
            _floats(known["after_days"]),
            _floats(known["after_value"]),
        )


def read(
    session: Session, shop_id: str, prediction_date: date, first_date: date
) -> Shop:
    """Return the customers of a shop who bought before a date."""
    as_of_date = prediction_date - timedelta(days=1)
    days = (prediction_date - first_date).days
    weeks = lifetime_scores.holdout_weeks(days / _WEEK_DAYS)
    held_out = timedelta(weeks=weeks or 0)
    query = warehouse.statement(
        "fit/customers.sql",
        shop_id=sql.Literal(shop_id),
        as_of_date=sql.Literal(as_of_date),
        holdout_date=sql.Literal(as_of_date - held_out),
    )
    digest = hashlib.sha256()
    copied = io.BytesIO()
    for chunk in session.copy_out(query):
        digest.update(chunk)
        copied.write(chunk)
    copied.seek(0)
    rows = csv.read_csv(copied, convert_options=csv.ConvertOptions(column_types=_TEXTS))
    return Shop(shop_id, prediction_date, weeks, digest.hexdigest(), rows)


def keep_predictions(
    session: Session, shop: Shop, fit_id: str | None, predicted: Mapping[str, Floats]
) -> None:
    """Replace the predictions of a shop; without a fit only the summary is kept."""
    session.execute(
        "delete from ops.customer_predictions where shop_id = %s", [shop.shop_id]
    )
    count = shop.rows.num_rows
    customers = shop.customers()
    columns = {
        "shop_id": pyarrow.repeat(shop.shop_id, count),
        "customer_id": shop.rows["customer_id"],
        "fit_id": pyarrow.repeat(pyarrow.scalar(fit_id, pyarrow.string()), count),
        "prediction_date": pyarrow.repeat(shop.prediction_date, count),
        "repeat_x": shop.rows["x"],
        "t_x_weeks": customers.t_x,
        "age_weeks": customers.age,
        "repeat_value_avg": shop.rows["value"],
        **{name: _nullable(values) for name, values in predicted.items()},
    }
    table = pyarrow.table(columns)
    query = sql.SQL(
        "copy ops.customer_predictions ({}) from stdin (format csv)"
    ).format(sql.SQL(", ").join(map(sql.Identifier, columns)))
    session.copy_in(query, _chunks(table))


def _chunks(table: pyarrow.Table) -> Iterator[bytes]:
    for start in range(0, table.num_rows, _BATCH):
        sink = pyarrow.BufferOutputStream()
        options = csv.WriteOptions(include_header=False)
        csv.write_csv(table.slice(start, _BATCH), sink, options)
        yield sink.getvalue().to_pybytes()


def _customers(rows: pyarrow.Table, when: str) -> Customers:
    x, t_x, age, valued, value = (
        _floats(rows[f"{when}{name}"])
        for name in ("x", "t_x_days", "age_days", "valued", "value")
    )
    return Customers(x, t_x / _WEEK_DAYS, age / _WEEK_DAYS, valued, value)


def _floats(column: pyarrow.ChunkedArray) -> Floats:
    """Return a column as floats, null as 0."""
    filled = compute.fill_null(column.cast(pyarrow.float64()), 0.0)
    return filled.combine_chunks().to_numpy(zero_copy_only=False)


def _nullable(values: Floats) -> pyarrow.Array:
    return pyarrow.array(values, mask=~np.isfinite(values))
