"""Links: where goods, further pages and categories are, and what is only a trap."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from lxml.html import HtmlElement
from w3lib.url import safe_url_string

from scrapers.items import Links
from scrapers.reading.documents import Document, squeezed, words_of
from scrapers.reading.rules import SiteRules

_PRODUCT = re.compile(
    r"/(?:products?|p|dp|item|itm|goods|detail|produkt|artikel|produit|producto"
    r"|prodotto"
    r"|shop/product|gp/product|buy|listing)(?:[-_]?(?:detail|info|view"
    r"|page))?s?[/._-][^/]"
    r"|/(?:item|goods|product|detail)\.(?:html?|php|aspx?|jsp)|-p-?\d+|/\d{4,}\.html?$"
    r"|_i\d+\.html|/\d{6,}(?:\.html?)?/?$|\.p\?|/p\d{3,}|-\d{5,}(?:\.html?)?/?$",
    re.IGNORECASE,
)
_PRODUCT_QUERY = re.compile(
    r"(?:^|&)(?:product_?id|goods_?id|item_?id|num_iid|pid|sku_?id|products_id)=", re.I
)
_CATEGORY = re.compile(
    r"/(?:categor(?:y|ies|ie)|c|cat|collections?|kategorie|rayon|department|list|shop"
    r"|browse"
    r"|product-category|catalog(?:ue)?|brands?|tag)[/._-]|[?&](?:cat|cid"
    r"|category)(?:_?id)?=",
    re.IGNORECASE,
)
_NEXT = re.compile(
    r"^(?:next(?:\s+page)?|older|more|load more|show more|weiter|nächste(?:\s+seite)?"
    r"|suivant"
    r"e?|siguiente|próxim[ao]|successiv[ao]|avanti|volgende|nästa|neste|næste"
    r"|następna|dalej"
    r"|další|след(?:ующая)?|вперед|下一?页|下页|后一?页|次へ|次のページ|다음|加载更多"
    r"|查看更多|>|»|›|→|>>)"
    r"\s*(?:>|»|›|→)*$",
    re.IGNORECASE,
)
_PAGE_PARAMETER = re.compile(
    r"^(?:page|p|pg|paged|pageno|page_?num|pageindex|start|offset)$"
)
_PAGED = re.compile(r"p(?:g|age)?[-_=/a-z]*\d|start=|offset=", re.I)
_PAGE_PATH = re.compile(r"/page[/-]?\d+/?$|[-_/]p(?:age)?[-_]?\d+(?:\.html?)?$", re.I)
_NEVER = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|css|js|pdf|zip|mp4|ico|woff2?|xml|rss)$|/(?:cart"
    r"|basket"
    r"|checkout|account|login|signin|register|wishlist|compare|logout|wp-admin|wp-login"
    r"|customer|add-to|feed|share|print|cdn-cgi|warenkorb|panier)(?:[/?.]|$)"
    r"|[?&](?:add-to-cart|add_to_wishlist|action|replytocom|share)=",
    re.IGNORECASE,
)
_OTHER_SCHEME = re.compile(
    r"(?:javascript|mailto|tel|data|about|whatsapp|weixin|blob|sms|ftp):", re.I
)
_UNSAFE = re.compile(r"[\s\\<>\"{}|^`]")
_TRACKING = re.compile(
    r"(?:^|(?<=&))(?:utm_\w+|gclid|fbclid|msclkid|spm|scm|ref|ref_|_trk\w*|_pos|_sid"
    r"|_ss|_psq|_fid"
    r"|mc_[ce]id|sessionid|phpsessid|jsessionid|sid|from|source|yclid|dclid"
    r"|igshid)(?==|&|$)",
    re.IGNORECASE,
)
_FACETS = re.compile(
    r"^(?:sort\w*|order\w*|dir|view|mode|limit|per_?page|filter\w*|price\w*|min\w*"
    r"|max\w*"
    r"|colou?r|size|brand|rating|facet\w*|attr\w*|q|year|month|day|date|calendar)$|\[",
    re.IGNORECASE,
)
MAX_LINKS = 2000
MAX_DEEP = 12
"""Path parts beyond which an address is a trap (repeating paths, calendars)."""


def of_head(document: Document) -> Links:
    """Return what the head of a page links to: its own address and the next page."""
    canonical = None
    next_pages: list[str | None] = []
    for node in document.tree.iter("link"):
        rel = (node.get("rel") or "").lower().split()
        href = node.get("href")
        if href and "canonical" in rel and canonical is None:
            canonical = absolute(document, href)
        elif href and "next" in rel:
            next_pages.append(absolute(document, href))
    return Links(next_pages=_once(next_pages, document.page.url), canonical=canonical)


def of(document: Document, rules: SiteRules | None = None) -> Links:
    """Return the links of a page; those of foreign hosts and traps are left out."""
    head = of_head(document)
    next_pages = list(head.next_pages)
    products: list[str] = []
    categories: list[str] = []
    known: dict[str, str | None] = {}
    given = _given(document, rules)
    pages_here = _page_of(document.page.url)
    for count, node in enumerate(document.tree.iter("a", "area")):
        href = (node.get("href") or "").strip()
        if count > MAX_LINKS or not href or href[0] == "#":
            continue
        if href in known:
            address = known[href]
        else:
            address = absolute(document, href)
            if address and not is_worth_going(document.page.url, address):
                address = None
            known[href] = address
        if address is None:
            continue
        if _is_next(node, address, document.page.url, pages_here):
            next_pages.append(address)
        elif "products" not in given and is_product(address):
            products.append(address)
        elif _CATEGORY.search(address) and not facets(address):
            categories.append(address)
    return Links(
        products=_once(given.get("products", products), document.page.url),
        next_pages=_once(given.get("next_pages", next_pages), document.page.url),
        categories=_once(given.get("categories", categories), document.page.url),
        canonical=head.canonical,
    )


def absolute(document: Document, href: str) -> str | None:
    """Return an address as a browser would ask for it, without its fragment."""
    if _OTHER_SCHEME.match(href):
        return None
    try:
        if href.isascii() and not _UNSAFE.search(href):
            if href[0] == "/" and href[1:2] != "/" and "/." not in href:
                scheme, _, host = document.base.split("/", 3)[:3]
                return clean(f"{scheme}//{host}{href}")
            if href.startswith(("https://", "http://")):
                return clean(href)
            return clean(urljoin(document.base, href))
        return clean(safe_url_string(urljoin(document.base, squeezed(href))))
    except ValueError:
        return None


def clean(address: str) -> str | None:
    """Return an address without fragment and without parameters that only track."""
    address = address.partition("#")[0]
    if not address.startswith(("http://", "https://")):
        return None
    path, _mark, query = address.partition("?")
    if path.count("/") < 3:
        path += "/"
    if query and _TRACKING.search(query):
        kept = [each for each in query.split("&") if not _TRACKING.match(each)]
        query = "&".join(kept)
    return f"{path}?{query}" if query else path


def is_product(address: str) -> bool:
    """Tell whether an address looks like that of one product."""
    parts = urlsplit(address)
    if _PAGE_PATH.search(parts.path):
        return False
    shown = bool(_PRODUCT.search(parts.path)) or bool(
        _PRODUCT_QUERY.search(parts.query)
    )
    return shown and not re.search(r"/(?:reviews?|questions?)(?:/|$)", parts.path)


def is_worth_going(origin: str, address: str) -> bool:
    """Tell whether an address is on the same site and no trap, basket or picture."""
    if _site(address) != _site(origin) or _NEVER.search(address):
        return False
    steps = [each for each in address.partition("?")[0].split("/")[3:] if each]
    repeated = len(steps) > 4 and any(steps.count(each) > 2 for each in steps)
    return len(steps) <= MAX_DEEP and not repeated and facets(address) <= 2


def facets(address: str) -> int:
    """Return how many filters, orders and dates an address combines."""
    keys = [
        key for key, _ in parse_qsl(urlsplit(address).query, keep_blank_values=True)
    ]
    return sum(bool(_FACETS.search(key)) for key in keys)


def _given(document: Document, rules: SiteRules | None) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, place in (rules.links if rules else {}).items():
        taken = []
        for element in place.elements(document):
            href = element if isinstance(element, str) else element.get("href")
            if href and (address := absolute(document, href)):
                taken.append(address)
        found[name] = taken
    return found


def _is_next(node: HtmlElement, address: str, url: str, here: int) -> bool:
    if node.get("rel") and "next" in node.get("rel").lower().split():
        return True
    label = words_of(node) if len(node) < 4 else ""
    if label and len(label) < 20 and _NEXT.match(label):
        return _page_of(address) > 1 or not is_product(address)
    mark = f"{node.get('class', '')} {node.get('aria-label', '')}"
    number = _page_of(address)
    if number > 1 and re.search(r"\bnext\b", mark, re.I):
        return True
    return number == here + 1 and _without_page(address) == _without_page(url)


def _page_of(address: str) -> int:
    """Return the page number an address names, 1 where it names none."""
    if not _PAGED.search(address):
        return 1
    parts = urlsplit(address)
    for key, value in parse_qsl(parts.query):
        if _PAGE_PARAMETER.match(key.lower()) and value.isdigit() and len(value) < 7:
            return int(value)
    match = re.search(r"(?:page[/-]?|[-_/]p)(\d{1,6})(?:\.html?)?/?$", parts.path, re.I)
    return int(match[1]) if match else 1


def _without_page(address: str) -> str:
    parts = urlsplit(address)
    kept = [
        pair
        for pair in parse_qsl(parts.query)
        if not _PAGE_PARAMETER.match(pair[0].lower())
    ]
    return (
        f"{parts.netloc}{_PAGE_PATH.sub('', parts.path).rstrip('/')}?{urlencode(kept)}"
    )


def _site(address: str) -> str:
    host = address.split("/", 3)[2] if address.count("/") > 1 else ""
    return host.lower().removeprefix("www.").removeprefix("m.")


def _once(addresses: Iterable[str | None], url: str) -> tuple[str, ...]:
    own = clean(url)
    return tuple(dict.fromkeys(each for each in addresses if each and each != own))
