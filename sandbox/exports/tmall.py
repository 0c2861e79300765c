"""Tmall's ExportOrderList and ExportOrderDetailList files: GB18030 CSV."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from sandbox import draws, goods, names
from sandbox.exports import tables, texts
from sandbox.exports.changes import Export, exports
from sandbox.market import Market

ENCODING = "gb18030"
SHOP_NO = names.TMALL
PROVINCES = (
    "广东省 深圳市 南山区",
    "浙江省 杭州市 余杭区",
    "江苏省 苏州市 吴中区",
    "上海 上海市 浦东新区",
    "北京 北京市 朝阳区",
    "四川省 成都市 武侯区",
    "湖北省 武汉市 洪山区",
    "山东省 青岛市 市南区",
    "河南省 郑州市 金水区",
    "福建省 厦门市 思明区",
)
_WAITING, _PAID, _SHIPPED, _DONE, _CLOSED = range(5)
_STATUS = (
    "等待买家付款",
    "买家已付款，等待卖家发货",
    "卖家已发货，等待买家确认",
    "交易成功",
    "交易关闭",
)
_MESSAGES = ("", "", "", "", "", "", "请发顺丰,谢谢", '要"红色"的', "周末送货")


def write(market: Market, folder: Path, export: Export) -> list[Path]:
    """Write the order file and the line file of one export."""
    orders = _orders(market, export)
    lines = _lines(market, export)
    draw = draws.of(market.seed, "tmall dirt", export.name)
    order_rows = tables.dirtied(
        orders.rows(), draw, list(orders.columns).index("总金额")
    )
    line_rows = tables.dirtied(
        lines.rows(), draw, list(lines.columns).index("买家应付货款"), 0.2
    )
    stem = export.name
    return [
        tables.put(
            folder / "orders" / f"ExportOrderList_{stem}.csv",
            tables.csv(orders.columns, order_rows, ENCODING),
        ),
        tables.put(
            folder / "order_lines" / f"ExportOrderDetailList_{stem}.csv",
            tables.csv(lines.columns, line_rows, ENCODING),
        ),
    ]


def standing(orders: pd.DataFrame, until: int) -> np.ndarray:
    """Return how far each order is then: waiting, paid, shipped, done, closed."""
    stand = np.full(len(orders), _WAITING)
    stand[orders["paid_at"] < until] = _PAID
    stand[orders["shipped_at"] < until] = _SHIPPED
    stand[orders["received_at"] < until] = _DONE
    stand[orders["closed_at"] < until] = _CLOSED
    return stand


def _orders(market: Market, export: Export) -> tables.Table:
    orders, until = export.orders, export.until
    shop = goods.OWN_SHOPS[SHOP_NO]
    customers = market.people.customers.loc[orders["customer"]]
    is_paid = (orders["paid_at"] < until).to_numpy()
    refunded = np.where(orders["refunded_at"] < until, orders["refund"], 0)
    paid = orders["paid"].to_numpy()
    stand = standing(orders, until)
    person = customers["person"].tolist()
    first_line = export.lines.drop_duplicates("order")
    listings = market.catalogue.listings
    pieces = export.lines.groupby("order")["quantity"].sum()
    kinds = export.lines.groupby("order").size()
    place = customers["place"].to_numpy()
    buyers = [
        names.masked(names.member(number)) if is_masked else names.member(number)
        for number, is_masked in zip(
            customers["customer"].tolist(), customers["is_masked"].tolist(), strict=True
        )
    ]
    columns = {
        "订单编号": [f'="{number}"' for number in names.tmall_numbers(orders).tolist()],
        "买家会员名": buyers,
        "买家支付宝账号": [_mail_or_mask(number) for number in person],
        "买家应付货款": texts.money(paid - orders["freight"].to_numpy()),
        "买家应付邮费": texts.money(orders["freight"].to_numpy()),
        "买家支付积分": "0",
        "总金额": texts.money(paid),
        "返点积分": "0",
        "买家实际支付金额": texts.money(np.where(is_paid, paid - refunded, 0)),
        "买家实际支付积分": "0",
        "订单状态": texts.picked(_STATUS, stand),
        "买家留言": texts.quoted(
            texts.picked(_MESSAGES, orders["no"].to_numpy() % len(_MESSAGES))
        ),
        "收货人姓名": texts.picked(("王**", "李*", "张**", "陈*"), place % 4),
        "收货地址 ": [f"{text} ****" for text in texts.picked(PROVINCES, place)],
        "运送方式": "快递",
        "联系电话 ": "'null",
        "联系手机": [f"'{names.phone(number)}" for number in person],
        "订单创建时间": texts.moments(orders["created_at"], until),
        "订单付款时间 ": texts.moments(orders["paid_at"], until),
        "宝贝标题 ": texts.quoted(
            listings["title"].to_numpy()[first_line["listing"]].tolist()
        ),
        "宝贝种类": [str(number) for number in kinds.tolist()],
        "物流单号": texts.where(
            orders["shipped_at"] < until, [f"No:YT{no:012d}" for no in orders["no"]]
        ),
        "物流公司": texts.where(
            orders["shipped_at"] < until, ["圆通速递"] * len(orders)
        ),
        "订单备注": "'null",
        "宝贝总数量": [str(number) for number in pieces.tolist()],
        "店铺Id": shop.shop_id.split(":")[1],
        "店铺名称": shop.name,
        "订单关闭原因": _close_reasons(stand, is_paid),
        "卖家服务费": "0",
        "买家服务费": "0元",
        "发票抬头": "",
        "是否手机订单": texts.picked(
            ("手机订单", ""), orders["no"].to_numpy() % 7 // 6
        ),
        "分阶段订单信息": "",
        "特权订金订单id": "",
        "定金排名": "",
        "修改后的sku": "",
        "修改后的收货地址": "",
        "异常信息": "",
        "天猫卡券抵扣": texts.money(orders["platform_discount"].to_numpy()),
        "集分宝抵扣": "0.00",
        "是否是O2O交易": "0",
        "退款金额": texts.money(refunded),
        "确认收货时间": texts.moments(orders["received_at"], until),
        "打款商家金额": [
            f"{amount}元"
            for amount in texts.money(np.where(stand == _DONE, paid - refunded, 0))
        ],
    }
    return tables.Table(columns, len(orders))


def _mail_or_mask(person: int) -> str:
    """Return the account of a person, masked for most."""
    return names.mail(person) if person % 3 == 0 else "138****0000"


def _close_reasons(stand: np.ndarray, is_paid: np.ndarray) -> list[str]:
    reason = np.where(stand == _CLOSED, np.where(is_paid, 2, 1), 0)
    return texts.picked(("订单未关闭", "买家未付款", "买家申请退款"), reason)


def _lines(market: Market, export: Export) -> tables.Table:
    lines, until = export.lines, export.until
    place = export.orders.index.get_indexer(lines["order"])
    orders = export.orders.iloc[place]
    skus = market.catalogue.skus.iloc[lines["sku"]]
    listings = market.catalogue.listings.iloc[lines["listing"]]
    whole = names.tmall_numbers(orders)
    kinds = lines.groupby("order")["sku"].transform("size").to_numpy()
    number = whole + np.where(
        kinds > 1, (lines["line_no"].to_numpy() + 1) * 1_000_000, 0
    )
    is_paid = (orders["paid_at"] < until).to_numpy()
    refunded = refunds_of_lines(lines, orders, until)
    columns = {
        "子订单编号": [f'="{text}"' for text in number.tolist()],
        "主订单编号": [f'="{text}"' for text in whole.tolist()],
        "标题": texts.quoted(listings["title"]),
        "价格": texts.money(lines["unit_price"]),
        "购买数量": [str(pieces) for pieces in lines["quantity"].tolist()],
        "外部系统编号": listings["listing_id"].tolist(),
        "商品属性": skus["name_zh"].tolist(),
        "套餐信息": "",
        "备注": "",
        "订单状态": texts.picked(_STATUS, standing(orders, until)),
        "商家编码": skus["seller_sku"].tolist(),
        "支付单号": [f'="{text}"' for text in (whole // 13).tolist()],
        "买家应付货款": texts.money(lines["paid"]),
        "买家实际支付金额": texts.money(
            np.where(is_paid, lines["paid"].to_numpy() - refunded, 0)
        ),
        "退款状态": texts.picked(("没有申请退款", "退款成功"), (refunded > 0) * 1),
        "退款金额": texts.money(refunded),
        "订单创建时间": texts.moments(orders["created_at"], until),
        "订单付款时间": texts.moments(orders["paid_at"], until),
    }
    return tables.Table(columns, len(lines))


def refunds_of_lines(
    lines: pd.DataFrame, orders: pd.DataFrame, until: int
) -> np.ndarray:
    """Return what came back for each line: all of it, or the part of the first line."""
    back = (orders["refunded_at"] < until).to_numpy()
    full = back & orders["is_full"].to_numpy()
    part = back & ~full & (lines["line_no"] == 0).to_numpy()
    return np.where(full, lines["paid"], np.where(part, orders["refund"], 0))


def export_days(market: Market, folder: Path, first: date, last: date) -> list[Path]:
    """Write Tmall's files of some days."""
    written = []
    for export in exports(market, SHOP_NO, first, last):
        written += write(market, folder, export)
    return written
