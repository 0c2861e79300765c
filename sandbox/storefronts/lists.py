"""Pages that lead to articles: the front page, categories, traps."""

from __future__ import annotations

from datetime import date
from html import escape
from itertools import permutations
from urllib.parse import parse_qsl

from sandbox import goods
from sandbox.storefronts import addresses, frames, plans, wording
from sandbox.storefronts.shelf import Article
from sandbox.storefronts.stores import Store

_FACETS = ("colour", "size", "price", "brand", "rating")


def front(store: Store, day: int) -> str:
    """Return the front page: categories and, where the plan has them, traps."""
    style = store.style
    links = "".join(
        f'<h2><a href="{escape(addresses.category(style.template, leaf.code))}">'
        f"{escape(leaf.name_zh if style.language == 'zh' else leaf.name_en)}</a></h2>"
        for leaf in goods.CATEGORIES
    )
    more = ""
    if store.plan.traps:
        today = store.shelf.date(day)
        more += f'<a href="/events/{today:%Y/%m}">Events</a>'
    if store.plan.leaves_to:
        more += '<a href="/out">Partner</a>'
    return frames.page(store, style.title, "", links + more)


def category(store: Store, code: str, page: int, query: str, day: int) -> str | None:
    """Return a page of a category; None where it has no such page."""
    if code not in {leaf.code for leaf in goods.CATEGORIES}:
        return None
    style = store.style
    numbers = store.shelf.in_category(day, code)
    pages = max(1, -(-len(numbers) // style.per_page))
    if not 1 <= page <= pages:
        return None
    chosen = numbers[(page - 1) * style.per_page : page * style.per_page]
    cards = "".join(
        card(store, article)
        for number in chosen.tolist()
        if (article := store.shelf.article(number, day))
    )
    leaf = next(each for each in goods.CATEGORIES if each.code == code)
    name = leaf.name_zh if style.language == "zh" else leaf.name_en
    head, foot = _paging(store, code, page, pages)
    facets = _facets(store, code, query) if store.plan.traps else ""
    body = (
        f"<h1>{escape(name)}</h1>{facets}"
        f'<div class="grid" data-count="{len(numbers)}">{cards}</div>{foot}'
    )
    return frames.page(store, name, head, body)


def card(store: Store, article: Article) -> str:
    """Return an article as it stands in a list."""
    style = store.style
    link = escape(addresses.product(style.template, article))
    if plans.is_moved(store.plan, article.number):
        link = f"/go/{article.number}"
    title = escape(wording.title(article, style.language))
    return (
        f'<div class="card"><a class="card-link" href="{link}">'
        f'<img src="/img/{article.number}.jpg" alt="{title}">{title}</a>'
        f'<span class="card-price">{wording.money(article.price, style.currency)}'
        "</span></div>\n"
    )


def _paging(store: Store, code: str, page: int, pages: int) -> tuple[str, str]:
    """Return what head and foot of a list tell of its further pages."""
    template, language = store.style.template, store.style.language
    words = wording.WORDS[language]

    def link(number: int) -> str:
        return escape(addresses.category(template, code, number))

    if store.style.paging == "rel_next":
        more = link(page + 1)
        if page == pages:
            return "", ""
        return (
            f'<link rel="next" href="{more}">',
            f'<a rel="next" class="next" href="{more}">{words["next"]}</a>',
        )
    if store.style.paging == "links":
        numbers = "".join(
            f'<a class="page-number" href="{link(number)}">{number}</a>'
            for number in range(1, pages + 1)
            if number in (1, pages) or abs(number - page) < 3
        )
        return "", f'<div class="pagination">{numbers}</div>'
    if store.style.paging == "parameter":
        options = "".join(
            f"<option{' selected' if number == page else ''}>{number}</option>"
            for number in range(1, pages + 1)
        )
        return "", (
            f'<form class="pager" data-page="{page}" data-pages="{pages}"'
            f' action="{link(1)}">{words["page"]} <select name="p">{options}</select>'
            f" / {pages}</form>"
        )
    if page == pages:
        return "", '<div class="load-more" data-finished="true"></div>'
    return "", (
        f'<div class="load-more" data-next-url="{link(page + 1)}" data-page="{page}"'
        f' data-total-pages="{pages}">加载更多</div>'
    )


def _facets(store: Store, code: str, query: str) -> str:
    """Return links that add a facet to those chosen, in every order: a trap."""
    chosen = [name for name, _ in parse_qsl(query) if name in _FACETS]
    start = addresses.category(store.style.template, code)
    mark = "&" if "?" in start else "?"
    links = []
    for facet in _FACETS:
        if facet in chosen:
            continue
        for value in range(4):
            asked = "&".join([*(f"{name}=1" for name in chosen), f"{facet}={value}"])
            address = escape(f"{start}{mark}{asked}")
            links.append(f'<a class="facet" href="{address}">{facet} {value}</a>')
    for order in permutations(chosen[:3]):
        asked = "&".join(f"{name}=1" for name in order)
        links.append(f'<a class="facet" href="{escape(start + mark + asked)}">sort</a>')
    return f'<aside class="filters">{"".join(links)}</aside>'


def calendar(store: Store, year: int, month: int) -> str | None:
    """Return a month of events, with links to the months around it, for ever."""
    if not (1 <= month <= 12 and 1 <= year <= 9_999):
        return None
    after = (year + month // 12, month % 12 + 1)
    before = (year - (month == 1), (month - 2) % 12 + 1)
    links = "".join(
        f'<a href="/events/{one:04d}/{two:02d}">{one}-{two:02d}</a> '
        for one, two in (before, after)
    )
    day = date(year, month, 1)
    days = "".join(
        f'<a href="/events/{year:04d}/{month:02d}?day={number}">{number}</a> '
        for number in range(1, 29)
    )
    return frames.page(
        store, f"Events {day:%Y-%m}", "", f"<h1>Events</h1>{links}{days}"
    )
