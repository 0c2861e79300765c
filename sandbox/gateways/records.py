"""An order as a platform saw it at one instant, and what a link earned with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sandbox import days

WAITING, PAID, SHIPPED, DONE, CLOSED = range(5)
RATES = (12, 10, 8)
"""Percent an agent's link earns, by its number."""
SETTLES = 7 * days.SECONDS
"""Seconds after receipt at which a commission is settled."""


class Line(NamedTuple):
    """A line of an order; amounts in cents."""

    listing: int
    sku: int
    unit_price: int
    quantity: int
    list_amount: int
    paid: int
    is_gift: bool = False


class Order(NamedTuple):
    """An order as it stood; moments in epoch seconds (0: not yet), amounts in cents."""

    no: int
    created_at: int
    paid_at: int
    confirmed_at: int
    shipped_at: int
    received_at: int
    closed_at: int
    applied_at: int
    refunded_at: int
    modified_at: int
    stand: int
    goods: int
    seller_discount: int
    platform_discount: int
    freight: int
    tax: int
    paid: int
    refund: int
    customer: int
    place: int
    is_lottery: bool
    is_full: bool
    link: int
    channel: int
    lines: list[Line]

    @property
    def refunded(self) -> int:
        """Return what has come back by then, in cents."""
        return self.refund if self.refunded_at else 0


@dataclass(frozen=True)
class Product:
    """What a listing and one SKU of it are called."""

    listing: int
    listing_id: str
    title: str
    sku_id: str
    seller_sku: str
    spec: str
    colour: str
    category_id: str


def is_charged(order: Order) -> bool:
    """Tell whether the buyer paid where a platform charges when goods are shipped.

    An order cancelled before that was never charged and has nothing to give back.
    """
    return bool(order.paid_at) and not (order.closed_at and not order.shipped_at)


def standing(order: Order) -> int:
    """Return the stand an order had before it was closed."""
    if order.received_at:
        return DONE
    return SHIPPED if order.shipped_at else PAID if order.paid_at else WAITING


class Earned(NamedTuple):
    """What a link earned with an order; amounts in cents."""

    rate: int
    base: int
    amount: int
    state: str
    changed_at: int
    settled_at: int


def earned(order: Order, now: int) -> Earned:
    """Return what a link earned: pending, settled a week after receipt, or reversed.

    What comes back lowers it; a whole refund takes it away.
    """
    rate = RATES[order.link % len(RATES)]
    settled = order.received_at + SETTLES if order.received_at else 0
    settled = settled if settled <= now else 0
    changed = max(order.paid_at, order.refunded_at, settled)
    if order.refunded_at and order.is_full:
        return Earned(rate, 0, 0, "reversed", changed, 0)
    base = max(0, order.paid - order.freight - order.tax - order.refunded)
    state = "settled" if settled else "pending"
    return Earned(rate, base, (base * rate + 50) // 100, state, changed, settled)
