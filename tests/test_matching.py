"""Own products find their rival listings, and people have the last word."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from deliveries import Line
from readings import day_of, reading

from seller_intel import match_fits, match_reviews, matching, product_texts
from seller_intel.match_commands import matches
from seller_intel.match_reviews import Decision, ReviewError

REGISTRY = """
reporting_currency: CNY
shops:
  - {shop_id: "taobao:0", name: Ours, platform: taobao, time_zone: Asia/Shanghai,
     currency: CNY, is_own: true, owner_id: us, mode: platform}
sources: []
"""
RUN = "20260220T060000"
NOON = datetime(2026, 2, 20, 12, tzinfo=UTC)
OWN = "拾光不锈钢保温杯 BX-700 700ml 黑色"
SAME = "【官方】拾光 不锈钢保温杯BX700 0.7升 正品"
OTHER_SIZE = "拾光不锈钢保温杯 500ml 黑色"
OTHER_MODEL = "拾光不锈钢保温杯 BX-900 900ml 黑色"
OTHER = "南极人 纯棉袜子 男士 5双装"


def _good(number: str, title: str, **said: object) -> dict:
    return {"id": number, "title": title, **said}


def _found(own: list[dict], rivals: list[dict]) -> dict[tuple[str, str], str]:
    return {
        (each.own_id, each.rival_id): each.grade for each in matching.match(own, rivals)
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("矿泉水 1.5L", "矿泉水 1500毫升"),
        ("大米 5公斤", "大米 10斤"),
        ("USB drive 1TB", "USB drive 1000 GB"),
        ("drill 18 volts", "drill 18V"),
    ],
)
def test_quantities_agree_whatever_their_unit(one, other):
    assert product_texts.read(one).quantities == product_texts.read(other).quantities
    assert product_texts.read(one).quantities


@pytest.mark.parametrize(
    ("title", "pack"),
    [
        ("抽纸 100抽x3包", 3),
        ("农夫山泉 550ml*24瓶", 24),
        ("袜子 两双装", 2),
        ("Memory Card 2-pk", 2),
        ("battery pack of 8", 8),
        ("CD Changer CDPCX455", 1),
        ("iPhone 15", 1),
    ],
)
def test_the_size_of_a_pack_is_read(title, pack):
    assert product_texts.read(title).pack == pack


def test_model_numbers_are_one_however_they_are_parted():
    codes = {
        next(iter(product_texts.read(title).codes))
        for title in ("Phone KX-TS3282B", "Phone KXTS3282B", "phone kx/ts3282b")
    }

    assert "kxts3282b" in codes
    assert product_texts.stem("kxts3282b") == "kxts3282"


def test_the_same_product_is_found_and_its_sisters_are_not():
    rivals = [
        _good(str(number), title)
        for number, title in enumerate([SAME, OTHER_SIZE, OTHER_MODEL, OTHER])
    ]
    # what else stands on the shelf tells which words are common
    shelf = [_good(f"s{n}", f"保温杯 {n * 10}ml 不锈钢 品牌{n}") for n in range(40)]

    found = _found([_good("own", OWN)], rivals + shelf)

    assert found[("own", "0")] in ("certain", "likely")
    assert not {("own", "1"), ("own", "2"), ("own", "3")} & {
        pair for pair, grade in found.items() if grade != "review"
    }


def test_one_gtin_is_one_product_and_a_wrong_one_is_none():
    own = [_good("own", "Widget", gtin="4006381333931")]
    rivals = [
        _good("same", "Completely otherwise", gtin="04006381333931"),
        _good("wrong digit", "Completely otherwise", gtin="4006381333932"),
    ]

    assert _found(own, rivals) == {("own", "same"): "certain"}


def test_a_shop_sells_a_product_under_one_listing():
    title = "Acme Turbo Blender TB-5000"
    own = [_good("own", title)]
    shelf = [_good(f"s{n}", f"Blender model {n}") for n in range(30)]

    apart = _found(
        own, [_good("a", title, shop="1"), _good("b", title, shop="2"), *shelf]
    )
    within = _found(
        own, [_good("a", title, shop="1"), _good("b", title, shop="1"), *shelf]
    )

    assert {apart[("own", "a")], apart[("own", "b")]} <= {"certain", "likely"}
    assert within == {("own", "a"): "review", ("own", "b"): "review"}


def test_the_order_of_goods_does_not_matter():
    own = [
        _good(f"o{n}", f"Maker{n % 5} Kettle K{n}00 {n % 3 + 1}L") for n in range(30)
    ]
    rivals = [_good(f"r{n}", f"Kettle maker{n % 5} K-{n}00") for n in range(30)]
    once = matching.match(own, rivals)

    random.Random(3).shuffle(own)
    random.Random(4).shuffle(rivals)

    assert matching.match(own, rivals) == once
    assert once


def test_goods_without_anything_readable_match_nothing():
    own = [_good("empty", ""), _good("signs", "!!! ★★★"), {"id": "none", "title": None}]

    assert matching.match(own, own) == []
    assert matching.match(own, []) == []
    assert matching.match([_good("a", "x", price="free")], own) == []


@pytest.fixture(scope="module")
def line(shared_postgres) -> Line:
    """A market of one listing of ours and three of others, fitted once."""
    shared_postgres.register(REGISTRY)
    made = Line()
    titles = {0: OWN, 1: SAME, 2: OTHER_MODEL, 4: OTHER}
    shelf = {100 + n: f"保温杯 {n * 10}ml 不锈钢 品牌{n}" for n in range(40)}
    made.deliver(
        "listings",
        [
            reading(
                number,
                day_of(day),
                "59.00",
                title=title,
                shop_id=f"taobao:{number}",
            )
            for number, title in (titles | shelf).items()
            for day in range(2)
        ],
        source="crawl",
    )
    made.deliver(
        "listing_matches",
        [
            {
                "platform_id": "all",
                "own_listing_id": "taobao:0",
                "rival_listing_id": "taobao:4",
                "valid_from": "2025-12-01",
                "reviewed_by": "li",
            }
        ],
        source="reference",
    )
    made.build(RUN, full_refresh=True)
    match_fits.fit(RUN)
    return made


def _usable(postgres, line: Line) -> set[str]:
    line.build(RUN)
    rows = postgres.rows(
        "select rival_listing_id from core.listing_matches where is_usable"
    )
    return {row["rival_listing_id"] for row in rows}


def test_a_fit_reaches_core_and_a_decision_overrules_it(
    shared_postgres, line, tmp_path
):
    assert _usable(shared_postgres, line) == {"taobao:1", "taobao:4"}

    path = tmp_path / "queue.csv"
    assert match_reviews.export(path, ("certain", "likely")) == 1
    answered = path.read_text("utf-8-sig").replace(",,", ",no,not ours", 1)
    path.write_text(answered, "utf-8-sig")
    done = CliRunner().invoke(matches, ["import", str(path), "--by", "wang"])
    match_reviews.decide([Decision("taobao:0", "taobao:4", False)], "wang", NOON)
    match_fits.fit(RUN)

    assert done.exit_code == 0 and "1 decided" in done.output
    assert _usable(shared_postgres, line) == set()
    log = shared_postgres.rows(
        "select rival_listing_id, is_match, reviewed_by, origin"
        " from ops.listing_match_reviews order by review_id"
    )
    assert [tuple(row.values()) for row in log] == [
        ("taobao:4", True, "li", "file"),
        ("taobao:1", False, "wang", "csv"),
        ("taobao:4", False, "wang", "review"),
    ]


def test_the_queue_asks_about_what_nobody_decided(shared_postgres, line):
    shared_postgres.execute(
        "delete from ops.listing_match_reviews where origin <> 'file'"
    )

    shown = CliRunner().invoke(
        matches, ["list", "--grade", "certain", "--grade", "likely"]
    )
    asked = CliRunner().invoke(
        matches,
        ["review", "--grade", "certain", "--grade", "likely", "--by", "wang"],
        input="y\n",
    )
    again = match_reviews.queue(("certain", "likely"))

    assert "taobao:1" in shown.output and OWN in shown.output
    assert "1 decided of 1" in asked.output
    assert again == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("own_listing_id,is_match\na,yes\n", "no column rival_listing_id"),
        ("own_listing_id,rival_listing_id,is_match\na,b,perhaps\n", "line 2"),
        ("own_listing_id,rival_listing_id,is_match\na,b,yes\n,b,no\n", "line 3"),
    ],
)
def test_a_csv_that_cannot_be_read_says_where_and_counts_for_nothing(
    content, said, tmp_path
):
    path = tmp_path / "answers.csv"
    path.write_text(content, "utf-8")

    with pytest.raises(ReviewError, match=said):
        match_reviews.read(path)


def test_a_decision_needs_a_name(tmp_path):
    with pytest.raises(ReviewError, match="name"):
        match_reviews.decide([Decision("a", "b", True)], "  ", NOON)
