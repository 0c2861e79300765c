"""Pinduoduo's order export: one XLSX row per order, no buyer, no created time."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from sandbox import draws, names
from sandbox.exports import tables, texts
from sandbox.exports.changes import Export, exports
from sandbox.exports.tmall import PROVINCES, standing
from sandbox.market import Market

SHOP_NO = names.PINDUODUO
_STATUS = (
    "待付款",
    "待发货",
    "已发货，待签收",
    "已签收",
    "已取消",
    "未发货，退款成功",
    "已发货，退款成功",
)
_NUMBERS = {
    "商品总价(元)",
    "邮费(元)",
    "店铺优惠折扣(元)",
    "平台优惠折扣(元)",
    "多多支付立减金额(元)",
    "用户实付金额(元)",
    "商家实收金额(元)",
    "商品数量(件)",
}


def export_days(market: Market, folder: Path, first: date, last: date) -> list[Path]:
    """Write Pinduoduo's files of some days."""
    return [
        _write(market, folder, export)
        for export in exports(market, SHOP_NO, first, last)
    ]


def _write(market: Market, folder: Path, export: Export) -> Path:
    table = _table(market, export)
    draw = draws.of(market.seed, "pinduoduo dirt", export.name)
    spoilt = list(table.columns).index("用户实付金额(元)")
    rows = tables.dirtied(table.rows(), draw, spoilt, 0.15)
    return tables.put(
        folder / "orders" / f"orders_export_{export.name}.xlsx",
        tables.xlsx(table.columns, rows, _NUMBERS),
    )


def _table(market: Market, export: Export) -> tables.Table:
    orders, until = export.orders, export.until
    line = export.lines
    listings = market.catalogue.listings.iloc[line["listing"]]
    skus = market.catalogue.skus.iloc[line["sku"]]
    customers = market.people.customers.loc[orders["customer"]]
    area = [text.split() for text in texts.picked(PROVINCES, customers["place"])]
    is_paid = (orders["paid_at"] < until).to_numpy()
    refunded = (orders["refunded_at"] < until).to_numpy()
    paid_text = texts.moments(orders["paid_at"], until)
    no = orders["no"].to_numpy()
    was_shipped = (orders["shipped_at"] < until).to_numpy()
    stand = standing(orders, until)
    stand = np.where(refunded, np.where(was_shipped, 6, 5), stand)
    columns = {
        "商品": listings["title"].tolist(),
        "订单号": names.order_ids(orders),
        "订单状态": texts.picked(_STATUS, stand),
        "商品总价(元)": texts.money(orders["goods"]),
        "邮费(元)": texts.money(orders["freight"]),
        "店铺优惠折扣(元)": texts.money(orders["seller_discount"]),
        "平台优惠折扣(元)": texts.money(orders["platform_discount"]),
        "多多支付立减金额(元)": "0.00",
        "用户实付金额(元)": texts.money(np.where(is_paid, orders["paid"], 0)),
        "商家实收金额(元)": texts.money(
            np.where(is_paid, orders["paid"] + orders["platform_discount"], 0)
        ),
        "商品数量(件)": [str(pieces) for pieces in line["quantity"].tolist()],
        "支付时间": paid_text,
        "订单成交时间": texts.where(no % 31 != 0, paid_text),
        "发货时间": texts.moments(orders["shipped_at"], until),
        "确认收货时间": texts.moments(orders["received_at"], until),
        "省": [words[0] for words in area],
        "市": [words[1] for words in area],
        "区": "****",
        "商品id": listings["listing_id"].tolist(),
        "商品规格": [name.removeprefix("颜色:") for name in skus["name_zh"]],
        "样式ID": skus["sku_id"].tolist(),
        "商家编码-规格维度": skus["seller_sku"].tolist(),
        "商家编码-商品维度": listings["model"].tolist(),
        "商家备注": "",
        "售后状态": texts.picked(("无售后或售后取消", "退款成功"), refunded * 1),
        "快递单号": texts.where(was_shipped, [f"YT{number:012d}" for number in no]),
        "快递公司": texts.where(was_shipped, ["圆通快递"] * len(no)),
    }
    return tables.Table(columns, len(orders))
