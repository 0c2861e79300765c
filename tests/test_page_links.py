"""Links, sitemaps, ids, charsets and site rules: what leads and what misleads."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest

from scrapers.items import Page, PageVerdict
from scrapers.pages import web
from scrapers.reading import charsets, identities, json_ld, rules, sitemaps

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
LIST = """<html><head><link rel="next" href="/c/mugs?page=3"></head><body><h1>Mugs</h1>
<a href="/products/mug-1?utm_source=x#top">Mug 1</a> <a href="/products/mug-1">again</a>
<a href="//shop.example/products/mug-2">Mug 2</a> <a href="/c/cups">Cups</a>
<a href="https://elsewhere.example/products/mug-9">Mug 9</a>
<a href="/cart?add-to-cart=5">Add</a> <a href="javascript:void(0)">x</a>
<a href="/c/mugs?color=red&amp;size=s&amp;sort=price">filters</a>
<a href="/a/b/a/b/a/b/a/b/products/mug-3">trap</a>
<a href="/c/mugs?page=3">&raquo;</a> <a href="/c/mugs?page=7">7</a></body></html>"""


def test_a_list_page_gives_products_next_page_and_categories():
    reading = web.read(page("https://shop.example/c/mugs?page=2", LIST))

    assert reading.verdict is PageVerdict.LIST
    assert reading.links.products == (
        "https://shop.example/products/mug-1",
        "https://shop.example/products/mug-2",
    )
    assert reading.links.next_pages == ("https://shop.example/c/mugs?page=3",)
    assert "https://shop.example/c/cups" in reading.links.categories
    assert not any("color=red" in each for each in reading.links.categories)


def test_the_page_after_this_one_is_found_without_rel_next():
    text = "".join(f'<a href="/list?page={each}">{each}</a>' for each in (1, 2, 3))

    reading = web.read(page("https://shop.example/list?page=2", text))

    assert reading.links.next_pages == ("https://shop.example/list?page=3",)


@pytest.mark.parametrize(
    ("text", "following"),
    [
        (
            '<div class="load-more" data-next-url="/list?page=3">加载更多</div>',
            "page=3",
        ),
        ('<button class="btn" data-url="/list?page=3">Load more</button>', "page=3"),
        ('<div id="infinite" data-next="?page=3"></div>', "page=3"),
        ('<div class="load-more" data-next-page="3"></div>', None),
        ('<div class="card" data-url="/list?page=9">Mug</div>', None),
        (
            '<form action="/list?page=1"><input type="hidden" name="k" value="tea">'
            "<select name=page><option>1</option><option selected>2</option>"
            "<option>3</option></select></form>",
            "k=tea&page=3",
        ),
        (
            "<form action=/list data-pages=9><input name=page value=2></form>",
            "page=3",
        ),
        ("<form><select name=page><option selected>2</option></select></form>", None),
        (
            "<form method=post><select name=page><option selected>2</option>"
            "<option>3</option></select></form>",
            None,
        ),
    ],
)
def test_a_list_without_links_goes_on_where_its_list_or_form_says(text, following):
    reading = web.read(page("https://shop.example/list?page=2", text))

    wanted = (f"https://shop.example/list?{following}",) if following else ()
    assert reading.links.next_pages == wanted


def test_a_sitemap_is_read_with_its_dates_and_within_its_bound():
    body = b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>" + b"".join(
        b"<url><loc> https://shop.example/p/%d </loc>"
        b"<lastmod>2026-01-02</lastmod></url>" % each
        for each in range(1000)
    )

    found = list(sitemaps.entries(gzip.compress(body + b"</urlset>"), limit=500))

    assert len(found) == 500
    assert found[0].url == "https://shop.example/p/0"
    assert found[0].changed_at == datetime(2026, 1, 2, tzinfo=UTC)
    assert len(list(sitemaps.entries(body[:-40]))) == 999


def test_a_sitemap_bomb_costs_no_more_than_its_bound(monkeypatch):
    monkeypatch.setattr(sitemaps, "MAX_BYTES", 200_000)
    bomb = gzip.compress(
        b"<urlset>" + b" " * 5_000_000 + b"<url><loc>https://a.b/</loc></url>"
    )
    entities = (
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        b"<urlset><url><loc>https://shop.example/&b;</loc></url></urlset>"
    )

    assert list(sitemaps.entries(bomb)) == []
    assert all("aaaa" not in each.url for each in sitemaps.entries(entities))


def test_a_sitemap_index_leads_to_sitemaps():
    body = "<sitemapindex><sitemap><loc>https://shop.example/s1.xml</loc></sitemap>"

    reading = web.read(page("https://shop.example/sitemap.xml", body))

    assert reading.verdict is PageVerdict.SITEMAP
    assert reading.links.sitemaps == ("https://shop.example/s1.xml",)
    assert not reading.links.products
    robots = b"User-agent: *\nSitemap: https://shop.example/sitemap.xml\n"
    assert sitemaps.from_robots(robots) == ["https://shop.example/sitemap.xml"]


@pytest.mark.parametrize(
    ("url", "canonical", "listing"),
    [
        ("https://www.shop.example/p/1?utm_source=a&ref=b", None, "shop.example/p/1"),
        (
            "https://shop.example/item.htm?id=9&spm=x",
            None,
            "shop.example/item.htm?id=9",
        ),
        ("https://shop.example/p/1?v=2", "/p/1", "shop.example/p/1"),
        ("https://shop.example/p/1", "https://shop.example/", "shop.example/p/1"),
        ("https://shop.example/p/1", "https://other.example/p/2", "shop.example/p/1"),
    ],
)
def test_a_listing_keeps_its_id_however_it_is_reached(url, canonical, listing):
    assert identities.listing_id(url, canonical) == listing


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (
            "商品价格：九十九元，加入购物车".encode("gb18030"),
            "text/html; charset=utf-8",
        ),
        ("商品价格：九十九元，加入购物车".encode("gb18030"), ""),
        ("商品价格：九十九元，加入购物车".encode(), "text/html; charset=gb2312"),
        (
            "商品价格：九十九元，加入购物车".encode("gb18030"),
            "text/html; charset=gb2312",
        ),
        (b"\xef\xbb\xbf" + "商品价格：九十九元，加入购物车".encode(), ""),
    ],
)
def test_the_true_charset_counts_not_the_claimed_one(body, content_type):
    got = Page(
        "https://shop.example/", body, NOON, headers={"Content-Type": content_type}
    )

    assert charsets.text_of(got) == "商品价格：九十九元，加入购物车"


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1,}',
        '{"a": 1 /* one */}',
        '// first\n{"a": 1}',
        "<!-- {&quot;a&quot;: 1} -->",
        '<![CDATA[ {"a": 1} ]]>',
        '{"a": 1',
        '{"a": 1};',
    ],
)
def test_broken_json_is_repaired(text):
    assert json_ld.loads(text) == {"a": 1}


def test_repair_leaves_addresses_and_texts_whole():
    text = '{"u": "https://a.example/x", "t": "a, } /* no */ b", "l": [1, 2,],}'

    assert json_ld.loads(text) == {
        "u": "https://a.example/x",
        "t": "a, } /* no */ b",
        "l": [1, 2],
    }


@pytest.mark.timeout(20)
@pytest.mark.parametrize("block", ['{"a":[' * 50_000, '{"a":"' + '\\"' * 200_000])
def test_a_hostile_block_costs_little_and_gives_nothing(block):
    assert not json_ld.loads(block)


def test_five_lines_of_rules_read_a_shop_of_its_own_making():
    stated = """
    hosts: [odd.example]
    currency: EUR
    fields:
      title: {css: 'b.t'}
      price: {xpath: "//i[@data-k='p']", pattern: '([0-9,]+)'}
      attributes.Size: {regex: "size='([^']+)'"}
    """
    body = (
        "<b class=t>Odd thing</b><i data-k=p>only 12,50!</i><script>size='XL'</script>"
    )

    reading = web.read(page("https://odd.example/x/1", body), rules=rules.load(stated))

    found = web.listing_of(reading)
    assert found is not None
    assert (found.title, str(found.price), found.currency) == (
        "Odd thing",
        "12.50",
        "EUR",
    )
    assert found.attributes == {"Size": "XL"}
    assert found.methods["price"] == "rules"


@pytest.mark.parametrize(
    "stated",
    [
        {"fields": {"prise": "b"}},
        {"fields": {"price": {"css": "b["}}},
        {"fields": {"price": {"regex": "("}}},
        {"fields": {"price": {"css": "b", "xpath": "//b"}}},
        {"links": {"away": "a"}},
        {"field": {}},
        "- a list",
    ],
)
def test_rules_that_cannot_be_meant_are_refused_with_the_place(stated):
    with pytest.raises(rules.RuleError, match="site rules"):
        rules.load(stated)


def test_shipped_rules_can_be_meant_and_know_their_hosts():
    assert len(rules.shipped()) >= 3
    assert rules.of("https://item.taobao.com/item.htm?id=1") is not None
    assert rules.of("https://shop.example/item.htm?id=1") is None


def page(url: str, text: str) -> Page:
    return Page(url, text.encode(), NOON, headers={"Content-Type": "text/html"})
