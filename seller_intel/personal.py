"""Personal identifiers to keyed hashes, before anything lands."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import Any

import phonenumbers

# These name a person wherever they are used; other ids mean something on one platform.
EVERYWHERE = frozenset(("phone", "mail", "union_id"))
_KEPT = 50_000
_MASKS = re.compile(r"[*＊•●✱]|^(?:##|\$\$|~[A-Za-z0-9+/=]+~)")
_PLACEHOLDERS = frozenset(
    (
        "-",
        "--",
        "/",
        "null",
        "none",
        "nan",
        "n/a",
        "na",
        "unknown",
        "anonymous",
        "guest",
        "无",
        "暂无",
        "未知",
        "匿名",
        "匿名用户",
        "匿名买家",
        "游客",
        "test@test.com",
        "noreply@example.com",
        "12345678901",
        "13800138000",
    )
)
_FILLER = re.compile(r"^[-0./?_ ]*$")
_CHINESE_MOBILE = re.compile(r"^(?:\+?86)?(1[3-9]\d{9})$")
_MAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
_PHONE_DIGITS = re.compile(r"^\+?[0-9]{5,20}$")
_PHONE_MARKS = re.compile(r"[\s()./-]+")


class Hasher:
    """Hashes identifiers with one key; counts what it would not hash.

    counts: hashed, masked, placeholder, unreadable.
    """

    def __init__(self, key: bytes | str):
        key = key.encode("utf-8") if isinstance(key, str) else key
        if not key:
            raise ValueError("the key of the personal-data hash is empty")
        self._inner, self._outer = _keyed(key)
        self.counts: Counter[str] = Counter()
        self._judge = lru_cache(_KEPT)(self._judged)

    def hash(
        self,
        id_kind: str,
        value: str | None,
        platform: str | None = None,
        region: str = "CN",
    ) -> str | None:
        """Return the keyed hash of an identifier; None where it names nobody.

        Phone, mail and union id hash alike on every platform; any other kind of id
        only together with its platform.
        """
        if value is None or not value.strip():
            return None
        where = "" if id_kind in EVERYWHERE else platform or ""
        outcome, digest = self._judge(id_kind, value, where, region)
        self.counts[outcome] += 1
        return digest

    def _judged(
        self, id_kind: str, value: str, platform: str, region: str
    ) -> tuple[str, str | None]:
        text = value if value.isascii() else unicodedata.normalize("NFKC", value)
        text = text.strip().lstrip("'").strip()
        if not text.isalnum() and _MASKS.search(text):
            return "masked", None
        if _is_placeholder(id_kind, text):
            return "placeholder", None
        normal = _normal(id_kind, text, region)
        if normal is None:
            return "unreadable", None
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(f"{id_kind}\x00{platform}\x00{normal}".encode())
        outer.update(inner.digest())
        return "hashed", outer.hexdigest()


def _keyed(key: bytes) -> tuple[Any, Any]:
    """Return the two SHA-256 states, inner and outer, that HMAC begins with (RFC 2104).

    A copy of the two costs a third of what one of the hmac module's object does.
    """
    block = hashlib.sha256().block_size
    if len(key) > block:
        key = hashlib.sha256(key).digest()
    padded = key.ljust(block, b"\x00")
    inner, outer = (bytes(each ^ mask for each in padded) for mask in (0x36, 0x5C))
    return hashlib.sha256(inner), hashlib.sha256(outer)


def _normal(id_kind: str, text: str, region: str) -> str | None:
    if id_kind == "phone":
        return _phone(text, region)
    if id_kind == "mail":
        mail = text.lower()
        return mail if _MAIL.match(mail) else None
    return text


def _phone(text: str, region: str) -> str | None:
    """Return a telephone number as E.164."""
    bare = _PHONE_MARKS.sub("", text)
    if not _PHONE_DIGITS.match(bare):
        return None
    chinese = _CHINESE_MOBILE.match(bare)
    if chinese and (region == "CN" or bare.startswith(("+86", "86"))):
        return f"+86{chinese.group(1)}"
    try:
        number = phonenumbers.parse(bare, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _is_placeholder(id_kind: str, text: str) -> bool:
    """Say whether a text stands for nobody: a filler word, or one sign repeated."""
    if text.lower() in _PLACEHOLDERS or (text[:1] in "0-./?_" and _FILLER.match(text)):
        return True
    return id_kind == "phone" and len(set(_PHONE_MARKS.sub("", text))) == 1
