"""Personal identifiers become keyed hashes that match where the person is the same."""

from __future__ import annotations

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seller_intel.personal import Hasher


def test_a_phone_number_hashes_alike_however_it_is_written():
    hasher = Hasher(b"key")

    forms = [
        "13912345678",
        "+86 139 1234 5678",
        "'139-1234-5678",
        "１３９１２３４５６７８",
    ]

    assert len({hasher.hash("phone", form) for form in forms}) == 1


def test_a_mail_address_hashes_alike_in_upper_and_lower_case():
    hasher = Hasher(b"key")

    assert hasher.hash("mail", " Ann@Example.org ") == hasher.hash(
        "mail", "ann@example.org"
    )


def test_a_phone_hashes_alike_on_every_platform_and_an_account_does_not():
    hasher = Hasher(b"key")

    assert hasher.hash("phone", "13912345678", "jd") == hasher.hash(
        "phone", "13912345678", "taobao"
    )
    assert hasher.hash("buyer", "ann", "jd") != hasher.hash("buyer", "ann", "taobao")


def test_another_key_gives_another_hash():
    assert Hasher(b"one").hash("buyer", "ann") != Hasher(b"two").hash("buyer", "ann")


@pytest.mark.parametrize(
    ("kind", "value", "outcome"),
    [
        ("phone", "139****5678", "masked"),
        ("buyer", "小**8", "masked"),
        ("phone", "$$composed$$", "masked"),
        ("phone", "00000000000", "placeholder"),
        ("buyer", "匿名用户", "placeholder"),
        ("buyer", "-", "placeholder"),
        ("phone", "call me", "unreadable"),
        ("mail", "not an address", "unreadable"),
    ],
)
def test_what_names_nobody_is_counted_and_gives_no_hash(kind, value, outcome):
    hasher = Hasher(b"key")

    assert hasher.hash(kind, value) is None
    assert hasher.counts == {outcome: 1}


@pytest.mark.parametrize("length", [1, 64, 65, 200])
def test_a_hash_is_the_hmac_of_kind_platform_and_value(length):
    key = bytes(range(256))[:length]

    hashed = Hasher(key).hash("buyer", "Ann-1", "jd")

    assert hashed == hmac.new(key, b"buyer\x00jd\x00Ann-1", "sha256").hexdigest()


def test_an_empty_key_is_refused():
    with pytest.raises(ValueError, match="key"):
        Hasher(b"")


@given(st.text(min_size=1))
def test_a_hash_never_holds_the_value(value):
    digest = Hasher(b"key").hash("buyer", value, "jd")

    assert digest is None or (len(digest) == 64 and int(digest, 16) >= 0)
