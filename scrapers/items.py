"""What a page holds and what was read from it: the dataclasses every platform shares.

Field names are those of `seller_intel/canonical_streams.yml` wherever a stream has the
field. Money is `Decimal` in the main unit of `currency` (yuan, not fen), exactly as the
page says it; a price of one kind never stands in for another kind. None means "not on
the page", never zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class PageVerdict(StrEnum):
    """What kind of page it is. Only the first three say anything about goods."""

    PRODUCT = "product"
    """At least one listing of its own was read (with or without a price)."""
    LIST = "list"
    """Several listings or product links: a category, a search, an interface."""
    GONE = "gone"
    """The shop says that the product no longer exists (404, 410, its own words)."""
    NO_PRODUCT = "no_product"
    """An honest page without goods: an article, a contact page, an empty category."""
    SITEMAP = "sitemap"
    """A sitemap or an index of sitemaps; its addresses are in `links` or `sitemaps`."""
    BLOCKED = "blocked"
    """A refusal: access denied, bot check without a puzzle, a throttle page."""
    CAPTCHA = "captcha"
    """A puzzle for people."""
    LOGIN_WALL = "login_wall"
    """The shop wants an account before it shows anything."""
    EMPTY_SHELL = "empty_shell"
    """A page that scripts would have to fill; the goods are not in it."""
    FAILED = "failed"
    """A server error, or an error reply of an interface (`detail` says which)."""
    UNREADABLE = "unreadable"
    """Neither HTML nor JSON that can be repaired, or cut off."""


HINDERED = frozenset(
    {
        PageVerdict.BLOCKED,
        PageVerdict.CAPTCHA,
        PageVerdict.LOGIN_WALL,
        PageVerdict.EMPTY_SHELL,
        PageVerdict.FAILED,
        PageVerdict.UNREADABLE,
    }
)
"""Verdicts after which nothing may be concluded about goods or prices."""


@dataclass(frozen=True, slots=True)
class Page:
    """A reply as it came: all a page function may know."""

    url: str
    body: bytes
    fetched_at: datetime
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str:
        """Return one reply header, whatever its case, or an empty text."""
        for key, value in self.headers.items():
            if key.lower() == name.lower():
                return value
        return ""


@dataclass(slots=True)
class Listing:
    """One observation of one listing, or of one variant of it (then with `sku_id`)."""

    platform_id: str
    listing_id: str
    observed_at: datetime
    currency: str | None = None
    """ISO 4217, as stated or concluded; None where the page leaves it open."""

    # who and what
    sku_id: str | None = None
    shop_id: str | None = None
    """As the platform writes it; staging puts `<platform>:` in front."""
    shop_name: str | None = None
    family_id: str | None = None
    """What variants on separate pages share (productGroupID, parent ASIN, SPU)."""
    title: str | None = None
    brand: str | None = None
    seller_sku: str | None = None
    gtin: str | None = None
    mpn: str | None = None
    platform_category_id: str | None = None
    category_path: str | None = None
    """Names from the widest to the narrowest category, joined by ` > `."""
    is_self_run: bool | None = None
    listed_at: datetime | None = None
    url: str | None = None
    image_url: str | None = None

    # whether it can be bought
    status: str | None = None
    """`on`, `sold_out`, `off` or `banned`."""
    availability: str | None = None
    """As the page says it: the last part of a schema.org term, else the words."""
    stock: int | None = None

    # every kind of price apart
    price: Decimal | None = None
    """Shown to everybody for one piece now; the single price beside a group price."""
    price_high: Decimal | None = None
    """Upper end where the page shows a range; `price` is then its lower end."""
    list_price: Decimal | None = None
    """Struck through, suggested or regular price."""
    list_price_high: Decimal | None = None
    activity_price: Decimal | None = None
    """For the time of a named promotion."""
    coupon_amount: Decimal | None = None
    coupon_min_amount: Decimal | None = None
    final_price: Decimal | None = None
    """After coupon (到手价, 券后价), only where the page or reply itself says it."""
    group_price: Decimal | None = None
    group_size: int | None = None
    member_price: Decimal | None = None
    activity_id: str | None = None
    price_text: str | None = None
    """What the price was read from, as written."""

    # counters, as shown; intervals are made in SQL by the ladder of the day
    counter_text: str | None = None
    counter_type: str | None = None
    """`exact_lifetime`, `lifetime`, `rolling_30d` or `badge_recent`."""
    counter_scope: str | None = None
    counter_surface: str | None = None
    """Where it stood: `search`, `item_page`, `tbk_volume`, `ddk_sales_tip`, ..."""
    review_count: int | None = None
    rating: Decimal | None = None
    """On the scale of five; other scales are converted."""

    # where in a list
    rank: int | None = None
    rank_list: str | None = None
    """The ranking that `rank` is of, else the search that `position` is of."""
    is_ad: bool | None = None
    page_no: int | None = None
    position: int | None = None
    """From 1 over all pages of the search."""

    attributes: dict[str, Any] = field(default_factory=dict)
    """Variant options (`Size`: `M`) and what else the platform tells."""
    methods: dict[str, str] = field(default_factory=dict)
    """Field -> how it was read: `rules`, `json_ld`, `microdata`, `meta`, `script`,
    `page` (heuristics), `api`, `url`, `locale`, `shell` (given by the caller)."""


@dataclass(slots=True)
class Seller:
    """A shop as a marketplace shows it (stream `shops`)."""

    platform_id: str
    shop_id: str
    name: str
    observed_at: datetime
    is_self_run: bool | None = None
    rating: Decimal | None = None
    followers: int | None = None
    url: str | None = None


@dataclass(slots=True)
class SearchRank:
    """A place in a search or ranking; staging makes it a row of `listings`."""

    platform_id: str
    listing_id: str
    observed_at: datetime
    rank_list: str
    """The keyword or category asked for, or the name of the ranking."""
    position: int
    """From 1 over all pages of the list."""
    currency: str | None = None
    """Of the listing's prices, since no observation goes without one."""
    page_no: int | None = None
    rank: int | None = None
    is_ad: bool | None = None
    sort: str | None = None


