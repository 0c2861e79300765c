"""Replies of interfaces: JSON out of a page, and what comes in its place."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

from scrapers.items import Page, PageVerdict, Reading
from scrapers.reading import documents, judgements, prices

BEIJING = timezone(timedelta(hours=8))
_STATUS = {401: PageVerdict.LOGIN_WALL, 403: PageVerdict.BLOCKED, 404: PageVerdict.GONE}
_STATUS |= {410: PageVerdict.GONE, 429: PageVerdict.BLOCKED, 430: PageVerdict.BLOCKED}


def read(page: Page) -> tuple[Any, Reading | None]:
    """Return the JSON of a reply, or None and the reading that says what came instead.

    Numbers keep their digits: orjson reads 64-bit integers whole, larger ones and every
    price written as a number come through their shortest decimal text.
    """
    if page.status >= 400:
        verdict = _STATUS.get(page.status, PageVerdict.FAILED)
        return None, Reading(verdict, detail=f"status {page.status}")
    body = page.body.strip().removeprefix(b"\xef\xbb\xbf")
    try:
        return orjson.loads(body), None
    except orjson.JSONDecodeError:
        pass
    document = documents.open_page(page)
    if body[:1] not in (b"{", b"[") and b"<" in body[:1000]:
        found = judgements.hindrance(document)
        if found:
            return None, Reading(found[0], detail=found[1])
        return None, Reading(PageVerdict.UNREADABLE, detail="HTML where JSON was due")
    try:
        return orjson.loads(document.text.strip().encode()), None
    except orjson.JSONDecodeError as error:
        return None, Reading(PageVerdict.UNREADABLE, detail=str(error))


def refused(code: Any, message: Any, throttled: set[str], rights: set[str]) -> Reading:
    """Return the reading of an error reply: throttled, without rights, or failed."""
    detail = f"{code}: {message}"
    if str(code) in throttled:
        return Reading(PageVerdict.BLOCKED, detail=detail)
    if str(code) in rights:
        return Reading(PageVerdict.LOGIN_WALL, detail=detail)
    return Reading(PageVerdict.FAILED, detail=detail)


def money(value: Any) -> Decimal | None:
    """Return an amount in the main unit as the reply writes it; zero is no price."""
    amount = prices.strict(value)
    return amount if amount else None


def minor(value: Any, digits: int = 2) -> Decimal | None:
    """Return an amount written in minor units (fen, cents) in the main unit."""
    amount = prices.strict(value)
    return amount.scaleb(-digits) if amount else None


def text(value: Any) -> str | None:
    """Return a value as text; numbers as they are, nothing for nothing."""
    if value is None or isinstance(value, dict | list | bool):
        return None
    stated = str(value).strip()
    return stated or None


def count(value: Any) -> int | None:
    """Return a whole number, None for anything that is none."""
    if isinstance(value, bool) or value is None:
        return None
    stated = str(value).strip().replace(",", "")
    return int(stated) if re.fullmatch(r"\d+", stated) else None


def many(value: Any, *path: str) -> list[dict[str, Any]]:
    """Return the objects of a list at a path; a missing or lone one is a list too."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    listed = value if isinstance(value, list) else [value]
    return [each for each in listed if isinstance(each, dict)]


def inner(value: Any, *path: str) -> dict[str, Any]:
    """Return the object at a path, an empty one where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def asked(page: Page, *names: str) -> str | None:
    """Return a parameter of the address that was asked, the first that is there."""
    query = parse_qs(urlsplit(page.url).query)
    return next((query[name][0] for name in names if query.get(name)), None)


def moment(value: Any) -> datetime | None:
    """Return a time from unix seconds, milliseconds or ISO 8601."""
    number = count(value)
    if number:
        seconds = number / 1000 if number > 10**11 else number
        return datetime.fromtimestamp(seconds, UTC)
    try:
        stated = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return stated if stated.tzinfo else None
