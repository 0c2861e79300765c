"""Columns of export files: doubled headers, absent ones, personal ones looked up."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from seller_intel.ingestors import compressed, contracts, file_reading, headers
from seller_intel.ingestors.headers import Wanted
from seller_intel.ingestors.refusals import FileRefused
from seller_intel.personal import Hasher
from seller_intel.sources import Shop

SHOP = Shop("taobao:1", "Acme", "taobao")
WANTED = (Wanted("price", ("Price",), is_required=True),)


def test_of_headers_unlike_in_case_alone_the_one_spelt_as_in_the_contract_counts():
    found = headers.match(WANTED, ["Name", "PRICE", "Price"])

    assert found.places == {"price": 2}
    assert not found.doubled


@pytest.mark.parametrize("row", [["Price", "Price"], ["price", "PRICE"]])
def test_a_header_that_stands_twice_is_refused(row):
    found = headers.match(WANTED, row)

    assert found.doubled == ("price",)
    with pytest.raises(FileRefused, match="more than once"):
        headers.check("orders.csv", "orders", found, {}, strict=False)


def test_a_condition_on_a_column_that_the_file_lacks_holds_for_no_row(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(
        "订单编号,总金额,买家实际支付金额,订单创建时间,订单付款时间\n"
        "1,9.00,9.00,2026-01-01 10:00:00,2026-01-01 10:00:09\n",
        encoding="utf-8",
    )
    contract = contracts.load("taobao_orders")
    context = file_reading.context_of(
        path.name, SHOP, "tmall", datetime(2026, 1, 2, tzinfo=UTC), Hasher(b"k" * 32)
    )
    told = file_reading.FileRead(path.name)
    for part in compressed.parts(path, path.name):
        lines = list(
            file_reading.read_part(
                part, contract, context, tmp_path, told, way="blocks"
            )
        )

    assert (told.rows, told.problems) == (1, 0)
    assert '"status":"paid"' in bytes(lines[0].bodies).decode()


def test_a_personal_value_looked_up_beside_never_lands_as_it_is():
    stated = {
        "title": "orders",
        "columns": {"order_id": {"headers": ["order"]}, "who": {"headers": ["who"]}},
        "lookups": {
            "buyers": {
                "file": "buyers.csv",
                "key": "who",
                "by": "who",
                "columns": {
                    "who": {"headers": ["who"]},
                    "name": {"headers": ["name"], "personal": True},
                },
                "take": {"name": "name"},
            }
        },
        "streams": {
            "identities": {
                "fields": {
                    "id_kind": {"constant": "name"},
                    "id_hash": {"hash": "buyers.name", "kind": "buyer"},
                    "customer_ref": {"hash": "who", "kind": "buyer"},
                    "valid_from": "buyers.name",
                }
            }
        },
    }

    with pytest.raises(contracts.ContractError, match=r"personal buyers\.name"):
        contracts.parse("orders", stated)
