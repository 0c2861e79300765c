"""What affiliate searches find: the listings of a platform, of all its sellers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property

import numpy as np

from sandbox import days, goods, supply
from sandbox.gateways.forms import number as whole
from sandbox.market import Market

_BEIJING = timedelta(hours=8)
_MONTH, _YEAR = 30, 365
# The share of sales that come by way of affiliates, in hundredths, of a listing.
_LEAST_REFERRED, _REFERRED_SPREAD = 4, 23


@dataclass(frozen=True)
class Offer:
    """One listing as an affiliate search may show it; money in cents."""

    row: int
    listing_id: str
    title: str
    brand: str
    shop_id: str
    """The seller's own number at the platform."""
    shop_name: str
    category: goods.Category
    list_price: int
    price: int
    """For everybody, in activities; on Pinduoduo for those who buy in a group."""
    activity: str
    coupon: int
    coupon_min: int
    final: int
    """After the coupon, where the price reaches what it asks for."""
    sold: int
    month: int
    year: int
    referred: int
    """Of the month's orders, those that affiliates brought."""
    reviews: int
    rating: float
    commission: int
    """Of the price, in ten thousandths."""


@dataclass
class Wish:
    """What a search asks for; prices in cents and after the coupon."""

    keyword: str = ""
    categories: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    only_coupons: bool = False
    sort: str = "sales"
    """`sales`, `price`, `final` or `commission`."""
    falling: bool = True


@dataclass
class Goods:
    """The listings of every platform, simulated when they are first asked for."""

    market: Market = field(default_factory=Market)

    def found(self, platform: str, now: int, wish: Wish) -> list[Offer]:
        """Return what can be bought on a platform at an instant and fits a wish."""
        offers = [one for one in self.offers(platform, now) if _fits(one, wish)]
        return sorted(offers, key=lambda one: (_place(one, wish), one.row))

    def offers(self, platform: str, now: int) -> list[Offer]:
        """Return everything that can be bought on a platform at an instant."""
        moment = datetime.fromtimestamp(now, UTC) + _BEIJING
        key = (platform, days.number_of(moment.date()))
        if key not in self._known:
            if len(self._known) > 6:
                self._known.clear()
            self._known[key] = self._read(*key)
        return self._known[key]

    @cached_property
    def _known(self) -> dict[tuple[str, int], list[Offer]]:
        return {}

    def _read(self, platform: str, day: int) -> list[Offer]:
        market = self.market
        listings, prices, demand = (
            market.catalogue.listings,
            market.prices,
            market.demand,
        )
        here = (listings["platform"] == platform).to_numpy()
        rows = np.flatnonzero(here & (market.states[:, day] == supply.ON))
        sold = demand.before + demand.units[:, : day + 1].sum(axis=1, dtype="int64")
        month, year = (
            demand.orders[:, max(0, day + 1 - span) : day + 1].sum(axis=1)
            for span in (_MONTH, _YEAR)
        )
        activities = market.prices.activities["name"].to_list()
        chosen = listings.iloc[rows]
        found = []
        for row, listing in zip(rows.tolist(), chosen.itertuples(), strict=True):
            joined = int(prices.activity[row, day])
            on = bool(prices.coupon_on[row, day])
            share = _LEAST_REFERRED + row * 31 % _REFERRED_SPREAD
            found.append(
                Offer(
                    row=row,
                    listing_id=listing.listing_id,
                    title=listing.title,
                    brand=listing.brand,
                    shop_id=listing.shop_id.partition(":")[2],
                    shop_name=listing.shop_name,
                    category=goods.CATEGORIES[listing.category_no],
                    list_price=int(prices.list_price[row]),
                    price=int(prices.shown[row, day]),
                    activity=activities[joined] if joined >= 0 else "",
                    coupon=int(prices.coupon[row]) if on else 0,
                    coupon_min=int(prices.coupon_min[row]) if on else 0,
                    final=int(prices.final[row, day]),
                    sold=int(sold[row]),
                    month=int(month[row]),
                    year=int(year[row]),
                    referred=int(month[row]) * share // 100,
                    reviews=int(sold[row] * listing.review_rate),
                    rating=float(listing.rating),
                    commission=150 + row * 97 % 2_800,
                )
            )
        return found


def _fits(one: Offer, wish: Wish) -> bool:
    if wish.categories and not set(wish.categories) & set(_names(one)):
        return False
    leaf = one.category
    text = f"{one.title} {leaf.name_zh} {leaf.name_en} {one.shop_name}".casefold()
    if not all(word in text for word in wish.keyword.casefold().split()):
        return False
    if wish.only_coupons and not one.coupon:
        return False
    return (wish.low is None or one.final >= wish.low) and (
        wish.high is None or one.final <= wish.high
    )


def _names(one: Offer) -> tuple[str, ...]:
    """Return the ids that ask for a category: those of the leaf and of its parent."""
    return (*one.category.platform_ids.values(), str(parent_id(one.category)))


def _place(one: Offer, wish: Wish) -> int:
    value = {
        "sales": one.month,
        "price": one.price,
        "final": one.final,
        "commission": one.commission,
    }[wish.sort]
    return -value if wish.falling else value


def single(price: int) -> int:
    """Return the price for one who buys without a group (as the snapshots have it)."""
    return round(price * 1.15 / 100) * 100


def parent_id(category: goods.Category) -> int:
    """Return the id of the category above a leaf."""
    return 16_000 + list(goods.PARENTS).index(category.parent)


def page_of(offers: list[Offer], page: int, size: int, repeats: bool) -> list[Offer]:
    """Return a page of offers; where it repeats, after the page before it."""
    chosen = offers[(page - 1) * size : page * size]
    if not repeats:
        return chosen
    before = max(0, page - 2) * size
    return offers[before : (page - 1) * size] + chosen if page > 1 else chosen * 2


def cents(text: object) -> int | None:
    """Return cents of an amount of yuan as a request gives it; None where none."""
    if text in (None, ""):
        return None
    try:
        return round(float(str(text)) * 100)
    except ValueError:
        return None


def asked_page(
    asked: dict, page: str, size: str, usual: int, most: int, least: int = 1
) -> tuple[int, int] | None:
    """Return the page and its size that a request asks for; None where they are bad."""
    number, each = whole(asked.get(page), 1), whole(asked.get(size), usual)
    if number is None or each is None or number < 1 or not least <= each <= most:
        return None
    return number, each
