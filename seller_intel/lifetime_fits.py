"""Lifetime models of every shop: fitted, scored, judged and kept in ops.

A shop is fitted again where the Monday of its week or its customers up to that Monday
changed; otherwise the fit and the predictions of the last time stand.
"""

from __future__ import annotations

import logging
import math
from dataclasses import asdict
from typing import Any

from seller_intel import (
    clock,
    lifetime_customers,
    lifetime_scores,
    lifetimes,
    warehouse,
)
from seller_intel.lifetime_customers import Shop
from seller_intel.lifetime_scores import Customers, Factors, Model, Scores, Verdict
from seller_intel.lifetimes import BgNbd, Floats, GammaGamma
from seller_intel.warehouse import Jsonb, Session, sql

log = logging.getLogger(__name__)

MONTHLY_DISCOUNT = 0.01
_KEEPS_THE_OLD = ("not_converged", "rejected")
_SHARED = ("total_error_rate", "mae", "rmse", "correlation")
_Row = dict[str, Any]


def fit(run: str) -> int:
    """Fit every shop whose customers or week changed; return how many were."""
    as_of = clock.as_of(run)
    with warehouse.as_role("transformer") as session:
        shops = session.rows_of_file("fit/shops.sql", {"as_of": as_of})
        known = [shop["shop_id"] for shop in shops]
        session.execute(
            "delete from ops.customer_predictions where not shop_id = any(%s)", [known]
        )
        session.execute(
            "update ops.clv_fits set is_published = false"
            " where is_published and not shop_id = any(%s)",
            [known],
        )
    return sum(_fit_shop(run, shop) for shop in shops)


def _fit_shop(run: str, asked: _Row) -> bool:
    """Fit a shop in one transaction; return whether there was anything new in it."""
    with warehouse.as_role("transformer") as session:
        shop = lifetime_customers.read(session, **asked)
        last = session.rows_of_file("fit/last_fit.sql", {"shop_id": shop.shop_id})
        seen = [(row["as_of_date"], row["data_digest"]) for row in last]
        if (shop.as_of_date, shop.digest) in seen:
            return False
        before = _published(session, shop.shop_id)
        row, model, factors = _made(shop, before)
        row |= {
            "fit_id": f"{shop.shop_id}@{run}",
            "shop_id": shop.shop_id,
            "run": run,
            "fitted_at": clock.as_of(run),
            "as_of_date": shop.as_of_date,
            "data_digest": shop.digest,
            "time_unit": lifetimes.TIME_UNIT,
            "is_published": False,
        }
        _insert(session, row)
        chosen = row["fit_id"] if model else None
        if before and row["status"] in _KEEPS_THE_OLD:
            model, factors, chosen = (
                _model_of(before),
                _factors_of(before),
                before["fit_id"],
            )
        _choose(session, shop.shop_id, chosen)
        predicted: dict[str, Floats] = {}
        if model and factors:
            predicted = lifetime_scores.predict(
                model, factors, shop.customers(), MONTHLY_DISCOUNT
            )
        lifetime_customers.keep_predictions(session, shop, chosen, predicted)
        log.info("%s: %s %s", row["fit_id"], row["status"], row["status_reason"])
        return True


def _choose(session: Session, shop_id: str, fit_id: str | None) -> None:
    """Let the predictions of one fit of a shop count, or of none."""
    session.execute(
        "update ops.clv_fits set is_published = false"
        " where is_published and shop_id = %s",
        [shop_id],
    )
    session.execute(
        "update ops.clv_fits set is_published = true where fit_id = %s", [fit_id]
    )


def _published(session: Session, shop_id: str) -> _Row | None:
    """Return the fit of a shop that readers see now."""
    found = session.rows_of_file("fit/published_fit.sql", {"shop_id": shop_id})
    return found[0] if found else None


