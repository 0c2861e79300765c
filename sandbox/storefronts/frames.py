"""The frame of a page: head, navigation, foot, and ballast to a wished size."""

from __future__ import annotations

from functools import lru_cache
from html import escape

from sandbox import goods
from sandbox.storefronts import addresses
from sandbox.storefronts.stores import Store
from sandbox.storefronts.wording import WORDS

_BALLAST = (
    '<div class="panel panel-{0}" data-module="promo" data-index="{0}"><ul>'
    '<li class="entry"><span class="icon icon-{1}"></span>Free returns within thirty'
    " days, see our terms</li></ul></div>\n"
    "<script>window.queue=window.queue||[];queue.push(['module',{0},"
    '{{"experiment":"layout-{1}","active":false,"weight":{2}}}]);</script>\n'
)


def page(store: Store, title: str, head: str, body: str) -> str:
    """Return a whole page of a storefront."""
    style, plan = store.style, store.plan
    told = {"wrong": "iso-8859-1", "none": "", "header": ""}.get(
        plan.charset, style.encoding
    )
    meta = f'<meta charset="{told}">' if told else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{_locale(style.language)}"><head>{meta}'
        f"<title>{escape(title)} - {escape(style.title)}</title>\n"
        '<meta name="viewport" content="width=device-width">\n'
        f"{head}</head><body>\n{_navigation(style.template, style.language)}\n"
        f"<main>{body}</main>\n{ballast(plan.filler)}"
        f"<footer>&copy; {escape(style.title)}</footer></body></html>\n"
    )


@lru_cache(maxsize=8)
def ballast(size: int) -> str:
    """Return about so many bytes of markup and script as real pages carry them."""
    parts, length, number = [], 0, 0
    while length < size:
        parts.append(_BALLAST.format(number, number % 17, number * 7_919 % 9_973))
        length += len(parts[-1])
        number += 1
    return "".join(parts)


@lru_cache(maxsize=32)
def _navigation(template: str, language: str) -> str:
    links = "".join(
        f'<li><a href="{escape(addresses.category(template, leaf.code))}">'
        f"{escape(leaf.name_zh if language == 'zh' else leaf.name_en)}</a></li>"
        for leaf in goods.CATEGORIES
    )
    return (
        f'<header><nav><a href="/">{WORDS[language]["home"]}</a><ul>{links}</ul></nav>'
        '<a href="/cart" rel="nofollow">0</a></header>'
    )


def _locale(language: str) -> str:
    return {"zh": "zh-CN", "de": "de-DE", "en": "en"}[language]
