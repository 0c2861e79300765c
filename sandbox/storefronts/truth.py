"""What each storefront truly shows on a day, to hold against what was crawled.

A row is one listing, or one colour of it where the page tells colours apart. A field is
None where the page does not show it; money is decimal text as on the page, and field
names are those of the canonical stream `listings` where it has the field.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from sandbox.storefronts import addresses, chinese, markup, pages, wording
from sandbox.storefronts.shelf import Article, Variant
from sandbox.storefronts.stores import Store
from sandbox.storefronts.wording import plain


@dataclass(frozen=True)
class Shown:
    """One listing or colour as a visitor of its page may read it."""

    url: str
    number: int
    native_id: str
    sku_id: str | None
    title: str
    brand: str | None
    category_path: str
    currency: str
    price: str | None
    list_price: str | None
    activity_price: str | None
    coupon_amount: str | None
    coupon_min_amount: str | None
    final_price: str | None
    status: str | None
    stock: int | None
    counter_text: str | None
    rating: str | None
    review_count: int | None
    gtin: str | None
    mpn: str | None


FIELDS = tuple(each.name for each in fields(Shown))


def shown(store: Store, now: int) -> list[Shown]:
    """Return every listing and colour that a storefront shows at an instant."""
    day = store.shelf.day(now)
    rows = []
    for number in store.shelf.numbers(day).tolist():
        article = store.shelf.article(number, day)
        if article:
            rows += rows_of(store, article, day)
    return rows


def addresses_shown(store: Store, now: int) -> set[str]:
    """Return the addresses of the pages that carry a product at an instant."""
    return {row.url for row in shown(store, now)}


def rows_of(store: Store, article: Article, day: int) -> list[Shown]:
    """Return what the page of one article shows: one row, or one for each colour."""
    if pages.has_changed(store, day):
        return [_row(store, article, None, day)]
    tells_colours = store.style.template in ("json_ld", "microdata", "shopify")
    if article.variants and (
        tells_colours or store.style.template in ("woocommerce", "chinese")
    ):
        return [_row(store, article, one, day) for one in article.variants]
    return [_row(store, article, None, day)]


def _row(store: Store, article: Article, one: Variant | None, day: int) -> Shown:
    style = store.style
    template, language = style.template, style.language
    hidden = pages.has_changed(store, day)
    is_chinese, is_old = template == "chinese", template == "gbk"
    price = one.price if one else article.price
    struck = one.list_price if one else article.list_price
    stock = one.stock if one else article.stock
    shows_struck = struck is not None and (is_old or markup.is_reduced(article))
    coupon = article.coupon if is_chinese and not hidden else 0
    tells_codes = template in ("json_ld", "microdata", "shopify", "woocommerce")
    gtin: str | None = one.gtin if one else article.gtin
    if one and template == "microdata":  # it names the code of the article alone
        gtin = None
    return Shown(
        url=store.address + addresses.product(template, article),
        number=article.number,
        native_id=article.listing_id,
        sku_id=one.sku if one else None,
        title=wording.title(article, language),
        brand=None if hidden else wording.brand(article, language),
        category_path=" > ".join(markup.path(store, article)),
        currency=style.currency,
        price=None if hidden else plain(price),
        list_price=plain(struck) if shows_struck and not hidden and struck else None,
        activity_price=plain(price)
        if is_chinese and article.activity and not hidden
        else None,
        coupon_amount=plain(coupon) if coupon else None,
        coupon_min_amount=plain(article.coupon_min) if coupon else None,
        final_price=plain(article.final)
        if coupon and article.final < article.price
        else None,
        status=None if hidden else ("on" if stock else "sold_out"),
        stock=stock if (is_chinese or is_old) and not hidden else None,
        counter_text=_counter(template, article) if not hidden else None,
        rating=None if hidden or is_old else str(article.rating),
        review_count=None if hidden else article.reviews,
        gtin=gtin if tells_codes and not hidden else None,
        mpn=article.model if tells_codes and not hidden and not one else None,
    )


def _counter(template: str, article: Article) -> str | None:
    if template == "chinese":
        return chinese.sold(article)
    return f"月销量：{article.recent}" if template == "gbk" else None
