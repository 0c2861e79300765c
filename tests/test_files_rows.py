"""Rows become records: one way or the other, alone or several together."""

from __future__ import annotations

import random

import openpyxl
import orjson
import pyarrow
import pyarrow.parquet
import pytest
from export_files import AS_OF, HASHER, SHOP, contract, landed_lines, read

from seller_intel.ingestors import contracts, files
from seller_intel.ingestors.seen import Scattered
from seller_intel.ingestors.spill import Spill
from seller_intel.sources import Source

SHOPIFY = """Name,Id,Email,Financial Status,Paid at,Currency,Total,Created at,\
Refunded Amount,Outstanding Balance,Lineitem quantity,Lineitem name,Lineitem price
#1,901,ann@example.org,paid,2026-01-02 06:05:00 -0500,USD,30.00,\
2026-01-02 06:00:00 -0500,5.00,0.00,2,Brush,10.00
#1,,,,,,,,,,1,Cup,10.00
#1,902,bob@example.org,pending,,JPY,1200,2026-01-02 07:00:00 -0500,0,1200,1,Cup,1200
"""


def test_shopify_rows_are_filled_down_within_their_own_order(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(SHOPIFY, encoding="utf-8")

    records, problems = read(path, "shopify_orders")

    of = {
        name: [e.record for e in records if e.stream == name]
        for name in ("orders", "order_lines", "refunds")
    }
    assert not problems
    assert [each["order_id"] for each in of["order_lines"]] == ["901", "901", "902"]
    assert [each["line_id"] for each in of["order_lines"]] == [
        "901:1",
        "901:2",
        "902:1",
    ]
    assert [(e["paid_amount"], e["status"]) for e in of["orders"]] == [
        ("30.00", "paid"),
        ("0", "unpaid"),
    ]
    assert of["orders"][1]["paid_at"] is None
    assert [(e["order_id"], e["refund_amount"]) for e in of["refunds"]] == [
        ("901", "5.00")
    ]


def test_a_taobao_report_is_rebuilt_as_paid_plus_refunded(tmp_path):
    path = tmp_path / "ExportOrderList1.csv"
    path.write_bytes(
        (
            "订单编号,买家会员名,总金额,买家实际支付金额,订单状态,收货地址 ,"
            "订单创建时间,订单付款时间 ,退款金额\n"
            '="1",ann,100.00,0.00,交易关闭,浙江省 杭州市,2026-01-02 10:00:00,'
            "2026-01-02 10:01:00,100.00\n"
            '="2",bob,50.00,0.00,等待买家付款,上海 上海市,2026-01-02 11:00:00,,0.00\n'
        ).encode("gb18030")
    )

    records, _ = read(path, "taobao_orders")

    orders = [each.record for each in records if each.stream == "orders"]
    assert [(e["paid_amount"], e["status"], e["province"]) for e in orders] == [
        ("100.00", "closed", "浙江"),
        ("0.00", "unpaid", "上海"),
    ]
    refunds = [each.record for each in records if each.stream == "refunds"]
    assert [each["refund_id"] for each in refunds] == ["1:refund"]
    assert "ann" not in str(records)


GROUPED = {
    "platform": "shop",
    "currency": "GBP",
    "time_zone": "Europe/London",
    "columns": {
        "invoice": {"headers": ["invoice"], "as": "id", "required": True},
        "item": {"headers": ["item"], "as": "id"},
        "quantity": {"headers": ["quantity"], "as": "number"},
        "price": {"headers": ["price"], "as": "money"},
        "at": {"headers": ["at"], "as": "timestamp", "required": True},
    },
    "derived": {"amount": {"product": ["price", "quantity"]}},
    "streams": {
        "orders": {
            "group_by": ["invoice"],
            "fields": {
                "order_id": "invoice",
                "status": {"constant": "completed"},
                "created_at": "at",
                "updated_at": "at",
                "paid_amount": {"rows": "sum", "of": "amount"},
            },
        },
        "order_lines": {
            "fields": {
                "line_id": {"text": "{invoice}:{#}"},
                "order_id": "invoice",
                "listing_id": "item",
                "line_paid_amount": "amount",
            }
        },
    },
}
ROWS = [
    ("A", "1", "2", "1.50", "2026-01-02 10:00:00"),
    ("B", "2", "1", "9.99", "2026-01-02 10:01:00"),
    ("A", "3", "1", "0.50", "2026-01-02 10:00:00"),
]


def _csv(path, rows, header="invoice,item,quantity,price,at"):
    path.write_text("\n".join([header, *map(",".join, rows)]) + "\n", encoding="utf-8")
    return path


def test_scattered_rows_of_one_order_are_added_up_and_numbered(tmp_path):
    records, _ = read(_csv(tmp_path / "lines.csv", ROWS), contract(GROUPED))

    orders = {e.key: e.record["paid_amount"] for e in records if e.stream == "orders"}
    lines = [e.record["line_id"] for e in records if e.stream == "order_lines"]
    assert orders == {"shop:A": "3.50", "shop:B": "9.99"}
    assert lines == ["A:1", "B:1", "A:2"]


def test_a_bad_row_keeps_back_its_whole_order_and_no_other(tmp_path):
    rows = [*ROWS, ("A", "4", "x", "1.00", "2026-01-02 10:00:00")]

    records, problems = read(_csv(tmp_path / "lines.csv", rows), contract(GROUPED))

    assert [e.key for e in records if e.stream == "orders"] == ["shop:B"]
    assert {e.stream for e in problems} == {"orders", "order_lines"}


def test_a_mended_contract_reads_what_was_put_aside(tmp_path):
    stated = {
        "platform": "taobao",
        "currency": "CNY",
        "columns": {
            "line_id": {"headers": ["line"]},
            "order_id": {"headers": ["order"]},
            "listing_id": {"headers": ["item"]},
            "quantity": {"headers": ["count"]},
            "line_paid_amount": {"headers": ["paid"]},
        },
        "streams": {"order_lines": {}},
    }
    mended = {**stated, "decimal": ","}
    path = tmp_path / "lines.csv"
    path.write_text('line,order,item,count,paid\n1,A,77,2,"9,90"\n', encoding="utf-8")
    _, problems = read(path, contract(stated))
    source = Source("s", "files", (), shop=SHOP)

    record = files.reread(
        contract(mended),
        problems[0].record,
        stream="order_lines",
        source=source,
        position=problems[0].position,
        as_of=AS_OF,
        hasher=HASHER,
    )

    assert record is not None
    assert record.record["line_paid_amount"] == "9.90"
    assert record.source_ref == "lines.csv:2"


def test_every_form_of_a_table_gives_the_same_records(tmp_path):
    header = ["invoice", "item", "quantity", "price", "at"]
    book = openpyxl.Workbook()
    for row in (header, *ROWS):
        book.active.append(row)
    book.save(tmp_path / "lines.xlsx")
    columns = [list(column) for column in zip(*ROWS, strict=True)]
    table = pyarrow.table(dict(zip(header, columns, strict=True)))
    pyarrow.parquet.write_table(table, tmp_path / "lines.parquet")
    (tmp_path / "lines.jsonl").write_text(
        "\n".join(
            str(dict(zip(header, row, strict=True))).replace("'", '"') for row in ROWS
        ),
        encoding="utf-8",
    )
    _csv(tmp_path / "lines.csv", ROWS)
    (tmp_path / "lines.tsv").write_text(
        "\n".join("\t".join(row) for row in (header, *ROWS)), encoding="utf-8"
    )

    found = {
        path.suffix: [each.record for each in read(path, contract(GROUPED))[0]]
        for path in tmp_path.glob("lines.*")
    }

    assert len(found) == 5
    assert all(records == found[".csv"] for records in found.values())


def _lines_file(path, count, seed, scattered=False):
    """Write orders of several lines with odd cells here and there."""
    chance = random.Random(seed)
    rows, order = [], 0
    while len(rows) < count:
        order += 1
        for _ in range(chance.choice([1, 1, 2, 5])):
            quantity = chance.choice(["1", "2", "1.0", "3", ""])
            price = chance.choice(["9.90", "1,234.50", "¥12", "7", "0.05"])
            title = chance.choice(["连衣裙", 'a "quoted" cup', "b,c", " - ", "x\ny"])
            day = f"2026-01-{chance.randint(1, 28):02}"
            at = chance.choice([f"{day} 10:00:00", f"{day.replace('-', '/')} 9:05"])
            rows.append(
                [f"{order:019}", title, quantity or "1", price, at, f"b{order}"]
            )
    if scattered:
        chance.shuffle(rows)
    text = "".join(
        ",".join(
            '"' + cell.replace('"', '""') + '"' if set(cell) & set('",\n') else cell
            for cell in row
        )
        + "\n"
        for row in rows
    )
    path.write_text("order,title,count,price,at,buyer\n" + text, encoding="utf-8")
    return path


BOTH = {
    "platform": "taobao",
    "currency": "CNY",
    "columns": {
        "order_id": {"headers": ["order"]},
        "title": {"headers": ["title"]},
        "quantity": {"headers": ["count"]},
        "unit_price": {"headers": ["price"]},
        "at": {"headers": ["at"], "as": "timestamp", "required": True},
        "buyer_ref": {"headers": ["buyer"], "hash": "buyer"},
    },
    "streams": {
        "orders": {
            "group_by": ["order_id"],
            "fields": {
                "status": {"constant": "completed"},
                "created_at": "at",
                "updated_at": "at",
                "paid_at": "at",
                "paid_amount": "unit_price",
            },
        },
        "order_lines": {
            "fields": {
                "line_id": {"text": "{order_id}:{#}"},
                "listing_id": {"first": ["title", {"constant": "none"}]},
                "line_paid_amount": {"product": ["unit_price", "quantity"]},
            }
        },
        "identities": {
            "once": True,
            "skip_without": ["id_hash", "customer_ref"],
            "fields": {
                "id_kind": {"constant": "buyer"},
                "id_hash": "buyer_ref.hashed",
                "customer_ref": "buyer_ref.hashed",
            },
        },
    },
}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("way", ["blocks", "runs"])
def test_reading_in_blocks_gives_the_very_lines_of_reading_row_by_row(
    tmp_path, seed, way
):
    of = contract(BOTH)
    path = _lines_file(tmp_path / "lines.csv", 300, seed, scattered=way == "blocks")

    assert landed_lines(path, of, way) == landed_lines(path, of, "rows")


@pytest.mark.parametrize("currencies", [["CNY"], ["CNY", "JPY"], ["CNY", ""]])
def test_amounts_in_blocks_are_rounded_to_the_currency_of_their_row(
    tmp_path, currencies
):
    path = tmp_path / "lines.csv"
    head = "订单编号,子订单编号,商品ID,数量,单价,行实付金额,币种,更新时间\n"
    lines = [
        f"A,{n},77,1,{'' if n % 7 else '1.25'},{n + 10}.50,"
        f"{currencies[n % len(currencies)]},2026-01-02 10:00:00\n"
        for n in range(100)
    ]
    path.write_text(head + "".join(lines), encoding="utf-8")
    of = contracts.load("order_lines")

    landed = landed_lines(path, of, "blocks")

    assert landed == landed_lines(path, of, "rows")
    records = [orjson.loads(line)["record"] for line in landed["order_lines"]]
    assert len(records) == 100
    assert [each["line_paid_amount"] for each in records[:2]] == [
        "10.50",
        "12" if "JPY" in currencies else "11.50",
    ]


def test_reading_in_runs_says_so_where_rows_are_scattered(tmp_path):
    path = _lines_file(tmp_path / "lines.csv", 200, 1, scattered=True)

    with pytest.raises(Scattered):
        landed_lines(path, contract(BOTH), "runs")


def test_a_mapping_larger_than_its_memory_keeps_values_and_order():
    spill = Spill(10)
    for number in range(95):
        spill.put(f"key{number}", {"n": number})
    spill.put("key3", {"n": -3})

    assert spill.get("key3") == {"n": -3}
    assert spill.get("key94") == {"n": 94}
    assert spill.get("nothing") is None
    assert [key for key, _ in spill.items()] == [f"key{n}" for n in range(95)]
    spill.close()


@pytest.mark.parametrize("name", contracts.names())
def test_the_template_of_every_contract_is_read_by_it(tmp_path, name):
    of = contracts.load(name)
    suffix = {"xlsx": "xlsx", "tsv": "txt"}.get(of.forms[0], "csv")
    path = tmp_path / f"template.{suffix}"
    path.write_bytes(contracts.template(name))

    records, problems = read(path, of)

    assert not problems
    assert set(of.streams) - {"refunds", "identities"} <= {e.stream for e in records}
