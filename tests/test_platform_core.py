"""What interfaces of platforms land becomes sales, refunds and commissions in core."""

from __future__ import annotations

import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import Postgres
from deliveries import Line, contents

FIXTURES = Path(__file__).parent / "fixtures"
FIRST, SECOND = "20261122T120000", "20261123T120000"
SHOPS = {
    "taobao": "900100001",
    "pinduoduo": "700200001",
    "jd": "10001",
    "youzan": "40000001",
    "amazon": "A1EXAMPLE",
    "shopify": "shiguang-home",
    "woocommerce": "shop.example.com",
    "douyin": "1111111",
    "xiaohongshu": "composedSeller",
    "wechat_store": "wxcomposed",
}
CURRENCIES = {"amazon": "USD", "shopify": "USD", "woocommerce": "EUR"}
# What a case is in, that was not paid or is no sale.
NO_SALES = (
    "before_payment",
    "deposit_only",
    "not_paid",
    "only_reserved",
    "not_collected",
    "delivery_sent",
    "delivery_refused",
    "split_into_parts",
    "group_that_failed",
    "pending",
    "cancelled",
    "replacement",
    "test_order",
    "prize_for_a_fen",
    "without_amount",
)
SALES = (
    "cancelled_after_payment",
    "cancelled_and_paid_back",
    "cancelled_part_of_a_split_order",
)


def registry() -> str:
    """Return a registry with a shop on every platform."""
    shops = "".join(
        f"""
  - shop_id: {platform}:{number}
    name: Shop
    platform: {platform}
    time_zone: Asia/Shanghai
    currency: {CURRENCIES.get(platform, "CNY")}
    is_own: true
    owner_id: tests
    mode: platform"""
        for platform, number in SHOPS.items()
    )
    return f"reporting_currency: CNY\nshops:{shops}\nsources: []\n"


def cases(stream: str) -> dict[str, list[tuple[str, dict[str, Any], dict[str, Any]]]]:
    """Return the saved payloads of a stream by platform: case, payload, canonical."""
    found = defaultdict(list)
    for path in sorted(FIXTURES.glob(f"*__{stream}/*/payload.json")):
        found[path.parent.parent.name.partition("__")[0]].append(
            (
                path.parent.name,
                json.loads(path.read_text("utf-8")),
                json.loads(path.with_name("expected.json").read_text("utf-8")),
            )
        )
    return found


def is_sale(case: str) -> bool:
    """Tell from the name of a case whether it is one."""
    return case in SALES or not any(part in case for part in NO_SALES)


@pytest.fixture(scope="module")
def core(shared_postgres: Postgres) -> Line:
    """Core with every saved order, line, refund and commission."""
    shared_postgres.register(registry())
    built = Line()
    for stream, key in (
        ("orders", "order_id"),
        ("order_lines", None),
        ("refunds", "refund_id"),
        ("commissions", None),
    ):
        for platform, found in cases(stream).items():
            good = [each for each in found if "reject_reason" not in each[2]]
            built.deliver(
                stream,
                [payload for _, payload, _ in good],
                source=f"{platform}_api",
                run=FIRST,
                platform=platform,
                keys=[
                    said[key].partition(":")[2] if key else case
                    for case, _, said in good
                ],
            )
    outcome = built.build(FIRST)
    assert outcome.warnings == ()
    return built


def order_of(postgres: Postgres, order_id: str) -> dict[str, Any]:
    """Return one order of core."""
    rows = postgres.rows(
        "select * from core.fct_orders where order_id = %s", [order_id]
    )
    assert len(rows) == 1
    return rows[0]


ORDERS = [
    pytest.param(case, said, id=f"{platform}-{case}")
    for platform, found in cases("orders").items()
    for case, _, said in found
    if "reject_reason" not in said
]


@pytest.mark.parametrize(("case", "said"), ORDERS)
def test_an_order_is_a_sale_when_it_was_paid_and_no_other_is(
    core, shared_postgres, case, said
):
    order = order_of(shared_postgres, said["order_id"])

    assert order["is_valid"] == is_sale(case)
    assert order["paid_amount_original"] == Decimal(said["paid_amount"])


def test_an_order_closed_after_payment_is_a_sale_and_a_refund(core, shared_postgres):
    order = order_of(shared_postgres, "taobao:2853300998877665544")

    assert order["is_valid"]
    assert not order["is_settled"]
    assert order["refunded_amount"] == order["paid_amount"] == Decimal("59.00")


