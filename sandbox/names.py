"""What the platforms call our orders, and what they call people."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sandbox import days, goods

TMALL, PINDUODUO, SHOPIFY = range(len(goods.OWN_SHOPS))


def order_ids(orders: pd.DataFrame) -> list[str]:
    """Return the order numbers the platforms gave."""
    shop = orders["shop"].to_numpy()
    ids = np.empty(len(orders), dtype=object)
    for number, form in ((TMALL, _tmall), (PINDUODUO, _pinduoduo), (SHOPIFY, _shopify)):
        mine = shop == number
        if mine.any():
            ids[mine] = form(orders[mine])
    return ids.tolist()


def tmall_numbers(orders: pd.DataFrame) -> np.ndarray:
    """Return Tmall order numbers, nineteen digits."""
    return 3_000_000_000_000_556_677 + orders["no"].to_numpy("int64") * 7_919_000_013


def _tmall(orders: pd.DataFrame) -> list[str]:
    return [str(number) for number in tmall_numbers(orders).tolist()]


def _pinduoduo(orders: pd.DataFrame) -> list[str]:
    """Return the day of creation and fifteen digits."""
    stamp = np.datetime_as_string(days.at(orders["created_at"]), unit="D").tolist()
    tail = 100_000_000_000_000 + orders["no"].to_numpy("int64") * 52_711_957
    return [
        f"{day[2:4]}{day[5:7]}{day[8:]}-{number}"
        for day, number in zip(stamp, tail.tolist(), strict=True)
    ]


def _shopify(orders: pd.DataFrame) -> list[str]:
    numbers = 5_820_982_911_000 + orders["no"].to_numpy("int64") * 32_768
    return [str(number) for number in numbers.tolist()]


def buyers(shop: np.ndarray, customers: pd.DataFrame) -> list[str]:
    """Return what tells buyers apart: a member name, at Shopify a mail address."""
    return [
        member(number) if where == TMALL else mail(person)
        for where, number, person in zip(
            np.asarray(shop).tolist(),
            customers["customer"].tolist(),
            customers["person"].tolist(),
            strict=True,
        )
    ]


def member(customer: int) -> str:
    """Return the member name of a Tmall customer."""
    return f"tb{customer * 7_919 + 100_003:08d}"


def mail(person: int) -> str:
    """Return the mail address of a person."""
    return f"p{person:07d}@example.com"


def phone(person: int) -> str:
    """Return the mobile number of a person, masked for most."""
    number = f"138{person * 7_919 % 100_000_000:08d}"
    return f"+86{number}" if person % 4 == 0 else f"{number[:3]}****{number[-4:]}"


def masked(name: str) -> str:
    """Return a name as platforms show it to strangers."""
    return f"{name[0]}**{name[-1]}"
