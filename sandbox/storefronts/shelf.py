"""What a storefront sells on a day: articles taken from the one simulated market."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from sandbox import days, goods, supply
from sandbox.market import Market

GONE_SHOWN = 7
"""Days for which a shop still has a page for what it no longer sells."""
_STOCKED = 240
_COLOURS = ("Red", "Blue", "White")


@dataclass(frozen=True)
class Variant:
    """One colour of an article; prices in cents."""

    sku: str
    colour_zh: str
    colour_en: str
    price: int
    list_price: int | None
    stock: int
    gtin: str


@dataclass(frozen=True)
class Article:
    """One listing as its shop knows it on a day; prices in cents of `currency`."""

    number: int
    listing_id: str
    category: goods.Category
    title_zh: str
    title_en: str
    brand_zh: str
    brand_en: str
    model: str
    gtin: str
    list_price: int
    price: int
    activity: str
    coupon: int
    coupon_min: int
    final: int
    stock: int
    is_gone: bool
    sold: int
    """Pieces sold in its life, as a counter would have it before it is cut."""
    recent: int
    """Orders of the last thirty days."""
    rating: float
    reviews: int
    variants: tuple[Variant, ...]


class Shelf:
    """Numbered articles; number n is row n of the shop's share of the market.

    Where more are asked for than the market has, rows come again as later editions
    with an id, a title and a price of their own.
    """

    def __init__(self, market: Market, rows: np.ndarray, count: int, zone: str):
        self.market, self.rows, self.count = market, rows, count
        self.zone = ZoneInfo(zone)
        self._listings = market.catalogue.listings
        self._columns = {
            name: self._listings[name].to_numpy()
            for name in ("category_no", "listing_id", "rating", "review_rate")
        }
        self._product = self._listings["product"].to_numpy()
        self._products = list(market.catalogue.products.itertuples())
        self._activities = market.prices.activities["name"].to_list()
        self._gone = self._listings["gone_day"].to_numpy()

    def day(self, now: int) -> int:
        """Return the number of the day that it is in the shop at an instant."""
        return days.number_of(
            datetime.fromtimestamp(now, UTC).astimezone(self.zone).date()
        )

    def date(self, day: int) -> date:
        """Return the calendar day of a number."""
        return days.date_of(day)

    @lru_cache(maxsize=4)  # noqa: B019  a shelf lives as long as its shop
    def numbers(self, day: int) -> np.ndarray:
        """Return the numbers of the articles on sale or sold out on a day."""
        state = self.market.states[self.rows, day]
        shown = (state == supply.ON) | (state == supply.SOLD_OUT)
        every = np.arange(self.count)
        return every[shown[every % len(self.rows)]]

    @lru_cache(maxsize=8)  # noqa: B019
    def in_category(self, day: int, code: str) -> np.ndarray:
        """Return the numbers of one leaf category on a day."""
        place = [each.code for each in goods.CATEGORIES].index(code)
        numbers = self.numbers(day)
        rows = self.rows[numbers % len(self.rows)]
        return numbers[self._columns["category_no"][rows] == place]

    def article(self, number: int, day: int) -> Article | None:
        """Return an article on a day; None where the shop has no page for it."""
        if not 0 <= number < self.count:
            return None
        row = int(self.rows[number % len(self.rows)])
        edition = number // len(self.rows)
        state = int(self.market.states[row, day])
        is_gone = state == supply.OFF
        if state == supply.ABSENT or (is_gone and day - self._gone[row] >= GONE_SHOWN):
            return None
        return self._told(number, row, edition, day, state)

    def _told(
        self, number: int, row: int, edition: int, day: int, state: int
    ) -> Article:
        prices = self.market.prices
        product = self._products[self._product[row]]
        leaf = goods.CATEGORIES[product.category_no]
        dearer = 100 * edition
        price = int(prices.shown[row, day]) + dearer
        coupon = int(prices.coupon[row]) if prices.coupon_on[row, day] else 0
        least = int(prices.coupon_min[row]) if coupon else 0
        joined = int(prices.activity[row, day])
        stock = 0 if state != supply.ON else 1 + (number * 37 + day * 11) % _STOCKED
        sold, recent = (int(level[row]) for level in _levels(self.market, day))
        tail = f" {edition + 1}" if edition else ""
        words = f"{product.brand_en} {leaf.words_en[product.word]} {product.model}"
        listing_id = str(self._columns["listing_id"][row])
        return Article(
            number=number,
            listing_id=f"{listing_id}{f'e{edition}' if edition else ''}",
            category=leaf,
            title_zh=f"{product.brand_zh}{leaf.words_zh[product.word]}{product.model} "
            f"{leaf.size_zh.format(product.size)}{tail}",
            title_en=f"{words} {product.size} {leaf.unit_name}{tail}",
            brand_zh=product.brand_zh,
            brand_en=product.brand_en,
            model=product.model,
            gtin=gtin(number * 10),
            list_price=int(prices.list_price[row]) + dearer,
            price=price,
            activity=self._activities[joined] if joined >= 0 else "",
            coupon=coupon,
            coupon_min=least,
            final=price - (coupon if price >= least else 0),
            stock=stock,
            is_gone=state == supply.OFF,
            sold=sold,
            recent=recent,
            rating=float(self._columns["rating"][row]),
            reviews=int(sold * self._columns["review_rate"][row]),
            variants=_variants(
                number, price, int(prices.list_price[row]) + dearer, stock
            ),
        )


def gtin(number: int) -> str:
    """Return a GTIN-13 with a check digit, of the range for use within a company."""
    body = f"20{number % 10**10:010d}"
    total = sum(int(sign) * (3 if at % 2 else 1) for at, sign in enumerate(body))
    return f"{body}{-total % 10}"


def _variants(
    number: int, price: int, list_price: int, stock: int
) -> tuple[Variant, ...]:
    """Return the colours of every third article; the last one costs a tenth more."""
    if number % 3:
        return ()
    count = 2 + number // 3 % 2
    found = []
    for place, (zh, code) in enumerate(goods.COLOURS[:count]):
        more = price // 1_000 * 100 if place == len(_COLOURS) - 1 else 0
        # One colour in four is out while the others are there.
        left = 0 if (number + place) % 4 == 0 and place else stock // (place + 1)
        found.append(
            Variant(
                sku=f"{number:06d}-{code}",
                colour_zh=zh,
                colour_en=_COLOURS[place],
                price=price + more,
                list_price=list_price + more,
                stock=left,
                gtin=gtin(number * 10 + place + 1),
            )
        )
    return tuple(found)


@lru_cache(maxsize=4)
def _levels(market: Market, day: int) -> tuple[np.ndarray, np.ndarray]:
    """Return pieces sold in life and orders of thirty days, per row of the market."""
    demand = market.demand
    sold = demand.before + demand.units[:, : day + 1].sum(axis=1, dtype="int64")
    recent = demand.orders[:, max(0, day - 29) : day + 1].sum(axis=1, dtype="int64")
    return sold, recent
