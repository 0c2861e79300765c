"""Shopify's order export: one row per line, order columns on the first row only."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from sandbox import draws, goods, names
from sandbox.exports import tables, texts
from sandbox.exports.changes import Export, exports
from sandbox.market import Market

SHOP_NO = names.SHOPIFY
_STATES = ("NY", "CA", "TX", "FL", "NJ", "MA", "WA", "IL", "PA", "GA")
_SOURCES = ("web", "web", "pos", "shopify_draft_order")
_ADDRESS = (
    "Name",
    "Street",
    "Address1",
    "Address2",
    "Company",
    "City",
    "Zip",
    "Province",
    "Country",
    "Phone",
)
_HEADER = (
    "Name",
    "Email",
    "Financial Status",
    "Paid at",
    "Fulfillment Status",
    "Fulfilled at",
    "Accepts Marketing",
    "Currency",
    "Subtotal",
    "Shipping",
    "Taxes",
    "Total",
    "Discount Code",
    "Discount Amount",
    "Shipping Method",
    "Created at",
    "Lineitem quantity",
    "Lineitem name",
    "Lineitem price",
    "Lineitem compare at price",
    "Lineitem sku",
    "Lineitem requires shipping",
    "Lineitem taxable",
    "Lineitem fulfillment status",
    *(f"Billing {part}" for part in _ADDRESS),
    *(f"Shipping {part}" for part in _ADDRESS),
    "Notes",
    "Note Attributes",
    "Cancelled at",
    "Payment Method",
    "Payment Reference",
    "Refunded Amount",
    "Vendor",
    "Outstanding Balance",
    "Employee",
    "Location",
    "Device ID",
    "Id",
    "Tags",
    "Risk Level",
    "Source",
    "Lineitem discount",
    *(f"Tax {number} {part}" for number in range(1, 6) for part in ("Name", "Value")),
    "Phone",
    "Receipt Number",
    "Duties",
    "Billing Province Name",
    "Shipping Province Name",
    "Payment ID",
    "Payment Terms Name",
    "Next Payment Due At",
    "Payment References",
)
_EVERY_ROW = {
    "Name",
    "Email",
    "Created at",
    "Vendor",
}


def export_days(market: Market, folder: Path, first: date, last: date) -> list[Path]:
    """Write Shopify's files of some days."""
    return [
        _write(market, folder, export)
        for export in exports(market, SHOP_NO, first, last)
    ]


def _write(market: Market, folder: Path, export: Export) -> Path:
    columns = _order_columns(market, export)
    table = _table(market, export, columns)
    draw = draws.of(market.seed, "shopify dirt", export.name)
    rows = tables.dirtied(table.rows(), draw, _HEADER.index("Lineitem price"), 0.0, 0.0)
    return tables.put(
        folder / "orders" / f"orders_export_{export.name}.csv",
        tables.csv(_HEADER, rows, newline="\n"),
    )


