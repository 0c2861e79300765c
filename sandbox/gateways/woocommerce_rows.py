"""WooCommerce's orders, refunds, customers and coupons as its replies write them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.gateways import places
from sandbox.gateways.amazon_rows import shares
from sandbox.gateways.books import Books
from sandbox.gateways.forms import greenwich, yuan
from sandbox.gateways.records import Order

_FIRST, _STEP = 100_000, 10
_STATUS = ("pending", "processing", "processing", "completed", "refunded")


def number_of(number: int) -> int | None:
    """Return which order a number names."""
    no, rest = divmod(number - _FIRST, _STEP)
    return no if not rest and no >= 0 else None


def order_id(no: int) -> int:
    """Return the number of an order."""
    return _FIRST + no * _STEP


def _moments(name: str, moment: int, shop: Books) -> dict[str, str | None]:
    """Return a moment in the site's time and in UTC."""
    if not moment:
        return {name: None, f"{name}_gmt": None}
    local = datetime.fromtimestamp(moment, shop.zone).replace(tzinfo=None)
    return {name: local.isoformat(), f"{name}_gmt": greenwich(moment)}


def order(order: Order, shop: Books) -> dict[str, Any]:
    """Return an order (page section 2); shipping is not taxed in this shop."""
    status = _STATUS[order.stand]
    if order.closed_at and not order.paid_at:
        status = "cancelled"
    country, state, city, postcode = places.EUROPE[order.place]
    guest = order.customer % 5 == 0
    discount = order.seller_discount + order.platform_discount
    taxes = shares(order.tax, order)
    number = order_id(order.no)
    address = {"country": country, "state": state, "city": city, "postcode": postcode}
    mail = mail_of(order.customer, shop)
    return {
        "id": number,
        "parent_id": 0,
        "number": str(number),
        "order_key": f"wc_order_{order.no:08x}",
        "created_via": "checkout",
        "version": "10.3.0",
        "status": status,
        "currency": shop.shop.currency,
        **_moments("date_created", order.created_at, shop),
        **_moments("date_modified", order.modified_at, shop),
        **_moments("date_paid", order.paid_at, shop),
        **_moments("date_completed", order.received_at, shop),
        "discount_total": yuan(discount),
        "discount_tax": "0.00",
        "shipping_total": yuan(order.freight),
        "shipping_tax": "0.00",
        "cart_tax": yuan(order.tax),
        "total": yuan(order.paid),
        "total_tax": yuan(order.tax),
        "prices_include_tax": False,
        "customer_id": 0 if guest else order.customer,
        "customer_ip_address": "192.0.2.1",
        "customer_user_agent": "Mozilla/5.0",
        "customer_note": "",
        "billing": {
            "first_name": "A.",
            "last_name": "Buyer",
            "address_1": "Street 1",
            **address,
            "email": mail,
            "phone": "",
        },
        "shipping": {"first_name": "A.", "last_name": "Buyer", **address},
        "payment_method": ("stripe", "paypal", "bacs", "stripe")[order.channel],
        "transaction_id": f"ch_{order.no}" if order.paid_at else "",
        "meta_data": [
            {
                "id": order.no * 10 + 1,
                "key": "_wc_order_attribution_utm_source",
                "value": ("newsletter", "instagram", "google", "(direct)")[
                    order.channel
                ],
            }
        ],
        "line_items": [
            _line(order, position, taxes[position], shop)
            for position in range(len(order.lines))
        ],
        "tax_lines": [],
        "shipping_lines": [
            {
                "id": number * 10 + 8,
                "method_id": "flat_rate",
                "total": yuan(order.freight),
            }
        ]
        if order.freight
        else [],
        "fee_lines": [],
        "coupon_lines": [
            {
                "id": number * 10 + 9,
                "code": coupon_of(order.link),
                "discount": yuan(discount),
                "discount_tax": "0.00",
            }
        ]
        if discount
        else [],
        "refunds": [
            {
                "id": number + 1,
                "reason": _REASONS[order.no % 3],
                "total": yuan(-order.refund),
            }
        ]
        if order.refunded_at
        else [],
    }


_REASONS = ("one broken", "", "changed my mind")


def _line(order: Order, position: int, tax: int, shop: Books) -> dict[str, Any]:
    line = order.lines[position]
    product = shop.products[line.sku]
    return {
        "id": order_id(order.no) * 10 + position,
        "name": product.title,
        "product_id": 90_000 + line.listing,
        "variation_id": 0,
        "quantity": line.quantity,
        "subtotal": yuan(line.list_amount),
        "subtotal_tax": yuan(tax),
        "total": yuan(line.paid),
        "total_tax": yuan(tax),
        "sku": product.seller_sku,
        "price": line.paid / line.quantity / 100,
        "meta_data": [],
    }


def refund(order: Order, shop: Books) -> dict[str, Any]:
    """Return the refund of an order: the amount positive, its lines negative."""
    number = order_id(order.no)
    lines = order.lines if order.is_full else []
    return {
        "id": number + 1,
        "parent_id": number,
        **_moments("date_created", order.refunded_at, shop),
        "amount": yuan(order.refund),
        "reason": _REASONS[order.no % 3],
        "refunded_by": 1,
        "refunded_payment": True,
        "line_items": [
            {
                "id": number * 100 + position,
                "quantity": -line.quantity,
                "total": yuan(-line.paid),
                "sku": shop.products[line.sku].seller_sku,
                "meta_data": [
                    {
                        "id": 1,
                        "key": "_refunded_item_id",
                        "value": str(number * 10 + position),
                    }
                ],
            }
            for position, line in enumerate(lines)
        ],
    }


def mail_of(customer: int, shop: Books) -> str:
    """Return the mail address of a customer, one person's the same in all shops."""
    return f"c{shop.persons[customer]:07d}@example.org"


def customer(number: int, since: int, shop: Books) -> dict[str, Any]:
    """Return a customer with an account."""
    return {
        "id": number,
        **_moments("date_created", since, shop),
        **_moments("date_modified", since, shop),
        "email": mail_of(number, shop),
        "first_name": "A.",
        "last_name": "Buyer",
        "role": "customer",
        "username": f"buyer{number}",
        "billing": {"email": mail_of(number, shop), "phone": ""},
        "shipping": {},
        "is_paying_customer": True,
        "meta_data": [],
    }


def coupon_of(link: int) -> str:
    """Return the coupon code of an agent's link, or the shop's own."""
    return f"agent{link:03d}" if link >= 0 else "welcome"


def coupons(shop: Books) -> list[dict[str, Any]]:
    """Return the coupons of the shop: its own, and one an agent."""
    codes = [coupon_of(number) for number in range(-1, len(shop.agents))]
    return [
        {
            "id": 500 + place,
            "code": code,
            "amount": "0.00",
            "discount_type": "fixed_cart",
            **_moments("date_created", shop.starts, shop),
            **_moments("date_modified", shop.starts, shop),
            "usage_count": 0,
            "used_by": [],
            "email_restrictions": [],
        }
        for place, code in enumerate(codes)
    ]