def test_lines_share_what_was_paid_for_goods(core, shared_postgres):
    rows = shared_postgres.rows(
        "select order_id, listing_id, line_paid_amount_original as amount"
        " from core.fct_order_lines where listing_id <> 'unknown' order by line_id"
    )
    by_order: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        by_order[row["order_id"]] += row["amount"]

    # 185.00 with 6.00 of freight; 234.00 with 6.00; 51.80; 101.26 with 6.00 and 7.06
    assert by_order["taobao:2853311223344556677"] == Decimal("179.00")
    assert by_order["jd:301122334455"] == Decimal("228.00")
    assert by_order["pinduoduo:261122-112233445566778"] == Decimal("51.80")
    assert by_order["woocommerce:727"] == Decimal("45.00")


def test_entries_of_equal_keys_on_two_platforms_are_two(core, shared_postgres):
    # the keys of these commissions are the names of the cases
    rows = shared_postgres.rows(
        "select entry_id from core.fct_commissions where entry_id like '%%:paid'"
    )

    assert {row["entry_id"] for row in rows} == {
        "taobao:paid",
        "jd:paid",
        "douyin:paid",
    }


def test_only_the_lines_of_the_newest_version_of_an_order_stay(core, shared_postgres):
    payload = json.loads(
        (FIXTURES / "taobao__orders/to_send/payload.json").read_text("utf-8")
    )
    line = json.loads(
        (FIXTURES / "taobao__order_lines/to_send_1/payload.json").read_text("utf-8")
    )
    changed = "2026-11-22 18:00:00"
    line["_source"]["parent_updated_at"] = changed
    named = {"source": "taobao_api", "run": SECOND, "platform": "taobao"}

    core.deliver(
        "orders",
        [{**payload, "modified": changed, "payment": "122.04"}],
        keys=["2853311223344556677"],
        **named,
    )
    core.deliver("order_lines", [line], keys=["to_send_1"], **named)
    outcome = core.build(SECOND)

    lines = shared_postgres.rows(
        "select line_id, line_paid_amount from core.fct_order_lines"
        " where order_id = 'taobao:2853311223344556677'"
    )
    assert not outcome.is_full_refresh
    assert outcome.warnings == ()
    assert [(row["line_id"], row["line_paid_amount"]) for row in lines] == [
        ("taobao:2853311223345556677", Decimal("116.04"))
    ]


def test_an_order_is_no_sale_while_parts_of_it_are_there(core, shared_postgres):
    payload = json.loads(
        (FIXTURES / "jd__orders/to_send/payload.json").read_text("utf-8")
    )
    whole, part = "301122334455", "301122334456"
    before = order_of(shared_postgres, f"jd:{whole}")["is_valid"]

    load = core.deliver(
        "orders",
        [{**payload, "orderId": part, "directParentOrderId": whole}],
        source="jd_api",
        run=SECOND,
        platform="jd",
        keys=[part],
    )
    core.build("20261123T123000")
    split = order_of(shared_postgres, f"jd:{whole}")
    core.take_back(load)
    core.build("20261123T124500")
    again = order_of(shared_postgres, f"jd:{whole}")

    assert before
    assert (split["is_valid"], split["exclusion_reason"]) == (False, "split_into_parts")
    assert again["is_valid"]


def test_a_refund_that_a_report_tells_again_counts_once(core, shared_postgres):
    number = "2853300998877665544"
    told = {
        "platform_id": "taobao",
        "order_id": number,
        "refund_id": f"{number}:refund",
        "status": "succeeded",
        "refund_amount": "59.00",
        "currency": "CNY",
        "updated_at": "2026-11-22T03:05:10+00:00",
    }

    core.deliver("refunds", [told], source="report", run=SECOND)
    core.build("20261123T125000")

    order = order_of(shared_postgres, f"taobao:{number}")
    assert order["refunded_amount"] == Decimal("59.00")


def settled() -> dict[str, list[str]]:
    """What a build leaves, less its own notes of what it had to look at."""
    return {
        name: lines
        for name, lines in contents("core").items()
        if not name.endswith(("_touched", "_decided", "_changed", "_logged"))
    }


def test_core_built_step_by_step_is_core_built_whole(core):
    before = settled()

    core.build("20261123T130000", full_refresh=True)

    assert settled() == before


def test_a_total_that_its_parts_do_not_make_is_told(core, shared_postgres):
    payload = json.loads(
        (FIXTURES / "jd__orders/to_send/payload.json").read_text("utf-8")
    )
    wrong = {**payload, "orderId": "301122339999", "orderPayment": "200.00"}

    core.deliver(
        "orders",
        [wrong],
        source="jd_api",
        run=SECOND,
        platform="jd",
        keys=["301122339999"],
    )
    outcome = core.build("20261123T140000")

    assert any("totals" in warning for warning in outcome.warnings)
