"""Which page of a storefront a path names, and what stands on it."""

from __future__ import annotations

import re
from html import escape

from sandbox.gateways.exchange import Reply
from sandbox.storefronts import (
    addresses,
    chinese,
    frames,
    lists,
    maps,
    markup,
    shopify,
    woocommerce,
    wording,
)
from sandbox.storefronts.shelf import Article
from sandbox.storefronts.stores import Store
from sandbox.storefronts.walls import HTML

_TEMPLATES = {
    "json_ld": markup.json_ld,
    "microdata": markup.microdata,
    "opengraph": markup.opengraph,
    "chinese": chinese.present,
    "gbk": chinese.old,
    "shopify": shopify.page,
    "woocommerce": woocommerce.page,
}
_INTERFACES = {"shopify": shopify.answer, "woocommerce": woocommerce.answer}
_MONTH = re.compile(r"/events/(\d{1,4})/(\d{1,2})")
_RING = 3


def answer(store: Store, path: str, query: str, day: int) -> Reply:
    """Return what a good shop answers; traps and redirects as its plan says."""
    if path.endswith((".xml", ".xml.gz")):
        found = maps.sitemap(store, path, day)
        return found or _missing(store)
    interface = _INTERFACES.get(store.style.template)
    if interface and (reply := interface(store, path, query, day)):
        return reply
    if path == "/":
        return written(store, lists.front(store, day))
    number = addresses.product_at(store.style.template, path, query)
    if number is not None:
        return _product(store, number, day)
    wished = addresses.category_at(store.style.template, path, query)
    if wished:
        page = lists.category(store, *wished, query, day)
        return written(store, page) if page else _missing(store)
    return _aside(store, path, day)


def written(store: Store, text: str, status: int = 200) -> Reply:
    """Return a page in the encoding of the shop, told where its plan says."""
    encoding = store.style.encoding
    told = {"wrong": "iso-8859-1", "none": "", "meta": ""}.get(
        store.plan.charset, encoding
    )
    kind = f"text/html; charset={told}" if told else "text/html"
    body = text.encode(encoding, "xmlcharrefreplace")
    return Reply(body, status, (("content-type", kind),))


def _product(store: Store, number: int, day: int) -> Reply:
    article = store.shelf.article(number, day)
    if article is None:
        return _missing(store)
    language = store.style.language
    title = wording.title(article, language)
    if article.is_gone:
        gone = f"<h1>{escape(title)}</h1><p>{wording.WORDS[language]['gone']}</p>"
        page = frames.page(store, title, "", gone)
        return written(store, page, 200 if language == "zh" else 410)
    if has_changed(store, day):
        return written(store, frames.page(store, title, "", _drawn(store, article)))
    head, body = _TEMPLATES[store.style.template](store, article, day)
    return written(store, frames.page(store, title, head, body))


def has_changed(store: Store, day: int) -> bool:
    """Tell whether the storefront has its new layout on a day."""
    changed = store.plan.changed_from
    return changed is not None and store.shelf.date(day) >= changed


def _drawn(store: Store, article: Article) -> str:
    """Return the new layout: digits are pictures, nothing is structured."""
    digits = "".join(
        f'<i class="glyph g{sign}"></i>' if sign.isdigit() else '<i class="dot"></i>'
        for sign in wording.plain(article.price)
    )
    title = escape(wording.title(article, store.style.language))
    return f'<div class="v2"><h1>{title}</h1><div class="amount">{digits}</div></div>'


def _aside(store: Store, path: str, day: int) -> Reply:
    """Return redirects, traps and what is not there."""
    if path.startswith("/go/") and path[4:].isdigit():
        article = store.shelf.article(int(path[4:]), day)
        if article:
            return moved(addresses.product(store.style.template, article))
    if path == "/out" and store.plan.leaves_to:
        return moved(store.plan.leaves_to, 302)
    if path.startswith("/ring/") and path[6:].isdigit():
        return moved(f"/ring/{(int(path[6:]) + 1) % _RING}", 302)
    month = _MONTH.fullmatch(path)
    if month and store.plan.traps:
        page = lists.calendar(store, int(month[1]), int(month[2]))
        if page:
            return written(store, page)
    if path == "/cart":
        return written(store, frames.page(store, "Cart", "", "<h1>Cart</h1>"))
    return _missing(store)


def moved(target: str, status: int = 301) -> Reply:
    """Return a redirect."""
    return Reply(b"", status, (*HTML, ("location", target)))


def _missing(store: Store) -> Reply:
    page = frames.page(store, "404", "", "<h1>404</h1><p>Not found</p>")
    return written(store, page, 404)
