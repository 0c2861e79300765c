"""Which storefronts there are: how each looks, speaks and pages."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from sandbox.market import Market, Size
from sandbox.storefronts.plans import Plan
from sandbox.storefronts.shelf import Shelf


@dataclass(frozen=True)
class Style:
    """How a storefront is made.

    `paging` is `rel_next` (link rel=next), `links` (numbered links), `parameter` (a
    form that sends a page number, no link) or `lazy` (a place in the page that a
    script would fill).
    """

    name: str
    template: str
    language: str
    currency: str
    zone: str
    title: str
    paging: str = "rel_next"
    encoding: str = "utf-8"
    per_page: int = 24


_BERLIN, _NEW_YORK, _BEIJING = "Europe/Berlin", "America/New_York", "Asia/Shanghai"
STYLES = {
    style.name: style
    for style in (
        Style("harbor", "json_ld", "en", "USD", _NEW_YORK, "Harbor Goods"),
        Style("fjord", "microdata", "de", "EUR", _BERLIN, "Fjord Haus", "links"),
        Style("meadow", "opengraph", "en", "GBP", _NEW_YORK, "Meadow", "parameter"),
        Style("lanhai", "chinese", "zh", "CNY", _BEIJING, "蓝海生活馆", "lazy"),
        Style("jiuhao", "gbk", "zh", "CNY", _BEIJING, "九号百货", "links", "gbk"),
        Style("nimbus", "shopify", "en", "USD", _NEW_YORK, "Nimbus Home"),
        Style("garten", "woocommerce", "de", "EUR", _BERLIN, "Garten & Haus", "links"),
    )
}


@dataclass
class Store:
    """An open storefront: its style, its shelf and what befalls its visitors."""

    style: Style
    shelf: Shelf
    address: str = ""
    plan: Plan = field(default_factory=Plan)

    @property
    def name(self) -> str:
        """Return the storefront's short name."""
        return self.style.name


def open_stores(
    market: Market,
    count: int | None = None,
    names: tuple[str, ...] = tuple(STYLES),
    plans: dict[str, Plan] | None = None,
) -> list[Store]:
    """Return storefronts that share the market's listings out among them.

    `count` is how many articles each has; its share of the market where none is given.
    A name may carry a number (`harbor-2`) for a further shop of that style.
    """
    every = np.arange(len(market.catalogue.listings))
    stores = []
    for place, name in enumerate(names):
        style = STYLES[name.partition("-")[0]]
        rows = every[place :: len(names)]
        shelf = Shelf(market, rows, count or len(rows), style.zone)
        plan = (plans or {}).get(name, Plan())
        stores.append(Store(replace(style, name=name), shelf, plan=plan))
    return stores


def small_market(listings: int = 420) -> Market:
    """Return a market for storefronts alone, quick to make."""
    return Market(size=Size(customers=200, listings=listings))
