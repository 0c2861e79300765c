"""Price texts: what is a price, in which currency, and what is none."""

from __future__ import annotations

from decimal import Decimal

import pytest

from scrapers.reading import currencies, prices


@pytest.mark.parametrize(
    ("text", "amount", "sign", "high"),
    [
        ("1.299,00 €", "1299.00", "€", None),
        ("¥1,299.00起", "1299.00", "¥", None),
        ("１２９９", "1299", None, None),
        ("￥１，２９９．００", "1299.00", "￥", None),
        ("到手价99", "99", None, None),
        ("149.00 - 159.00", "149.00", None, "159.00"),
        ("¥99-¥199", "99", "¥", "199"),
        ("1.2万", "12000", None, None),
        ("CHF 1’299.00", "1299.00", "CHF", None),
        ("Rs. 1,29,999", "129999", "Rs", None),
        ("1.500 KD", "1.500", "KD", None),
        ("US $349.99", "349.99", "US $", None),
        ("2件装 ¥59.9", "59.9", "¥", None),
        ("¥49.9/2件", "49.9", "¥", None),
        ("3 Ausgaben für nur 14,85 EUR", "14.85", "EUR", None),
    ],
)
def test_a_price_text_reads_as_meant(text, amount, sign, high):
    read = prices.parse(text)

    assert read.amount == Decimal(amount)
    assert read.currency == sign
    assert read.high == (Decimal(high) if high else None)
    assert not read.is_instalment


@pytest.mark.parametrize(
    "text",
    [
        "面议",
        "暂无报价",
        "Price on request",
        "25-09",
        "July, 2004",
        "满99包邮",
        "",
        "-",
    ],
)
def test_what_is_no_price_gives_none(text):
    assert prices.parse(text).amount is None


@pytest.mark.parametrize(
    "text",
    ["$24.96/mo.", "12期×¥108.25", "¥108.25/期", "10x de R$ 12,90", "£12.99 per month"],
)
def test_an_instalment_is_told_from_a_price(text):
    assert prices.parse(text).is_instalment


def test_from_and_hand_prices_say_so():
    assert prices.parse("¥1,299.00起").is_from
    assert prices.parse("券后¥79.9").is_hand
    assert not prices.parse("¥79.9").is_hand


@pytest.mark.parametrize(
    ("sign", "country", "code"),
    [
        ("¥", "cn", "CNY"),
        ("¥", "jp", "JPY"),
        ("¥", None, None),
        ("$", "ca", "CAD"),
        ("$", None, "USD"),
        ("kr", "se", "SEK"),
        ("kr", None, None),
        ("RMB", None, "CNY"),
        ("eur", None, "EUR"),
        ("元", None, "CNY"),
        ("stars", None, None),
    ],
)
def test_a_sign_means_the_currency_of_its_place_or_none(sign, country, code):
    assert currencies.code_of(sign, country) == code


@pytest.mark.parametrize(
    ("url", "language", "country"),
    [
        ("https://shop.example.de/x", "", "de"),
        ("https://item.taobao.com/item.htm?id=1", "", "cn"),
        ("https://www.amazon.co.uk/dp/1", "en", "uk"),
        ("https://shop.example/x", "zh-CN", "cn"),
        ("https://shop.example/x", "en", None),
        ("https://shop.example/x", "en_US", "us"),
    ],
)
def test_the_country_comes_from_language_tag_or_host(url, language, country):
    assert currencies.country_of(url, language) == country
