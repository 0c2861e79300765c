"""Own products beside rivals that are nearly the same, in many kinds of trade."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from seller_intel import matching, product_texts

Goods = list[dict[str, Any]]


def _good(name: str, title: str, **said: object) -> dict[str, Any]:
    return {"id": name, "title": title, **said}


def _shelf(form: str, *choices: tuple[object, ...]) -> Goods:
    """Return what else is on offer, which tells the words that are common."""
    return [
        _good(f"shelf {number}", form.format(*each))
        for number, each in enumerate(product(*choices))
    ]


PHONES = _shelf(
    "Wireless headphones {} bluetooth over ear black {}h", ("A", "B", "C"), (8, 20, 30)
)
INK = _shelf("Ink cartridge for {} printers {} black", ("Canon", "Epson"), (1, 2, 3))
SOFTWARE = _shelf(
    "{} {} {} software cd",
    ("microsoft", "adobe", "corel"),
    ("office", "photo", "draw"),
    (2005, 2006, 2007),
)
ALES = _shelf(
    "{} {}", ("Stone", "Founders", "Bell's"), ("Amber Ale", "India Pale Ale", "Porter")
)
SONGS = _shelf("{} (feat. {})", ("Happy", "Stay", "Alive"), ("Drake", "Adele", "Sia"))
CONSOLES = _shelf("game console accessory {} white", (1, 2, 3, 4, 5, 6))
COSMETICS = _shelf(
    "{}{} {}ml 保湿", ("珀莱雅", "兰蔻", "自然堂"), ("爽肤水", "精华液"), (50, 100)
)

CASES = {
    "a short title and a long one": (
        _good("own", "Sony WH-1000XM4 Black"),
        _good(
            "same",
            "Sony WH-1000XM4 Wireless Premium Noise Canceling Overhead Headphones"
            " with Mic for Phone-Call and Alexa Voice Control, Black",
        ),
        [_good("next model", "Sony WH-1000XM5 Wireless Headphones Black")],
        PHONES,
    ),
    "a year apart": (
        _good("own", "quickbooks pro 2007 by intuit", brand="intuit", price=199.95),
        _good("same", "intuit quickbooks pro 2007", price=185),
        [
            _good("year before", "intuit quickbooks pro 2006", price=150),
            _good("other edition", "intuit quickbooks premier 2007", price=380),
        ],
        SOFTWARE,
    ),
    "a part number on one side, in the title on the other": (
        _good(
            "own", "HP 951XL Cyan Officejet Ink Cartridge", brand="HP", mpn="CN046AN"
        ),
        _good(
            "same",
            "HP 951XL High Yield Cyan Original Ink Cartridge (CN046AN#140)",
            brand="Hewlett-Packard",
        ),
        [
            _good("other ink", "HP 951XL Magenta Ink Cartridge", mpn="CN047AN"),
            _good("other size", "HP 950XL Black Ink Cartridge", mpn="CN045AN"),
        ],
        INK,
    ),
    "a maker written in two ways": (
        _good("own", "Red Rocket Ale", brand="Bear Republic Brewing Company"),
        _good("same", "Bear Republic Red Rocket Ale", brand="Bear Republic Brewing Co"),
        [_good("other maker", "Red Racer Ale", brand="Central City")],
        ALES,
    ),
    "another version of a song": (
        _good("own", "Dark Horse (feat. Juicy J)", brand="Katy Perry", price=1.29),
        _good("same", "Dark Horse [feat. Juicy J]", brand="Katy Perry", price=1.29),
        [_good("remix", "Dark Horse (Johnson Somerset Remix)", brand="Katy Perry")],
        SONGS,
    ),
    "a bundle and an accessory": (
        _good("own", "Nintendo Switch OLED Console White"),
        _good("same", "Nintendo Switch OLED Model White Console"),
        [
            _good("bundle", "Nintendo Switch OLED White + Mario Kart 8 Bundle"),
            _good("case", "Carrying Case for Nintendo Switch OLED"),
        ],
        CONSOLES,
    ),
    "a Chinese title with another word order, unit and praise": (
        _good("own", "欧莱雅复颜玻尿酸水光充盈导入精华霜50ml"),
        _good("same", "【正品】L'Oreal/欧莱雅 复颜玻尿酸水光充盈导入霜 50毫升 面霜"),
        [_good("toner", "欧莱雅复颜玻尿酸水光充盈爽肤水130ml")],
        COSMETICS,
    ),
    "one bottle and two": (
        _good("own", "百雀羚水嫩倍现盈透精华水100ml 两瓶装"),
        _good("same", "百雀羚 水嫩倍现盈透精华水 100ml*2"),
        [_good("single", "百雀羚 水嫩倍现盈透精华水 100ml")],
        COSMETICS,
    ),
    "a brand in two scripts": (
        _good("own", "拾光中筒袜SO004 10双装", brand="拾光"),
        _good("same", "Shiguang Crew Socks SO004 10 pairs", brand="Shiguang"),
        [_good("other model", "Shiguang Crew Socks SO005 10 pairs", brand="Shiguang")],
        _shelf("{} Socks {} pairs", ("Ankle", "Crew"), (3, 5, 6)),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_same_product_is_found_and_what_is_near_it_is_not_taken(name):
    own, same, near, shelf = CASES[name]

    found = {
        each.rival_id: each.grade
        for each in matching.match([own], [same, *near, *shelf])
    }

    assert found.get("same") in ("certain", "likely")
    taken = {rival for rival, grade in found.items() if grade != "review"}
    assert taken == {"same"}


def test_a_shop_that_lists_a_product_twice_under_its_code_sells_it_twice():
    own = _good("own", "送礼拾光带盖储物箱ST010 25升")
    rivals = [
        _good("plain", "送礼拾光带盖储物箱ST010 25升", shop="1"),
        _good("praised", "家用拾光带盖储物箱ST010 25升学生大容量", shop="1"),
        _good("larger", "送礼拾光带盖储物箱ST010 60升", shop="1"),
    ]
    shelf = _shelf("{}收纳箱{}升", ("木", "布", "塑料", "竹"), (25, 60))

    found = matching.match([own], rivals + shelf)

    assert {each.rival_id for each in found if each.grade != "review"} == {
        "plain",
        "praised",
    }


@pytest.mark.parametrize(
    ("title", "pack"),
    [
        ("Crew Socks 10 pairs", 10),
        ("LED bulb box of 4", 4),
        ("Kitchen towel 6 rolls", 6),
        ("抽纸 100抽x3包", 3),
        ("Socks", 1),
    ],
)
def test_packs_are_read_in_the_words_of_the_trade(title, pack):
    assert product_texts.read(title).pack == pack
