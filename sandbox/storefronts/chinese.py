"""Product pages of Chinese shops, plain HTML: a present layout, an old one in GBK."""

from __future__ import annotations

from html import escape

from sandbox import counters
from sandbox.storefronts import markup
from sandbox.storefronts.shelf import Article
from sandbox.storefronts.stores import Store
from sandbox.storefronts.wording import plain


def present(store: Store, article: Article, day: int) -> tuple[str, str]:
    """Return head and body: struck price, activity price, coupon, hand price, 已售."""
    whole, part = plain(article.price).split(".")
    word = "活动价" if article.activity else "价格"
    struck = (
        f'<div class="row"><span class="label">原价</span>'
        f'<del class="origin">¥{plain(article.list_price)}</del></div>'
        if markup.is_reduced(article)
        else ""
    )
    colours = "".join(
        f'<li data-sku="{one.sku}" data-price="{plain(one.price)}"'
        f' data-stock="{one.stock}"><span>{one.colour_zh}</span></li>'
        for one in article.variants
    )
    choice = f'<dl><dt>颜色分类</dt><dd><ul class="sku">{colours}</ul></dd></dl>'
    stock = f"库存{article.stock}件" if article.stock else "已售罄"
    body = (
        f"{_crumbs(store, article)}"
        f'<h1 class="title">{escape(article.title_zh)}</h1>'
        f'<div class="price-box">{struck}<div class="row"><span class="label">{word}'
        f'</span><em class="sign">¥</em><span class="price"><b>{whole}</b>.{part}'
        f"</span></div>{_coupon(article)}</div>"
        f'<div class="counter"><span>{sold(article)}</span>'
        f"<span>累计评价 {article.reviews}</span>"
        f"<span>评分 {article.rating}</span></div>"
        f"{choice if colours else ''}"
        f'<p class="stock">{stock}</p>'
        f'<p class="shop">店铺：<a href="/">{escape(store.style.title)}</a></p>'
        f'<ul class="attributes"><li>品牌：{escape(article.brand_zh)}</li>'
        f"<li>型号：{article.model}</li><li>商品编号：{article.listing_id}</li></ul>"
        f"{markup.related(store, article, day)}"
    )
    return "", body


def old(store: Store, article: Article, day: int) -> tuple[str, str]:
    """Return head and body of a table: 市场价, 本店价, 月销量; no structured data."""
    market = plain(article.list_price)
    stock = f"{article.stock} 件" if article.stock else "暂时缺货"
    rows = (
        ("商品编号", article.listing_id),
        ("商品品牌", escape(article.brand_zh)),
        ("市场价", f"<s>￥{market}元</s>"),
        ("本店价", f'<font color="red">￥{plain(article.price)}元</font>'),
        ("月销量", str(article.recent)),
        ("商品评价", f"{article.reviews}条"),
        ("商品库存", stock),
    )
    table = "".join(
        f"<tr><td align=right>{name}：</td><td>{text}</td></tr>" for name, text in rows
    )
    body = (
        f"{_crumbs(store, article)}<h1>{escape(article.title_zh)}</h1>"
        f'<table width="100%">{table}</table>{markup.related(store, article, day)}'
    )
    head = f'<meta name="description" content="{escape(article.title_zh)}">'
    return head, body


def sold(article: Article) -> str:
    """Return the counter of the present layout: pieces of its life, two digits."""
    return counters.text("douyin", article.sold) or ""


def _coupon(article: Article) -> str:
    """Return coupon and hand price; the price after it only where it may be used."""
    if not article.coupon:
        return ""
    least = plain(article.coupon_min)
    told = (
        f'<div class="row"><span class="label">优惠券</span><span class="coupon">'
        f"满{least}减{plain(article.coupon)}</span></div>"
    )
    if article.final < article.price:
        told += (
            f'<div class="row"><span class="label">到手价</span>'
            f'<span class="hand">¥{plain(article.final)}</span></div>'
        )
    return told


def _crumbs(store: Store, article: Article) -> str:
    parent, leaf = markup.path(store, article)
    return (
        f'<div class="crumb">当前位置：<a href="/">首页</a> &gt; {escape(parent)}'
        f" &gt; {escape(leaf)}</div>"
    )
