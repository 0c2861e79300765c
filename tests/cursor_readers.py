"""Readers that follow cursors: Amazon, Shopify, WeChat Store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sandbox.gateways.desks import Desk
from sandbox.gateways.house import House
from tests.gateway_calls import DAY, amazon, cents, shopify, wechat_store, windows


def read_amazon(house: House, desk: Desk, start: int, end: int) -> tuple:
    low = datetime.utcfromtimestamp(start).isoformat() + "Z"
    high = datetime.utcfromtimestamp(end - 120).isoformat() + "Z"

    def pages(path: str, first: str, token: str, **asked: str) -> Iterator[Any]:
        span = {f"{first}After": low, f"{first}Before": high}
        following: dict[str, str] = {}
        while True:
            got = amazon(house, desk, path, **span, **asked, **following)
            yield got
            more = got.get("pagination", {}).get("nextToken") or got.get(
                "payload", {}
            ).get("NextToken")
            if not more:
                return
            following = {token: more}

    orders, lines, refunds = [], [], []
    for got in pages(
        "/orders/2026-01-01/orders",
        "lastUpdated",
        "paginationToken",
        marketplaceIds="ATVPDKIKX0DER",
        maxResultsPerPage="40",
        includedData="PROCEEDS,FULFILLMENT",
    ):
        for one in got["orders"]:
            whole = one.get("proceeds", {}).get("grandTotal", {}).get("amount", 0)
            orders.append((one["orderId"], cents(whole)))
            total = 0
            for item in one["orderItems"]:
                parts = {
                    each["type"]: cents(each["subtotal"]["amount"])
                    for each in item.get("proceeds", {}).get("breakdowns", [])
                }
                total += sum(parts.values())
                lines.append(
                    (one["orderId"], parts.get("ITEM", 0) + parts.get("DISCOUNT", 0))
                )
            assert total == cents(whole)
    for got in pages("/finances/v0/financialEvents", "Posted", "NextToken"):
        refunds += [
            (
                one["AmazonOrderId"],
                -sum(
                    cents(charge["ChargeAmount"]["CurrencyAmount"])
                    for item in one["ShipmentItemAdjustmentList"]
                    for charge in item["ItemChargeAdjustmentList"]
                ),
                True,
            )
            for one in got["payload"]["FinancialEvents"]["RefundEventList"]
        ]
    return orders, lines, refunds


_ORDERS = """query($after: String, $filter: String!) {
  orders(first: 50, after: $after, sortKey: UPDATED_AT, query: $filter) {
    pageInfo { hasNextPage endCursor }
    nodes {
      legacyResourceId displayFinancialStatus
      totalPriceSet { ...Money } totalShippingPriceSet { ...Money }
      totalTaxSet { ...Money }
      lineItems(first: 50) { nodes {
        discountedTotalSet { ...Money }
        discountAllocations { allocatedAmountSet { ...Money } } } }
      refunds { totalRefundedSet { ...Money } }
    } } }
fragment Money on MoneyBag { shopMoney { amount } }"""


def read_shopify(house: House, desk: Desk, start: int, end: int) -> tuple:
    low = datetime.utcfromtimestamp(start).isoformat() + "Z"
    high = datetime.utcfromtimestamp(end).isoformat() + "Z"
    wish = f"updated_at:>='{low}' AND updated_at:<='{high}'"
    orders, lines, refunds, after = [], [], [], None

    def money(bag: dict) -> int:
        return cents(bag["shopMoney"]["amount"])

    while True:
        got = shopify(house, desk, _ORDERS, after=after, filter=wish)["data"]["orders"]
        for one in got["nodes"]:
            number = one["legacyResourceId"]
            is_paid = one["displayFinancialStatus"] not in ("PENDING", "VOIDED")
            whole = money(one["totalPriceSet"])
            orders.append((number, whole if is_paid else 0))
            parts = [
                money(line["discountedTotalSet"])
                - sum(
                    money(each["allocatedAmountSet"])
                    for each in line["discountAllocations"]
                )
                for line in one["lineItems"]["nodes"]
            ]
            lines += [(number, part if is_paid else 0) for part in parts]
            added = money(one["totalShippingPriceSet"]) + money(one["totalTaxSet"])
            assert sum(parts) + added == whole
            refunds += [
                (number, money(each["totalRefundedSet"]), True)
                for each in one["refunds"]
            ]
        if not got["pageInfo"]["hasNextPage"]:
            return orders, lines, refunds
        after = got["pageInfo"]["endCursor"]


def read_wechat_store(house: House, desk: Desk, start: int, end: int) -> tuple:
    def pages(name: str, rows: str, step: int, wish: Callable) -> Iterator[str]:
        for low, high in windows(start, end, step):
            key = ""
            while True:
                got = wechat_store(
                    house, desk, name, wish(low, high) | {"next_key": key}
                )
                yield from got.get(rows, [])
                if not got["has_more"]:
                    break
                key = got["next_key"]

    def span(low: int, high: int) -> dict:
        return {
            "update_time_range": {"start_time": low, "end_time": high},
            "page_size": 50,
        }

    def flat(low: int, high: int) -> dict:
        return {"begin_update_time": low, "end_update_time": high}

    orders, lines, refunds = [], [], []
    for number in pages("order/list/get", "order_id_list", 7 * DAY - 1, span):
        one = wechat_store(house, desk, "order/get", {"order_id": number})["order"]
        detail = one["order_detail"]
        is_paid, whole = "pay_info" in detail, detail["price_info"]["order_price"]
        orders.append((number, whole if is_paid else 0))
        parts = [line["real_price"] for line in detail["product_infos"]]
        lines += [(number, part if is_paid else 0) for part in parts]
        assert sum(parts) + detail["price_info"]["freight"] == whole
    for number in pages(
        "aftersale/getaftersalelist", "after_sale_order_id_list", DAY - 1, flat
    ):
        got = wechat_store(
            house,
            desk,
            "aftersale/getaftersaleorder",
            {"after_sale_order_id": number},
        )["after_sale_order"]
        refunds.append(
            (
                got["order_id"],
                got["refund_info"]["amount"],
                got["status"].endswith("_SUCCESS"),
            )
        )
    return orders, lines, refunds
