"""The addresses of a storefront's pages, each template in its own fashion."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

from sandbox.storefronts.shelf import Article

# template: the path of an article, the path of a page of a category
_PRODUCTS = {
    "json_ld": "/p/{number}/{slug}",
    "microdata": "/artikel/{slug}-{number}.html",
    "opengraph": "/item/{slug}-{number}",
    "chinese": "/item.htm?id={number}",
    "gbk": "/goods-{number}.html",
    "shopify": "/products/{slug}-{number}",
    "woocommerce": "/product/{slug}-{number}/",
}
_LISTS = {
    "json_ld": "/c/{code}?page={page}",
    "microdata": "/kategorie/{code}?seite={page}",
    "opengraph": "/shop/{code}?p={page}",
    "chinese": "/list.htm?cat={code}&page={page}",
    "gbk": "/list-{code}-{page}.html",
    "shopify": "/collections/{code}?page={page}",
    "woocommerce": "/product-category/{code}/page/{page}/",
}
_FIRSTS = {
    "json_ld": "/c/{code}",
    "microdata": "/kategorie/{code}",
    "opengraph": "/shop/{code}",
    "chinese": "/list.htm?cat={code}",
    "gbk": "/list-{code}-1.html",
    "shopify": "/collections/{code}",
    "woocommerce": "/product-category/{code}/",
}
_PRODUCT_PATHS = {
    "json_ld": re.compile(r"/p/(\d+)/[\w-]+"),
    "microdata": re.compile(r"/artikel/[\w-]*?-(\d+)\.html"),
    "opengraph": re.compile(r"/item/[\w-]*?-(\d+)"),
    "chinese": re.compile(r"/item\.htm"),
    "gbk": re.compile(r"/goods-(\d+)\.html"),
    "shopify": re.compile(r"/products/[\w-]*?-(\d+)"),
    "woocommerce": re.compile(r"/product/[\w-]*?-(\d+)/"),
}
_LIST_PATHS = {
    "json_ld": (re.compile(r"/c/(\w+)"), "page"),
    "microdata": (re.compile(r"/kategorie/(\w+)"), "seite"),
    "opengraph": (re.compile(r"/shop/(\w+)"), "p"),
    "chinese": (re.compile(r"/list\.htm"), "page"),
    "gbk": (re.compile(r"/list-(\w+)-(\d+)\.html"), ""),
    "shopify": (re.compile(r"/collections/(\w+)"), "page"),
    "woocommerce": (re.compile(r"/product-category/(\w+)/(?:page/(\d+)/)?"), ""),
}
_FIRST_ID = 880_000_000
_APART = re.compile(r"[^a-z0-9]+")


def slug(article: Article) -> str:
    """Return an article's English title as a part of an address."""
    return _APART.sub("-", article.title_en.lower()).strip("-")


def product(template: str, article: Article) -> str:
    """Return the path (and query) of an article's page."""
    number = article.number
    if template == "chinese":
        number += _FIRST_ID
    return _PRODUCTS[template].format(number=number, slug=slug(article))


def product_at(template: str, path: str, query: str) -> int | None:
    """Return the number of the article whose page a path is; None: none."""
    found = _PRODUCT_PATHS[template].fullmatch(path)
    if not found:
        return None
    if template != "chinese":
        return int(found[1])
    given = parse_qs(query).get("id", [""])[0]
    return int(given) - _FIRST_ID if given.isdigit() else None


def category(template: str, code: str, page: int = 1) -> str:
    """Return the path of a page of a category."""
    pattern = _FIRSTS if page == 1 else _LISTS
    return pattern[template].format(code=code, page=page)


def category_at(template: str, path: str, query: str) -> tuple[str, int] | None:
    """Return the category and page that a path names; None: neither."""
    pattern, parameter = _LIST_PATHS[template]
    found = pattern.fullmatch(path)
    if not found:
        return None
    asked = parse_qs(query)
    code = asked.get("cat", [""])[0] if template == "chinese" else found[1]
    page = asked.get(parameter, ["1"])[0] if parameter else found[2] or "1"
    return (code, int(page)) if page.isdigit() else None
