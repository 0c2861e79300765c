"""The people in a WooCommerce reply: hashed, and what else names them dropped.

Plugins write what they like into `meta_data`, so of it only what is known to be about
the order's origin is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from seller_intel.extraction import Asked
from seller_intel.ingestors import collecting, personal_fields
from seller_intel.ingestors.paging import Row
from seller_intel.ingestors.personal_fields import DROP, Scrub

_KNOWN_META = ("_wc_order_attribution_", "_refunded_item_id", "pa_")
_UNKNOWN_META = "_wc_order_attribution_user_agent"
_NAMES = ("first_name", "last_name", "company", "address_1", "address_2", "postcode")
PERSONAL = {
    "orders": {
        "customer_id": "buyer",
        "customer_ip_address": DROP,
        "customer_user_agent": DROP,
        "customer_note": DROP,
        "order_key": DROP,
        "cart_hash": DROP,
        "payment_url": DROP,
        "billing.email": "mail",
        "billing.phone": "phone",
        "shipping.phone": DROP,
        **{f"billing.{name}": DROP for name in _NAMES},
        **{f"shipping.{name}": DROP for name in _NAMES},
    },
}


class People:
    """Reads who bought; a phone is read by the customs of its owner's country."""

    def __init__(self, asked: Asked):
        self._asked = asked
        self._scrubs = cache(self._scrub_in)

    def of_order(self, order: Row) -> str | None:
        """Scrub an order in place; return the hash of its buyer, None if unknown."""
        self._scrubs(_country(order))(order)
        only_known_meta(order)
        for name in ("coupon_lines", "fee_lines", "shipping_lines", "tax_lines"):
            for row in order.get(name) or []:
                if isinstance(row, dict):
                    only_known_meta(row)
        billing = order.get("billing")
        billing = billing if isinstance(billing, dict) else {}
        return (
            order.get("customer_id_hash")
            or billing.get("email_hash")
            or billing.get("phone_hash")
        )

    def claims(self, customer: Row) -> Iterator[tuple[str, Row]]:
        """Yield a record for the mail and one for the phone of a customer."""
        hasher = self._asked.hasher
        billing = customer.get("billing")
        billing = billing if isinstance(billing, dict) else {}
        stated = {
            "mail": customer.get("email") or billing.get("email"),
            "phone": billing.get("phone"),
        }
        who = hasher.hash("buyer", str(customer["id"]), "woocommerce")
        kept = ("date_created_gmt", "date_modified_gmt", "role", "is_paying_customer")
        for id_kind, value in stated.items():
            text = value if isinstance(value, str) else None
            region = _country(customer)
            id_hash = hasher.hash(id_kind, text, "woocommerce", region)
            if id_hash:
                source = collecting.source_of(
                    self._asked, id_kind=id_kind, id_hash=id_hash, customer_ref=who
                )
                facts: dict[str, Any] = {name: customer.get(name) for name in kept}
                yield id_kind, {**facts, "_source": source}

    def _scrub_in(self, country: str) -> Scrub:
        table, hasher = PERSONAL["orders"], self._asked.hasher
        return personal_fields.scrubber(table, hasher, "woocommerce", country)


def only_known_meta(row: Row) -> None:
    """Drop what plugins wrote, in place, but for where the order came from."""
    found = row.get("meta_data")
    if found is None:
        return
    entries = found if isinstance(found, list) else []
    row["meta_data"] = [
        each
        for each in entries
        if isinstance(each, dict)
        and str(each.get("key")).startswith(_KNOWN_META)
        and each.get("key") != _UNKNOWN_META
    ]


def _country(row: Row) -> str:
    """Return the country that a phone number without a prefix belongs to."""
    billing = row.get("billing")
    stated = billing.get("country") if isinstance(billing, dict) else None
    return stated if isinstance(stated, str) and len(stated) == 2 else "CN"
