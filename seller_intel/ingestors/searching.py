"""Searching a marketplace: which pages of which lists are asked for, and answers.

An ingestor `<platform>_search` opens a Search; `seller_intel/searches.py` asks it page
by page and keeps every reply as it came.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from seller_intel.ingestors.http import Session
from seller_intel.ingestors.limits import Manners
from seller_intel.sources import SEARCHED, RegistryError, Source

# How many pages of a list are asked for where the source does not say.
PAGES = 5
# How many products are asked for by number at once.
BATCH = 20
_OPTIONS = frozenset(
    (
        *(*SEARCHED, "pages", "page_size", "sort", "max_pages", "max_seconds"),
        *("adzone_id", "marketplace_ids", "region", "currency", "prices"),
    )
)


@dataclass(frozen=True)
class Ask:
    """One page to be asked for.

    kind   `keyword`, `category`, or `products`: numbers joined by a comma
    token  what leads to this page where its number alone does not
    """

    kind: str
    value: str
    page: int = 1
    token: str = ""


@dataclass(frozen=True)
class Answer:
    """A page as it came, the address that says what was asked, and where it leads.

    The address carries the parameters of the search, none of the credential.
    """

    address: str
    body: bytes
    status: int
    leads: tuple[Ask, ...] = ()


@dataclass(frozen=True)
class Search:
    """An open search of one marketplace."""

    sessions: tuple[Session, ...]
    answer: Callable[[Ask], Answer]


def asks(source: Source) -> list[Ask]:
    """Return the first page of every list that a source names."""
    options = source.options
    known = _OPTIONS | Manners.__dataclass_fields__.keys()
    if unknown := sorted(options.keys() - known):
        raise RegistryError(
            f"source {source.name}: no option {', '.join(unknown)} of a search; known:"
            f" {', '.join(sorted(_OPTIONS))}"
        )
    found = []
    for name, kind in SEARCHED.items():
        stated = options.get(name) or []
        if not isinstance(stated, list):
            raise RegistryError(f"source {source.name}: options.{name} is no list")
        values = list(dict.fromkeys(map(str, stated)))
        if kind == "products":
            starts = range(0, len(values), BATCH)
            values = [",".join(values[at : at + BATCH]) for at in starts]
        found += [Ask(kind, each) for each in values]
    return found


def number(source: Source, option: str, usual: int, most: int | None = None) -> int:
    """Return a whole number that a source states, or the usual one."""
    stated: Any = source.options.get(option, usual)
    if not isinstance(stated, int) or isinstance(stated, bool) or stated < 1:
        raise RegistryError(f"source {source.name}: options.{option} is no count")
    if most is not None and stated > most:
        raise RegistryError(
            f"source {source.name}: options.{option} is at most {most} there"
        )
    return stated


def further(ask: Ask, rows: int, size: int, total: int | None, pages: int) -> bool:
    """Say whether a list goes on after a page, as far as it is wanted.

    A platform may leave rows out of a page, so its own total counts before the rows.
    """
    if not rows or ask.page >= pages:
        return False
    return ask.page * size < total if total else rows >= size


def following(ask: Ask, token: str = "") -> Ask:
    """Return the page after another."""
    return replace(ask, page=ask.page + 1, token=token)


def address(session: Session, path: str, said: dict[str, Any]) -> str:
    """Return an address with what was asked, what is empty left out."""
    shown = {name: value for name, value in said.items() if value not in ("", None)}
    return f"{session.url(path)}?{urlencode(shown)}"
