"""Readers of pages: WooCommerce, Douyin, Xiaohongshu."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sandbox.gateways.desks import Desk
from sandbox.gateways.house import House
from tests.gateway_calls import cents, douyin, windows, woocommerce, xiaohongshu


def read_woocommerce(house: House, desk: Desk, start: int, end: int) -> tuple:
    orders, lines, refunds = [], [], []
    for page in itertools.count(1):
        reply = woocommerce(
            house,
            desk,
            "orders",
            modified_after=datetime.utcfromtimestamp(start - 1).isoformat(),
            modified_before=datetime.utcfromtimestamp(end + 1).isoformat(),
            dates_are_gmt="true",
            orderby="id",
            order="asc",
            page=str(page),
            per_page="50",
        )
        for one in json.loads(reply.body):
            number, is_paid = str(one["id"]), bool(one["date_paid"])
            orders.append((number, cents(one["total"]) if is_paid else 0))
            parts = [cents(line["total"]) for line in one["line_items"]]
            lines += [(number, part if is_paid else 0) for part in parts]
            added = cents(one["total_tax"]) + cents(one["shipping_total"])
            assert sum(parts) + added == cents(one["total"])
            refunds += [
                (number, -cents(each["total"]), True) for each in one["refunds"]
            ]
        if page >= int(dict(reply.headers)["X-WP-TotalPages"]):
            break
    return orders, lines, refunds


def read_douyin(house: House, desk: Desk, start: int, end: int) -> tuple:
    orders, lines, refunds = [], [], []
    for page in itertools.count(0):
        asked = {
            "update_time_start": start,
            "update_time_end": end,
            "order_by": "update_time",
            "order_asc": True,
            "page": page,
            "size": 50,
        }
        data = douyin(house, desk, "order.searchList", asked)["data"]
        for one in data["shop_order_list"] or []:
            orders.append((one["order_id"], one["pay_amount"]))
            lines += [
                (one["order_id"], line["pay_amount"]) for line in one["sku_order_list"]
            ]
            assert (
                sum(line["sum_amount"] for line in one["sku_order_list"])
                - one["promotion_amount"]
                + one["post_amount"]
                == one["order_amount"]
            )
        if (page + 1) * 50 >= data["total"]:
            break
    for page in itertools.count(0):
        asked = {
            "update_start_time": start,
            "update_end_time": end,
            "order_by": ["update_time asc"],
            "page": page,
            "size": 50,
        }
        data = douyin(house, desk, "afterSale.List", asked)["data"]
        refunds += [
            (
                one["order_info"]["shop_order_id"],
                one["aftersale_info"]["refund_amount"],
                one["aftersale_info"]["aftersale_status"] == 12,
            )
            for one in data["items"]
        ]
        if not data["has_more"]:
            break
    return orders, lines, refunds


def read_xiaohongshu(house: House, desk: Desk, start: int, end: int) -> tuple:
    def pages(method: str, rows: str, total: str, unit: int) -> Iterator[Any]:
        for low, high in windows(start, end, 1_800):
            for page in itertools.count(1):
                asked = {
                    "startTime": low * unit,
                    "endTime": high * unit,
                    "timeType": 2,
                    "pageNo": page,
                    "pageSize": 50,
                }
                data = xiaohongshu(house, desk, method, asked)["data"]
                yield from data.get(rows, [])
                if page >= data["maxPageNo"]:
                    break

    orders, lines, refunds = [], [], []
    for head in pages("order.getOrderList", "orderList", "total", 1):
        asked = {"orderId": head["orderId"]}
        one = xiaohongshu(house, desk, "order.getOrderDetail", asked)["data"]
        is_paid = bool(one["paidTime"])
        whole = one["totalPayAmount"]
        orders.append((one["orderId"], whole if is_paid else 0))
        parts = [line["totalPaidAmount"] for line in one["skuList"]]
        lines += [(one["orderId"], part if is_paid else 0) for part in parts]
        assert sum(parts) + one["totalShippingFree"] == whole
    for head in pages(
        "afterSale.listAfterSaleInfos", "afterSaleBasicInfos", "totalCount", 1_000
    ):
        asked = {"returnsId": head["returnsId"]}
        got = xiaohongshu(house, desk, "afterSale.getAfterSaleInfo", asked)
        one = got["data"]["afterSaleInfo"]
        refunds.append(
            (
                one["orderId"],
                cents(one["expectedRefundAmountYuan"]),
                one["refundStatus"] == 2,
            )
        )
    return orders, lines, refunds
