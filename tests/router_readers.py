"""Readers of routers: Taobao, Pinduoduo, JD, Youzan."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from sandbox.gateways.desks import Desk
from sandbox.gateways.house import House
from tests.gateway_calls import (
    DAY,
    beijing,
    cents,
    jd,
    pinduoduo,
    taobao,
    windows,
    youzan,
)


def read_taobao(house: House, desk: Desk, start: int, end: int) -> tuple:
    def pages(method: str, path: tuple[str, ...], step: int) -> Iterator[Any]:
        for low, high in windows(start, end, step):
            for page in itertools.count(1):
                got = taobao(
                    house,
                    desk,
                    method,
                    start_modified=beijing(low),
                    end_modified=beijing(high),
                    fields="tid",
                    page_no=str(page),
                    page_size="40",
                    use_has_next="true",
                )
                (content,) = got.values()
                yield from content.get(path[0], {}).get(path[1], [])
                if not content["has_next"]:
                    break

    trades = pages("taobao.trades.sold.increment.get", ("trades", "trade"), DAY)
    orders, lines = [], []
    for trade in trades:
        orders.append(
            (str(trade["tid"]), cents(trade["payment"]) if "pay_time" in trade else 0)
        )
        lines += [
            (
                str(trade["tid"]),
                cents(line["divide_order_fee"]) if "pay_time" in trade else 0,
            )
            for line in trade["orders"]["order"]
        ]
        assert sum(
            cents(one["divide_order_fee"]) for one in trade["orders"]["order"]
        ) == cents(trade["payment"]) - cents(trade["post_fee"])
        promised = (
            cents(trade["total_fee"])
            - cents(trade["discount_fee"])
            + cents(trade["post_fee"])
        )
        on_lines = sum(cents(one["discount_fee"]) for one in trade["orders"]["order"])
        assert promised - on_lines == cents(trade["payment"])
    refunds = [
        (str(one["tid"]), cents(one["refund_fee"]), one["status"] == "SUCCESS")
        for one in pages("taobao.refunds.receive.get", ("refunds", "refund"), DAY)
    ]
    return orders, lines, refunds


def read_pinduoduo(house: House, desk: Desk, start: int, end: int) -> tuple:
    def pages(method: str, name: str, **more: str) -> Iterator[Any]:
        for low, high in windows(start, end - 180, 1_800):
            for page in itertools.count(1):
                got = pinduoduo(
                    house,
                    desk,
                    method,
                    start_updated_at=str(low),
                    end_updated_at=str(high),
                    page=str(page),
                    page_size="50",
                    **more,
                )
                (content,) = got.values()
                yield from content[name] or []
                if page * 50 >= content["total_count"]:
                    break

    orders, lines = [], []
    everything = {"order_status": "5", "refund_status": "5", "is_lucky_flag": "0"}
    for one in pages(
        "pdd.order.number.list.increment.get", "order_sn_list", **everything
    ):
        orders.append((one["order_sn"], cents(one["pay_amount"])))
        goods = cents(one["goods_amount"]) - cents(one["discount_amount"])
        lines.append((one["order_sn"], goods))
        assert goods + cents(one["postage"]) == cents(one["pay_amount"])
    refunds = [
        (one["order_sn"], cents(one["refund_amount"]), one["after_sales_status"] == 10)
        for one in pages("pdd.refund.list.increment.get", "refund_list")
    ]
    return orders, lines, refunds


def read_jd(house: House, desk: Desk, start: int, end: int) -> tuple:
    orders, lines, refunds = [], [], {}
    for page in itertools.count(1):
        asked = {
            "start_date": beijing(start),
            "end_date": beijing(end),
            "order_state": "ALL",
            "optional_fields": "orderId",
            "page": str(page),
            "page_size": "50",
        }
        got = jd(house, desk, "jingdong.pop.order.enSearch", asked)
        result = got["jingdong_pop_order_enSearch_responce"]["searchorderinfo_result"]
        for one in result["orderInfoList"] or []:
            orders.append((one["orderId"], cents(one["orderPayment"])))
            goods = cents(one["orderTotalPrice"])
            off = sum(cents(each["couponPrice"]) for each in one["couponDetailList"])
            lines.append((one["orderId"], goods - off))
            assert goods - off + cents(one["freightPrice"]) == cents(
                one["orderPayment"]
            )
            assert goods == sum(
                cents(each["jdPrice"]) * int(each["itemTotal"])
                for each in one["itemInfoList"]
            )
        if page * 50 >= result["orderTotal"]:
            break
    for first in ("applyTime", "checkTime"):
        for page in itertools.count(1):
            asked = {
                f"{first}Start": beijing(start),
                f"{first}End": beijing(end),
                "pageIndex": page,
                "pageSize": 50,
            }
            got = jd(
                house, desk, "jingdong.pop.afs.soa.refundapply.queryPageList", asked
            )
            (content,) = got.values()
            for one in content["queryResult"]["result"]:
                refunds[one["orderId"]] = (one["applyRefundSum"], one["status"] == 3)
            if page * 50 >= content["queryResult"]["totalCount"]:
                break
    return orders, lines, [(name, *rest) for name, rest in refunds.items()]


def read_youzan(house: House, desk: Desk, start: int, end: int) -> tuple:
    def pages(name: str, asked: dict, total: str, rows: str) -> Iterator[Any]:
        for page in itertools.count(1):
            got = youzan(house, desk, name, asked | {"page_no": page, "page_size": 50})
            yield from got["data"].get(rows, [])
            if page * 50 >= got["data"][total]:
                break

    orders, lines = [], []
    span = {"start_update": beijing(start), "end_update": beijing(end)}
    for row in pages(
        "youzan.trades.sold.get/4.0.4", span, "total_results", "full_order_info_list"
    ):
        one = row["full_order_info"]
        tid, is_paid = one["order_info"]["tid"], bool(one["order_info"]["pay_time"])
        whole = cents(one["pay_info"]["payment"])
        orders.append((tid, whole if is_paid else 0))
        parts = [cents(line["payment"]) for line in one["orders"]]
        lines += [(tid, part if is_paid else 0) for part in parts]
        assert sum(parts) + cents(one["pay_info"]["post_fee"]) == whole
    span = {"update_time_start": start, "update_time_end": end}
    refunds = [
        (one["tid"], cents(one["refund_fee"]), one["status"] == "SUCCESS")
        for one in pages("youzan.trade.refund.search/3.0.1", span, "total", "refunds")
    ]
    return orders, lines, refunds
