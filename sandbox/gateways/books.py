"""What the platform of one shop knows of it, as it stood at any instant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from sandbox import agents, days
from sandbox.gateways.records import (
    CLOSED,
    DONE,
    PAID,
    SETTLES,
    SHIPPED,
    WAITING,
    Line,
    Order,
    Product,
)
from sandbox.gateways.versions import FAR, Versions
from sandbox.goods import OwnShop
from sandbox.market import Market
from sandbox.trade import LOTTERY, NORMAL

_TIMES = (
    "created_at",
    "paid_at",
    "confirmed_at",
    "shipped_at",
    "received_at",
    "closed_at",
    "applied_at",
    "refunded_at",
)
_AMOUNTS = (
    "goods",
    "seller_discount",
    "platform_discount",
    "freight",
    "tax",
    "paid",
    "refund",
)
_FACTS = ("customer", "place", "is_lottery", "is_full", "link", "channel")
_LINE = ("listing", "sku", "unit_price", "quantity", "list_amount", "paid")
# Where a present lies in one order of nine, as a line of its own.
_GIVES = frozenset(("youzan", "douyin", "wechat_store"))
_GIVES_EVERY = 9
# A platform shows an order from this moment on; the others from its creation.
_SHOWN_FROM = {"pinduoduo": "confirmed_at", "jd": "paid_at"}


class Books:
    """The orders, refunds, customers and agents of one shop."""

    def __init__(self, market: Market, shop_no: int):
        self.shop: OwnShop = market.shops[shop_no]
        self.zone = ZoneInfo(self.shop.time_zone)
        self.starts = int(
            datetime(
                days.ORDERS_START.year,
                days.ORDERS_START.month,
                days.ORDERS_START.day,
                tzinfo=self.zone,
            ).timestamp()
        )
        every = market.trade.orders
        orders = every[every["shop"].to_numpy() == shop_no]
        first = int(orders.index[0]) if len(orders) else 0
        self.count = len(orders)
        self._columns = {name: orders[name].to_numpy() for name in _AMOUNTS}
        for name in ("customer", "is_full", "link", "channel"):
            self._columns[name] = orders[name].to_numpy()
        self._columns["is_lottery"] = orders["kind"].to_numpy() == LOTTERY
        people = market.people.customers
        self._columns["place"] = people["place"].to_numpy()[self._columns["customer"]]
        self.persons = people["person"].to_numpy()
        self._is_normal = orders["kind"].to_numpy() == NORMAL
        self._times(orders)
        lines = market.trade.lines
        of = lines["order"].to_numpy()
        low, high = np.searchsorted(of, [first, first + self.count])
        self._line_starts = np.searchsorted(
            of[low:high], np.arange(first, first + self.count + 1)
        )
        self._lines = {name: lines[name].to_numpy()[low:high] for name in _LINE}
        self.products = _products(market, shop_no)
        self._tree = agents.build(market.seed)

    def _times(self, orders: pd.DataFrame) -> None:
        columns = self._columns
        for name in ("created_at", "paid_at", "shipped_at", "received_at", "closed_at"):
            columns[name] = self._instants(orders[name].to_numpy())
        columns["applied_at"] = self._instants(orders["refund_applied_at"].to_numpy())
        columns["refunded_at"] = self._instants(orders["refunded_at"].to_numpy())
        # One group in seven fills later than it is paid.
        waits = np.where(np.arange(self.count) % 7 == 0, 540, 0)
        formed = columns["paid_at"] + np.where(columns["paid_at"] < FAR, waits, 0)
        columns["confirmed_at"] = formed

    def _instants(self, moments: np.ndarray) -> np.ndarray:
        return np.where(moments < FAR, moments + self.starts, FAR).astype("int64")

    @cached_property
    def orders(self) -> Versions:
        """Return when orders changed, from when the platform shows them."""
        shown = self._columns[_SHOWN_FROM.get(self.shop.platform, "created_at")]
        rows = np.arange(self.count)
        changes = []
        for name in _TIMES:
            moments = self._columns[name]
            if name == "confirmed_at" and self.shop.platform != "pinduoduo":
                continue
            seen = (moments >= shown) & (moments < FAR)
            changes.append((moments[seen], rows[seen]))
        return Versions(changes)

    @cached_property
    def created(self) -> Versions:
        """Return when orders were created, without those never shown."""
        return self._once("created_at")

    @cached_property
    def confirmed(self) -> Versions:
        """Return when the groups of orders formed."""
        return self._once("confirmed_at")

    def _once(self, name: str) -> Versions:
        return Versions([(self._columns[name], np.arange(self.count))])

    def shown(self, rows: np.ndarray, now: int) -> np.ndarray:
        """Return which rows the platform shows by now."""
        name = _SHOWN_FROM.get(self.shop.platform, "created_at")
        return self._columns[name][rows] <= now

    @cached_property
    def refunds(self) -> Versions:
        """Return when refunds were applied for and paid out; a row is its order."""
        rows = np.arange(self.count)
        return Versions(
            [(self._columns[name], rows) for name in ("applied_at", "refunded_at")]
        )

    @cached_property
    def payouts(self) -> Versions:
        """Return when refunds were paid out.

        Amazon charges when goods are shipped: what never was is not paid back.
        """
        if self.shop.platform != "amazon":
            return self._once("refunded_at")
        shipped = np.flatnonzero(self._columns["shipped_at"] < FAR)
        return Versions([(self._columns["refunded_at"][shipped], shipped)])

    @cached_property
    def applied(self) -> Versions:
        """Return when refunds were applied for."""
        return self._once("applied_at")

    @cached_property
    def commissions(self) -> Versions:
        """Return when what a link earned changed: paid, settled, taken back."""
        mine = np.flatnonzero((self._columns["link"] >= 0) & self._is_normal)
        received = self._columns["received_at"][mine]
        settled = np.where(received < FAR, received + SETTLES, FAR)
        return Versions(
            [
                (self._columns["paid_at"][mine], mine),
                (settled, mine),
                (self._columns["refunded_at"][mine], mine),
            ]
        )

    @cached_property
    def customers(self) -> Versions:
        """Return when customers last ordered; a row is the customer's number."""
        return Versions([(self._columns["created_at"], self._columns["customer"])])

    @cached_property
    def since(self) -> dict[int, int]:
        """Return when each customer first ordered."""
        created, who = self._columns["created_at"], self._columns["customer"]
        numbers, place = np.unique(who, return_inverse=True)
        first = np.full(len(numbers), FAR)
        np.minimum.at(first, place, created)
        return dict(zip(numbers.tolist(), first.tolist(), strict=True))

    def first_orders(self, now: int) -> tuple[np.ndarray, np.ndarray]:
        """Return when each customer first ordered and who, the oldest first."""
        created, who = self._columns["created_at"], self._columns["customer"]
        order = np.argsort(created, kind="stable")
        order = order[created[order] <= now]
        _, first = np.unique(who[order], return_index=True)
        first.sort()
        return created[order][first], who[order][first]

    @cached_property
    def agents(self) -> list[dict]:
        """Return the agents: number, parent (-1: none), level, joined_at in seconds."""
        tree = self._tree
        return [
            {
                "number": number,
                "parent": int(tree["parent"].iloc[number]),
                "level": int(tree["level"].iloc[number]),
                "joined_at": self.starts + int(tree["joined_at"].iloc[number]),
            }
            for number in range(len(tree))
        ]

    def read(self, rows: Sequence[int] | np.ndarray, now: int) -> list[Order]:
        """Return orders as they stood at an instant."""
        rows = np.asarray(rows, dtype="int64")
        if not len(rows):
            return []
        times = [self._columns[name][rows] for name in _TIMES]
        times = [np.where(moment <= now, moment, 0) for moment in times]
        if self.shop.platform != "pinduoduo":
            times[2] = times[1]
        modified = np.maximum.reduce(times)
        stand = np.full(len(rows), WAITING)
        for level, moment in ((PAID, 1), (SHIPPED, 3), (DONE, 4), (CLOSED, 5)):
            stand[times[moment] > 0] = level
        columns = [rows, *times, modified, stand]
        columns += [self._columns[name][rows] for name in (*_AMOUNTS, *_FACTS)]
        starts, ends = self._line_starts[rows], self._line_starts[rows + 1]
        lines = self._read_lines(starts, ends - starts)
        if self.shop.platform in _GIVES:
            for no, mine in zip(rows.tolist(), lines, strict=True):
                if no % _GIVES_EVERY == 0:
                    mine.append(_gift(mine[0]))
        return list(
            map(
                Order._make,
                zip(*[column.tolist() for column in columns], lines, strict=True),
            )
        )

    def one(self, no: int | None, now: int) -> Order | None:
        """Return one order as it stood, None where the platform shows none."""
        if no is None or not 0 <= no < self.count:
            return None
        return self.read([no], now)[0] if self.shown(np.array([no]), now)[0] else None

    def _read_lines(self, starts: np.ndarray, counts: np.ndarray) -> list[list[Line]]:
        ends = np.cumsum(counts)
        place = np.repeat(starts - (ends - counts), counts) + np.arange(ends[-1])
        columns = [self._lines[name][place].tolist() for name in _LINE]
        whole = list(map(Line, *columns))
        cuts = [0, *ends.tolist()]
        return [whole[begin:end] for begin, end in pairwise(cuts)]


def _gift(line: Line) -> Line:
    return line._replace(quantity=1, list_amount=0, paid=0, is_gift=True)


def _products(market: Market, shop_no: int) -> dict[int, Product]:
    """Return the SKUs of a shop by their number in the catalogue."""
    listings = market.catalogue.listings
    own = set(market.catalogue.own(shop_no).tolist())
    found = {}
    for number, sku in enumerate(market.catalogue.skus.itertuples()):
        if sku.listing not in own:
            continue
        listing = listings.iloc[sku.listing]
        found[number] = Product(
            listing=int(sku.listing),
            listing_id=str(listing["listing_id"]),
            title=str(listing["title"]),
            sku_id=str(sku.sku_id),
            seller_sku=str(sku.seller_sku),
            spec=str(sku.name_zh),
            colour=str(sku.name_en),
            category_id=str(listing["platform_category_id"]),
        )
    return found
