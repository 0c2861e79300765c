"""Groups of Pinduoduo: what an order tells of the group of buyers it belongs to.

Facts: the platform reference, page Pinduoduo (group_order_id and group_role in section
2, group_status and the times in section 3). A group is shown by its orders alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from seller_intel.extraction import Asked
from seller_intel.ingestors import children
from seller_intel.ingestors.paging import Put, Row

STREAM = "group_buys"
_LEADER = "1"
_FORMED, _FAILED = "1", "2"
_FACTS = (
    *("order_sn", "group_order_id", "group_role", "group_status", "created_time"),
    *("pay_time", "confirm_time", "updated_at"),
)
_GOODS = ("goods_id", "goods_price")


def land(asked: Asked, put: Put, key: str, order: Row, lines: list[Row]) -> None:
    """Hand on the events that an order made in its group; none without a group."""
    group = order.get("group_order_id")
    if group in (None, "", 0, "0"):
        return
    facts = {name: order[name] for name in _FACTS if name in order}
    if lines:
        facts |= {name: lines[0][name] for name in _GOODS if name in lines[0]}
    children.as_text(facts, "group_order_id", "goods_id")
    parent = key, order.get("updated_at")
    for event in _events(order):
        rows, name = [dict(facts)], partial(_named, event)
        children.land(asked, put, STREAM, parent, rows, name, event=event)


def _named(event: str, *_: object) -> str:
    return event


def _events(order: Row) -> Iterator[str]:
    """Yield what happened: the leader opens, others join, the group fills or fails."""
    yield "opened" if str(order.get("group_role")) == _LEADER else "joined"
    status = str(order.get("group_status"))
    if status == _FORMED:
        yield "filled"
    elif status == _FAILED:
        yield "expired"
