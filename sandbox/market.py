"""The market: every subject simulated once, on demand, from one seed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sandbox import catalogue, demand, goods, people, prices, supply, trade
from sandbox.catalogue import Catalogue
from sandbox.demand import Demand
from sandbox.people import People
from sandbox.prices import Prices
from sandbox.trade import Trade

SEED = 20_251_111
ORDERS_PER_CUSTOMER = 2.75


@dataclass(frozen=True)
class Size:
    """How large a market is; `orders` scales how often its customers come."""

    customers: int = 5_000
    listings: int = 2_000
    orders: int | None = None

    @classmethod
    def of(
        cls,
        customers: int | None = None,
        listings: int | None = None,
        orders: int | None = None,
    ) -> Size:
        """Return a size from what is wished; customers follow from orders."""
        if customers is None:
            customers = (
                cls.customers if orders is None else round(orders / ORDERS_PER_CUSTOMER)
            )
        return cls(customers, listings or cls.listings, orders)


@dataclass(frozen=True)
class Market:
    """A simulated market. Its state on a day follows from seed, size and day alone."""

    seed: int = SEED
    size: Size = Size()
    shops: tuple[goods.OwnShop, ...] = goods.OWN_SHOPS

    @cached_property
    def catalogue(self) -> Catalogue:
        """Products, listings, SKUs."""
        return catalogue.build(self.seed, self.size.listings, self.shops)

    @cached_property
    def prices(self) -> Prices:
        """Prices and activities."""
        return prices.build(self.seed, self.catalogue, self.shops)

    @cached_property
    def states(self) -> np.ndarray:
        """Whether a listing can be bought on a day."""
        return supply.build(self.seed, self.catalogue)

    @cached_property
    def people(self) -> People:
        """Customers, their visits, who brought them."""
        eagerness = 1.0
        if self.size.orders is not None:
            eagerness = people.eagerness_for(self.size.orders / self.size.customers)
        return people.build(self.seed, self.size.customers, eagerness, self.shops)

    @cached_property
    def trade(self) -> Trade:
        """Orders of our shops."""
        return trade.build(
            self.seed,
            self.people,
            self.catalogue,
            self.prices,
            self.states,
            self.shops,
        )

    @cached_property
    def demand(self) -> Demand:
        """Units sold of every listing."""
        return demand.build(
            self.seed, self.catalogue, self.prices, self.states, self.trade
        )
