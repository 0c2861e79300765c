"""Hrefs: addresses as a browser would ask for them, and which are worth asking."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, urljoin, urlsplit

from w3lib.url import safe_url_string

from scrapers.reading.documents import Document, squeezed

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
PAGE_PATH = re.compile(r"/page[/-]?\d+/?$|[-_/]p(?:age)?[-_]?\d+(?:\.html?)?$", re.I)
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
MAX_DEEP = 12
"""Path parts beyond which an address is a trap (repeating paths, calendars)."""


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
    if PAGE_PATH.search(parts.path):
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


def _site(address: str) -> str:
    host = address.split("/", 3)[2] if address.count("/") > 1 else ""
    return host.lower().removeprefix("www.").removeprefix("m.")


def once(addresses: Iterable[str | None], url: str) -> tuple[str, ...]:
    own = clean(url)
    return tuple(dict.fromkeys(each for each in addresses if each and each != own))
