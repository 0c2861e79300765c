"""A small market of two shops for tests of core: records as files would bring them."""

from __future__ import annotations

from typing import Any

REGISTRY = """
reporting_currency: CNY
shops:
  - shop_id: taobao:9
    name: Acme
    platform: taobao
    time_zone: {time_zone}
    currency: CNY
    is_own: true
    owner_id: acme
    mode: platform
  - shop_id: shopify:us
    name: Acme US
    platform: shopify
    time_zone: America/New_York
    currency: USD
    is_own: true
    owner_id: acme
    mode: self_run
sources: []
"""
WINDOWS = [("2026-01-01T16:00:00+00:00", "2026-01-20T16:00:00+00:00")]


def order(number: str, day: int = 5, **said: Any) -> dict[str, Any]:
    """Return an order of 100.00 paid at noon of a day of January."""
    moment = f"2026-01-{day:02d}T04:00:00+00:00"
    return {
        "platform_id": "taobao",
        "order_id": number,
        "shop_id": "taobao:9",
        "status": "completed",
        "created_at": moment,
        "updated_at": moment,
        "paid_at": moment,
        "paid_amount": "100.00",
        "freight_amount": "10.00",
        "currency": "CNY",
        "channel": "app",
        **said,
    }


def line(number: str, place: int = 1, day: int = 5, **said: Any) -> dict[str, Any]:
    """Return a line of an order."""
    return {
        "platform_id": "taobao",
        "line_id": f"{number}-{place}",
        "order_id": number,
        "listing_id": "77",
        "sku_id": "s1",
        "quantity": "1",
        "line_paid_amount": "30.00",
        "currency": "CNY",
        "updated_at": f"2026-01-{day:02d}T04:00:00+00:00",
        **said,
    }


def refund(number: str, of: str, day: int = 10, **said: Any) -> dict[str, Any]:
    """Return a succeeded refund of 20.00."""
    moment = f"2026-01-{day:02d}T04:00:00+00:00"
    return {
        "platform_id": "taobao",
        "refund_id": number,
        "order_id": of,
        "status": "succeeded",
        "refund_amount": "20.00",
        "currency": "CNY",
        "updated_at": moment,
        "succeeded_at": moment,
        **said,
    }


def identity(customer: str, id_hash: str, **said: Any) -> dict[str, Any]:
    """Return a claim that an identity is a customer's."""
    return {
        "platform_id": "taobao",
        "id_kind": "phone",
        "id_hash": id_hash,
        "customer_ref": customer,
        "valid_from": "2026-01-01T00:00:00+00:00",
        **said,
    }


def member(child: str, parent: str | None, day: int = 2, **said: Any) -> dict[str, Any]:
    """Return the event of a member who joins under a parent."""
    return {
        "platform_id": "youzan",
        "member_ref": child,
        "parent_ref": parent,
        "event": "joined",
        "occurred_at": f"2026-01-{day:02d}T00:00:00+00:00",
        "programme_id": "p1",
        **said,
    }


def rate(day: int, currency: str, value: str, **said: Any) -> dict[str, Any]:
    """Return what a euro costs in a currency on a day of January."""
    return {
        "platform_id": "all",
        "rate_source": "ecb",
        "base_currency": "EUR",
        "quote_currency": currency,
        "rate_date": f"2026-01-{day:02d}",
        "rate": value,
        **said,
    }


def ad(day: int, cost: str, **said: Any) -> dict[str, Any]:
    """Return a day of an ad campaign."""
    return {
        "platform_id": "taobao",
        "shop_id": "taobao:9",
        "ad_platform": "zhitongche",
        "campaign_id": "c1",
        "stat_date": f"2026-01-{day:02d}",
        "cost_amount": cost,
        "currency": "CNY",
        **said,
    }


def charge(of: str, kind: str, amount: str, **said: Any) -> dict[str, Any]:
    """Return a charge on an order."""
    return {
        "platform_id": "taobao",
        "order_id": of,
        "kind": kind,
        "amount": amount,
        "currency": "CNY",
        "occurred_at": "2026-01-12T04:00:00+00:00",
        **said,
    }


def commission(number: str, of: str, amount: str, **said: Any) -> dict[str, Any]:
    """Return an entry of the commission ledger."""
    return {
        "platform_id": "taobao",
        "entry_id": number,
        "programme_id": "p1",
        "payee_ref": "agent",
        "amount": amount,
        "currency": "CNY",
        "basis": "own_sales",
        "occurred_at": "2026-01-12T04:00:00+00:00",
        "order_id": of,
        "status": "settled",
        **said,
    }


def cost(day: int, amount: str, **said: Any) -> dict[str, Any]:
    """Return what a unit of the SKU costs from a day of January on."""
    return {
        "platform_id": "taobao",
        "sku_id": "taobao:s1",
        "valid_from": f"2026-01-{day:02d}",
        "unit_cost_amount": amount,
        "currency": "CNY",
        **said,
    }


def group_event(group: str, event: str, hour: int = 4, **said: Any) -> dict[str, Any]:
    """Return an event of a group of two on the fifth of January."""
    return {
        "platform_id": "taobao",
        "group_id": group,
        "event": event,
        "occurred_at": f"2026-01-05T{hour:02d}:30:00+00:00",
        "shop_id": "taobao:9",
        "size_needed": "2",
        "group_price": "50.00",
        "currency": "CNY",
        **said,
    }


def bargain_event(session: str, event: str, hour: int = 4, **said: Any) -> dict:
    """Return an event of a bargaining session on the fifth of January."""
    return {
        "platform_id": "shopify",
        "session_id": session,
        "event": event,
        "occurred_at": f"2026-01-05T{hour:02d}:30:00+00:00",
        "shop_id": "shopify:us",
        "list_price": "100.00",
        "currency": "USD",
        **said,
    }


def message(of: str, moment: str, sender: str = "buyer", **said: Any) -> dict[str, Any]:
    """Return a message of a chat, at a time of day of the third of January."""
    return {
        "platform_id": "taobao",
        "conversation_id": of,
        "shop_id": "taobao:9",
        "sender": sender,
        "sent_at": f"2026-01-03T{moment}+00:00",
        **said,
    }


def move(
    number: str, day: int, kind: str, quantity: str, **said: Any
) -> dict[str, Any]:
    """Return a move of stock of a day of January."""
    return {
        "platform_id": "taobao",
        "move_id": number,
        "moved_at": f"2026-01-{day:02d}T15:30:00+00:00",
        "sku_id": "s1",
        "holder_ref": "warehouse",
        "shop_id": "taobao:9",
        "quantity": quantity,
        "kind": kind,
        **said,
    }
