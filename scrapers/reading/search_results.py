"""Search results: listings in their places, the sellers and categories they name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scrapers.items import Category, Item, Listing, Page, SearchRank, Seller
from scrapers.reading import replies


@dataclass(frozen=True)
class Question:
    """What was asked: in which list, which page of it, of how many, in which order."""

    rank_list: str | None
    page_no: int
    page_size: int
    sort: str | None = None

    def place(self, place: int) -> int:
        """Return the place in the whole list of a place on its page, from 1."""
        return (self.page_no - 1) * self.page_size + place


def question(
    page: Page,
    given: Mapping[str, str] | None,
    *,
    names: Sequence[str],
    page_no: str,
    page_size: str,
    usual: int,
    sort: str,
) -> Question:
    """Return what was asked, as the caller says it, else as the address does.

    `names` are the parameters that hold the words or the category, the first that is
    there counts; `usual` is how many a page holds where nobody says it.
    """
    stated = dict(given or {})
    return Question(
        rank_list=stated.get("keyword") or replies.asked(page, *names),
        page_no=_count(stated.get("page_no") or replies.asked(page, page_no), 1),
        page_size=_count(
            stated.get("page_size") or replies.asked(page, page_size), usual
        ),
        sort=stated.get("sort") or replies.asked(page, sort),
    )


def placed(
    page: Page,
    listings: Sequence[Listing],
    asked: Question,
    categories: Iterable[Category] = (),
) -> tuple[Item, ...]:
    """Return listings in the places they were found in, and whom and what they name.

    A listing that stands in a ranking of its own keeps that in `rank_list`; where it
    stood in the search then only its SearchRank says.
    """
    items: list[Item] = []
    sellers: dict[str, Seller] = {}
    for place, each in enumerate(listings, 1):
        items.append(each)
        if each.shop_id and each.shop_name:
            sellers[each.shop_id] = Seller(
                each.platform_id,
                each.shop_id,
                each.shop_name,
                page.fetched_at,
                is_self_run=each.is_self_run,
            )
        if each.rank_list is None:
            each.rank_list = asked.rank_list
            each.page_no, each.position = asked.page_no, asked.place(place)
        if asked.rank_list:
            items.append(
                SearchRank(
                    each.platform_id,
                    each.listing_id,
                    page.fetched_at,
                    rank_list=asked.rank_list,
                    position=asked.place(place),
                    currency=each.currency,
                    page_no=asked.page_no,
                    is_ad=each.is_ad,
                    sort=asked.sort,
                )
            )
    nodes = {each.platform_category_id: each for each in categories}
    return (*items, *sellers.values(), *nodes.values())


def branch(
    page: Page, platform: str, nodes: Iterable[tuple[str | None, str | None]]
) -> list[Category]:
    """Return the categories of one listing, (id, name) pairs from the widest down.

    Of pairs without an id or a name only the ones below are left, as roots of theirs.
    """
    found: list[Category] = []
    for level, (number, name) in enumerate(nodes, 1):
        if (
            number
            and name
            and number not in (each.platform_category_id for each in found)
        ):
            found.append(
                Category(
                    platform,
                    number,
                    name,
                    page.fetched_at,
                    parent_id=found[-1].platform_category_id if found else None,
                    level=level,
                )
            )
    return found


def _count(stated: str | None, usual: int) -> int:
    return replies.count(stated) or usual
