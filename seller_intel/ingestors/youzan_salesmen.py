"""Youzan's salesmen (分销员): who invited whom, and what each order earned them.

Facts: the platform reference, page Youzan, section 5; the fields of an account
(from_buyer_mobile names the inviter) as public C#, Go and TypeScript clients have them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from seller_intel.extraction import Asked, Window
from seller_intel.ingestors import children, collecting, personal_fields, replies
from seller_intel.ingestors.faults import ApiFault, Kind
from seller_intel.ingestors.http import Session
from seller_intel.ingestors.paging import Page, Put, Query, Row
from seller_intel.ingestors.personal_fields import DROP
from seller_intel.ingestors.youzan_session import ask

# A salesman's order is settled later, and the list knows the time of the order alone.
COMMISSION_DAYS = 45
PAGE = 100
_ALWAYS = timedelta(days=36500)
PERSONAL = {
    "members": {
        "mobile": "phone",
        "from_buyer_mobile": "phone",
        "yz_open_id": "buyer",
        "nickname": DROP,
        "fans_id": DROP,
    },
    "commissions": {"phone": "phone", "nickname": DROP, "fans_id": DROP},
}


def queries(asked: Asked, session: Session) -> list[Query]:
    """Return the lists of salesmen and of their orders."""
    days = int(asked.source.options.get("commission_days", COMMISSION_DAYS))
    return [
        Query(
            "salesmen",
            ("members",),
            ask=lambda _, number: _salesmen(session, number),
            identify=lambda row: (_seller(row), children.version(row)),
            land=_land_member(asked),
            longest=_ALWAYS,
        ),
        Query(
            "salesman orders",
            ("commissions",),
            ask=_commissions(session),
            identify=lambda row: (_order(row), children.version(row)),
            land=_land_commission(asked, session),
            longest=timedelta(days=30),
            look_back=timedelta(days=days),
            depth=3200,
        ),
    ]


def _salesmen(session: Session, number: int) -> Page:
    """Return a page of every salesman there is; the list knows no time."""
    params = {"page_no": number, "page_size": PAGE}
    told = ask(session, "youzan.salesman.account.list", "1.0.0", params)
    rows = replies.rows(told.get("accounts"), "accounts")
    return Page(rows, replies.count(told.get("total_results", 0), "total_results"))


def _land_member(asked: Asked) -> Callable[[Row, Put], None]:
    scrub = personal_fields.scrubber(PERSONAL["members"], asked.hasher, "youzan")

    def land(account: Row, put: Put) -> None:
        seller = _seller(account)
        scrub(account)
        account["_source"] = collecting.source_of(
            asked,
            member_ref=_ref(asked, account.get("mobile_hash"), seller),
            inviter_ref=account.get("from_buyer_mobile_hash"),
        )
        put("members", seller, account)

    return land


def _commissions(session: Session) -> Callable[[Window, Any], Page]:
    def page(window: Window, number: int) -> Page:
        params = {
            "start_time": int(window[0].timestamp()),
            "end_time": int(window[1].timestamp()),
            "page_no": number,
            "page_size": PAGE,
        }
        told = ask(session, "youzan.salesman.trades.get", "3.0.1", params)
        total = told.get("total", told.get("total_results", 0))
        rows = replies.rows(told.get("list"), "list")
        return Page(rows, replies.count(total, "total"))

    return page


def _land_commission(asked: Asked, session: Session) -> Callable[[Row, Put], None]:
    """Land what the salesman earns and, where one is paid, what his inviter does."""
    scrub = personal_fields.scrubber(PERSONAL["commissions"], asked.hasher, "youzan")
    inviters: dict[str, str | None] = {}

    def inviter_of(seller: str) -> str | None:
        if not inviters:
            inviters.update(_inviters(asked, session))
        return inviters.get(seller)

    def land(row: Row, put: Put) -> None:
        key, seller = _order(row), _seller(row)
        rewards = [
            _money(item.get("ii_cps_money"))
            for item in replies.rows(row.get("items"), "items")
        ]
        scrub(row)
        payee = _ref(asked, row.get("phone_hash"), seller)
        own = collecting.source_of(asked, payee_ref=payee, basis="own_sales", depth=1)
        put("commissions", key, {**row, "_source": own})
        reward = sum(rewards, Decimal(0))
        if reward > 0:
            above = collecting.source_of(
                asked,
                payee_ref=inviter_of(seller),
                basis="downline_sales",
                depth=2,
                amount=str(reward),
            )
            put("commissions", f"{key}/inviter", {**row, "_source": above})

    return land


def _inviters(asked: Asked, session: Session) -> dict[str, str | None]:
    """Return by whom each salesman was invited, hashed."""
    found: dict[str, str | None] = {}
    number = 1
    while True:
        page = _salesmen(session, number)
        for account in page.rows:
            inviter = account.get("from_buyer_mobile")
            text = str(inviter) if inviter else None
            found[_seller(account)] = asked.hasher.hash("phone", text, "youzan")
        if not page.rows or number * PAGE >= (page.total or 0):
            return found
        number += 1


def _ref(asked: Asked, phone_hash: str | None, seller: str) -> str | None:
    return phone_hash or asked.hasher.hash("member", seller, "youzan")


def _seller(row: Row) -> str:
    return replies.identifier(row.get("seller"), "seller")


def _order(row: Row) -> str:
    return replies.identifier(row.get("order_no"), "order_no")


def _money(value: Any) -> Decimal:
    """Return an amount in yuan; nothing stated is nothing paid."""
    try:
        amount = Decimal(str(value or 0))
    except InvalidOperation:
        amount = Decimal("nan")
    if not amount.is_finite():
        raise ApiFault(Kind.BAD_REPLY, "ii_cps_money should be an amount")
    return amount