def _made(shop: Shop, before: _Row | None) -> tuple[_Row, Model | None, Factors | None]:
    """Return the row of a fit; model and factors too where it is to be published."""
    customers = shop.customers()
    row: _Row = {
        "customer_count": len(customers.x),
        "repeat_customer_count": int((customers.x > 0).sum()),
        "holdout_weeks": shop.holdout_weeks,
        "previous_fit_id": before["fit_id"] if before else None,
    }
    verdict = lifetime_scores.too_small(
        row["customer_count"], row["repeat_customer_count"], shop.holdout_weeks
    )
    if verdict:
        return row | _said(verdict), None, None
    weeks = float(shop.holdout_weeks or 0)
    earlier, orders, value = shop.held_out()
    model, twin = lifetime_scores.fit(customers), lifetime_scores.fit(earlier)
    now = _score(twin, earlier, weeks, orders)
    naive = lifetime_scores.score(lifetime_scores.naive_orders(earlier, weeks), orders)
    old = _score(_twin_of(before), earlier, weeks, orders) if before else None
    verdict = lifetime_scores.judge(model, twin, now, naive, old)
    factors = lifetime_scores.factors(twin, earlier, weeks, orders, value)
    row |= _parameters(model) | _scores(now, naive, old)
    row |= {
        "scoring": Jsonb(_plain({"orders": asdict(twin.orders)})),
        "factors": Jsonb(asdict(factors)),
    }
    return row | _said(verdict), *_to_publish(verdict, model, factors)


def _said(verdict: Verdict) -> _Row:
    return {"status": verdict.status, "status_reason": verdict.reason}


def _to_publish(
    verdict: Verdict, model: Model, factors: Factors
) -> tuple[Model | None, Factors | None]:
    if not verdict.is_published:
        return None, None
    has_value = verdict.status == "published"
    return Model(model.orders, model.values if has_value else None), factors


def _score(model: Model, customers: Customers, weeks: float, actual: Floats) -> Scores:
    predicted = lifetime_scores.predict_orders(model.orders, customers, weeks)[0]
    return lifetime_scores.score(predicted, actual)


def _parameters(model: Model) -> _Row:
    orders = {"bgnbd_loglik": model.orders.loglik} | {
        name: getattr(model.orders, name) for name in ("r", "alpha", "a", "b")
    }
    if model.values is None:
        return _plain(orders)
    names = ("p", "q", "v", "loglik", "correlation")
    return _plain(
        orders | {f"gg_{name}": getattr(model.values, name) for name in names}
    )


def _scores(now: Scores, naive: Scores, old: Scores | None) -> _Row:
    return _plain(
        {"holdout_actual": now.actual, "holdout_predicted": now.predicted}
        | {name: getattr(now, name) for name in _SHARED}
        | {f"naive_{name}": getattr(naive, name) for name in _SHARED}
        | {
            "previous_rmse": old.rmse if old else None,
            "previous_total_error_rate": old.total_error_rate if old else None,
        }
    )


def _model_of(row: _Row) -> Model:
    """Return the model that a row keeps, without values where they were off."""
    orders = BgNbd(row["r"], row["alpha"], row["a"], row["b"], row["bgnbd_loglik"])
    if row["status"] == "value_off":
        return Model(orders, None)
    return Model(orders, GammaGamma(row["gg_p"], row["gg_q"], row["gg_v"]))


def _twin_of(row: _Row) -> Model:
    return Model(BgNbd(**row["scoring"]["orders"]), None)


def _factors_of(row: _Row) -> Factors:
    return Factors(**row["factors"])


def _plain(row: _Row) -> _Row:
    """Return a row or a nested one with null for what is no number."""
    return {
        name: _plain(value)
        if isinstance(value, dict)
        else None
        if isinstance(value, float) and not math.isfinite(value)
        else value
        for name, value in row.items()
    }


def _insert(session: Session, row: _Row) -> None:
    """Keep a fit; the same run again replaces its own."""
    session.execute("delete from ops.clv_fits where fit_id = %s", [row["fit_id"]])
    columns = sql.SQL(", ").join(map(sql.Identifier, row))
    values = sql.SQL(", ").join(map(sql.Placeholder, row))
    session.execute(
        sql.SQL("insert into ops.clv_fits ({}) values ({})").format(columns, values),
        row,
    )