@dataclass(slots=True)
class Category:
    """A node of a platform's own category tree."""

    platform_id: str
    platform_category_id: str
    name: str
    observed_at: datetime
    parent_id: str | None = None
    level: int | None = None
    listing_count: int | None = None
    url: str | None = None


Item = Listing | Seller | SearchRank | Category

STREAMS: dict[type, str] = {
    Listing: "listings",
    Seller: "sellers",
    SearchRank: "search_ranks",
    Category: "categories",
}
"""The stream an item lands in: `<platform_id>__<stream>`."""


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses on a page, absolute, without fragments, each once, in page order."""

    products: tuple[str, ...] = ()
    next_pages: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    canonical: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a page function got out of a page."""

    verdict: PageVerdict
    items: tuple[Item, ...] = ()
    links: Links = field(default_factory=Links)
    detail: str = ""
    """Why this verdict: the mark that gave a block page away, the error's own words."""
    cursor: Mapping[str, Any] = field(default_factory=dict)
    """What an interface says about its next page (`page_no`, `total`, `token`)."""
    fingerprint: str = ""
    """Short hash of the page's shape; another one means another template."""

    @property
    def listings(self) -> tuple[Listing, ...]:
        """Return the listings among the items."""
        return tuple(item for item in self.items if isinstance(item, Listing))

    @property
    def is_hindered(self) -> bool:
        """Tell whether nothing about goods may be concluded from this page."""
        return self.verdict in HINDERED


def as_record(item: Item) -> dict[str, Any]:
    """Return an item as a JSON-ready record; what is None or empty is left out.

    Money and ratings become decimal text without exponent, times ISO 8601 in UTC.
    """
    record = {
        each.name: plain(value)
        for each in fields(item)
        if (value := getattr(item, each.name)) is not None and value not in ("", {})
    }
    if "methods" in record:
        record["methods"] = {
            name: how for name, how in record["methods"].items() if name in record
        }
    return record


def plain(value: Any) -> Any:
    """Return a value in the types JSON has; a Decimal as text without exponent."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value