def _order_columns(market: Market, export: Export) -> dict[str, list[str] | str]:
    orders, until = export.orders, export.until
    zone = goods.OWN_SHOPS[SHOP_NO].time_zone
    customers = market.people.customers.loc[orders["customer"]]
    no = orders["no"].to_numpy()
    is_paid = (orders["paid_at"] < until).to_numpy()
    is_closed = (orders["closed_at"] < until).to_numpy()
    refunded = np.where(orders["refunded_at"] < until, orders["refund"], 0)
    shipped = (orders["shipped_at"] < until).to_numpy()
    link = orders["link"].to_numpy()
    state = np.where(is_paid, 2, np.where(is_closed, 1, 0))
    state = np.where(refunded > 0, np.where(orders["is_full"], 4, 3), state)
    discount = orders["seller_discount"].to_numpy()
    codes = [
        f"AGENT{agent:03d}" if agent >= 0 else ("WELCOME" if cut else "")
        for agent, cut in zip(link.tolist(), discount.tolist(), strict=True)
    ]
    place = customers["place"].to_numpy()
    mails = [names.mail(number) for number in customers["person"].tolist()]
    province = texts.picked(_STATES, place)
    return {
        "Name": [f"#{1001 + number}" for number in no.tolist()],
        "Email": texts.where(~customers["is_masked"].to_numpy(), mails),
        "Financial Status": texts.picked(
            ("pending", "voided", "paid", "partially_refunded", "refunded"), state
        ),
        "Paid at": texts.offset_moments(orders["paid_at"], until, zone),
        "Fulfillment Status": texts.picked(("unfulfilled", "fulfilled"), shipped * 1),
        "Fulfilled at": texts.offset_moments(orders["shipped_at"], until, zone),
        "Accepts Marketing": texts.picked(("no", "yes"), no % 3 // 2),
        "Currency": "USD",
        "Subtotal": texts.money(orders["goods"].to_numpy() - discount),
        "Shipping": texts.money(orders["freight"]),
        "Taxes": texts.money(orders["tax"]),
        "Total": texts.money(orders["paid"]),
        "Discount Code": codes,
        "Discount Amount": texts.money(discount),
        "Shipping Method": "Standard",
        "Created at": texts.offset_moments(orders["created_at"], until, zone),
        "Billing Name": "J*** D***",
        "Billing Zip": [f"'{10_000 + number:05d}" for number in (place * 97).tolist()],
        "Billing Province": province,
        "Billing Country": "US",
        "Shipping Name": "J*** D***",
        "Shipping City": "****",
        "Shipping Zip": [f"'{10_000 + number:05d}" for number in (place * 97).tolist()],
        "Shipping Province": province,
        "Shipping Country": "US",
        "Note Attributes": [f"ref: agent{n:03d}" if n >= 0 else "" for n in link],
        "Cancelled at": texts.where(
            is_closed, texts.offset_moments(orders["closed_at"], until, zone)
        ),
        "Payment Method": texts.where(is_paid, ["Shopify Payments"] * len(no)),
        "Payment Reference": texts.where(is_paid, [f"c{n * 7_919:012d}.1" for n in no]),
        "Refunded Amount": texts.money(refunded),
        "Outstanding Balance": texts.money(np.where(is_paid, 0, orders["paid"])),
        "Id": names.order_ids(orders),
        "Risk Level": "Low",
        "Source": texts.picked(_SOURCES, orders["channel"].to_numpy()),
        "Tax 1 Name": texts.where(orders["tax"] > 0, ["Sales Tax 8%"] * len(no)),
        "Tax 1 Value": texts.where(orders["tax"] > 0, texts.money(orders["tax"])),
        "Phone": [names.phone(number) for number in customers["person"].tolist()],
        "Payment ID": texts.where(is_paid, [f"r{n * 104_729:014d}" for n in no]),
    }


def _table(
    market: Market, export: Export, order_columns: dict[str, list[str] | str]
) -> tables.Table:
    lines = export.lines
    place = export.orders.index.get_indexer(lines["order"])
    is_first = (lines["line_no"] == 0).to_numpy()
    listings = market.catalogue.listings.iloc[lines["listing"]]
    skus = market.catalogue.skus.iloc[lines["sku"]]
    shipped = (export.orders["shipped_at"] < export.until).to_numpy()[place]
    columns: dict[str, list[str] | str] = dict.fromkeys(_HEADER, "")
    for name, cells in order_columns.items():
        count = len(export.orders)
        spread = np.asarray(
            [cells] * count if isinstance(cells, str) else cells, dtype=object
        )[place]
        if name not in _EVERY_ROW:
            spread = np.where(is_first, spread, "")
        columns[name] = spread.tolist()
    title = [
        f"{title} - {colour}"
        for title, colour in zip(listings["title"], skus["name_en"], strict=True)
    ]
    columns |= {
        "Lineitem quantity": [str(pieces) for pieces in lines["quantity"].tolist()],
        "Lineitem name": texts.quoted(title),
        "Lineitem price": texts.money(lines["unit_price"]),
        "Lineitem compare at price": "",
        "Lineitem sku": skus["seller_sku"].tolist(),
        "Lineitem requires shipping": "true",
        "Lineitem taxable": "true",
        "Lineitem fulfillment status": texts.picked(
            ("pending", "fulfilled"), shipped * 1
        ),
        "Lineitem discount": "0.00",
        "Vendor": listings["brand"].tolist(),
    }
    return tables.Table(columns, len(lines))
