"""Amazon: orders with their items and refunds, each at the rate of its operation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode

import httpx
import pytest
from api_doubles import AS_OF, REFRESH, SECRET, connected, landings

from seller_intel.ingestors import amazon, calls, selling_partner
from seller_intel.ingestors.faults import Kind
from seller_intel.ingestors.replies import Reply
from seller_intel.ingestors.selling_partner import judge
from seller_intel.sources import RegistryError

HOUR_AGO = AS_OF - timedelta(hours=1)
CHANGED = "2026-11-22T03:35:12Z"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SELLER_INTEL_HOME", str(tmp_path))


def order(number: int, **more) -> dict:
    return {
        "orderId": f"111-2223334-{number:07}",
        "createdTime": "2026-11-22T03:05:00Z",
        "lastUpdatedTime": CHANGED,
        "buyer": {"buyerEmail": "c1@marketplace.amazon.com", "buyerName": "Zhang San"},
        "recipient": {"deliveryAddress": {"city": "Austin", "addressLine1": "1 Road"}},
        "proceeds": {"grandTotal": {"amount": "45.18", "currencyCode": "USD"}},
        "fulfillment": {"fulfillmentStatus": "UNSHIPPED", "fulfilledBy": "MERCHANT"},
        "orderItems": [
            {
                "orderItemId": "10000000000001",
                "quantityOrdered": 2,
                "product": {"asin": "B0", "customization": {"customizedUrl": "u"}},
                "fulfillment": {"packing": {"giftOption": {"giftMessage": "Hi Li"}}},
            }
        ],
        **more,
    }


def old_order(number: int) -> dict:
    return {
        "AmazonOrderId": f"222-3334445-{number:07}",
        "LastUpdateDate": CHANGED,
        "OrderStatus": "Pending",
        "BuyerInfo": {"BuyerEmail": "c1@marketplace.amazon.com", "BuyerName": "Zhang"},
        "ShippingAddress": {"City": "Austin", "Name": "Zhang San", "Phone": "512"},
    }


def refund(number: int) -> dict:
    charge = {"CurrencyCode": "USD", "CurrencyAmount": -20.0}
    return {
        "AmazonOrderId": f"111-2223334-{number:07}",
        "PostedDate": CHANGED,
        "ShipmentItemAdjustmentList": [
            {
                "OrderAdjustmentItemId": f"8{number}",
                "ItemChargeAdjustmentList": [
                    {"ChargeType": "Principal", "ChargeAmount": charge}
                ],
            }
        ],
    }


class Partner:
    """The interface as its page tells: tokens that lead on, UTC, errors in a list."""

    def __init__(self, orders=(), old_orders=(), refunds=()):
        self.orders, self.old_orders = list(orders), list(old_orders)
        self.refunds = list(refunds)
        self.token, self.fetched = "Atza|0", 0
        self.calls: list[tuple[str, dict]] = []
        self.answers: list[httpx.Response] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/auth/o2/token":
            assert request.url.host == "api.amazon.com"
            self.fetched += 1
            sent = parse_qs(request.content.decode())
            if sent["client_secret"] != [SECRET]:
                return httpx.Response(401, json={"error": "invalid_client"})
            if sent["refresh_token"] != [REFRESH]:
                return httpx.Response(400, json={"error": "invalid_grant"})
            self.token = f"Atza|{self.fetched}"
            told = {"access_token": self.token, "expires_in": 3600}
            return httpx.Response(200, json=told)
        query = dict(request.url.params)
        self.calls.append((request.url.path, query))
        if self.answers:
            return self.answers.pop(0)
        if request.headers["x-amz-access-token"] != self.token:
            return error(403, "Unauthorized")
        assert request.headers["x-amz-date"].endswith("Z")
        return httpx.Response(200, json=self.found(request.url.path, query))

    def found(self, path: str, query: dict) -> dict:
        if path == "/orders/2026-01-01/orders":
            page, following = self.page(self.orders, query.get("paginationToken"))
            told = {"orders": page}
            return told | (
                {"pagination": {"nextToken": following}} if following else {}
            )
        if path == "/orders/v0/orders":
            page, following = self.page(self.old_orders, query.get("NextToken"))
            return {"payload": {"Orders": page, "NextToken": following}}
        if path.endswith("/orderItems"):
            items = [
                {"OrderItemId": "1", "ItemPrice": {"Amount": "39.98"}},
                {"OrderItemId": "2", "BuyerInfo": {"GiftMessageText": "Hi Li"}},
            ]
            place = int(query.get("NextToken") or 0)
            following = "1" if place == 0 else None
            told = {"OrderItems": items[place : place + 1], "NextToken": following}
            return {"payload": told}
        page, following = self.page(self.refunds, query.get("NextToken"))
        events = {"RefundEventList": page} if page else {}
        return {"payload": {"FinancialEvents": events, "NextToken": following}}

    @staticmethod
    def page(rows: list, token: str | None) -> tuple[list, str | None]:
        start = int(token or 0)
        following = str(start + 100) if start + 100 < len(rows) else None
        return rows[start : start + 100], following


def error(status: int, code: str, **headers: str) -> httpx.Response:
    said = {"errors": [{"code": code, "message": "said so", "details": ""}]}
    return httpx.Response(status, json=said, headers=headers)


def collected(double: Partner, *streams: str, refresh: str = REFRESH, **options):
    options = {"marketplace_ids": ["ATVPDKIKX0DER", "A2EUQ1WTGCTBG2"], **options}
    made = landings("amazon", streams, covered=HOUR_AGO, **options)
    with connected(extra={"refresh_token": refresh}):
        return made, amazon.collect(made.asked, httpx.MockTransport(double))


def test_the_request_for_a_token_is_the_one_of_the_page():
    sent = selling_partner.token_form(
        "amzn1.application-oa2-client.test", "s3cr&t", "Atzr|test"
    )

    assert urlencode(sent) == (
        "grant_type=refresh_token&refresh_token=Atzr%7Ctest"
        "&client_id=amzn1.application-oa2-client.test&client_secret=s3cr%26t"
    )


def test_lists_in_a_query_are_joined_by_a_comma():
    query = {
        "lastUpdatedAfter": selling_partner.instant(datetime(2026, 11, 22, tzinfo=UTC)),
        "marketplaceIds": "ATVPDKIKX0DER,A2EUQ1WTGCTBG2",
    }

    assert calls.get("https://host/orders", query).url.partition("?")[2] == (
        "lastUpdatedAfter=2026-11-22T00%3A00%3A00Z"
        "&marketplaceIds=ATVPDKIKX0DER%2CA2EUQ1WTGCTBG2"
    )


def test_an_order_lands_with_its_items_and_nobodys_name():
    double = Partner([order(1)])

    landed, got = collected(double, "orders", "order_lines")

    key = "111-2223334-0000001"
    assert got.failures == []
    record = landed["orders"].newest[key]
    assert record["proceeds"]["grandTotal"]["amount"] == "45.18"
    assert len(record["buyer"]["buyerEmail_hash"]) == 64
    assert record["orderItems"][0]["orderItemId"] == "10000000000001"
    assert record["_source"]["currency"] == "CNY"
    line = landed["order_lines"].newest[f"{key}/10000000000001"]
    assert line["_source"]["parent_key"] == key
    for personal in ("Zhang", "marketplace.amazon.com", "1 Road", "Hi Li"):
        assert personal not in landed.text
    _, query = double.calls[0]
    assert query["marketplaceIds"] == "ATVPDKIKX0DER,A2EUQ1WTGCTBG2"
    assert query["lastUpdatedBefore"] == "2026-11-22T03:57:00Z"


def test_every_page_is_asked_with_the_same_query_and_its_token():
    double = Partner([order(number) for number in range(250)])

    landed, _ = collected(double, "orders")

    queries = [query for _, query in double.calls]
    tokens = [query.pop("paginationToken", None) for query in queries]
    assert tokens == [None, "100", "200"]
    assert queries[0] == queries[1] == queries[2]
    assert len(landed["orders"].newest) == 250


def test_the_older_interface_asks_for_the_items_of_each_order():
    double = Partner(old_orders=[old_order(number) for number in range(3)])

    landed, got = collected(double, "orders", "order_lines", orders_version="v0")

    key = "222-3334445-0000002"
    assert got.failures == []
    record = landed["orders"].newest[key]
    assert [each["OrderItemId"] for each in record["OrderItems"]] == ["1", "2"]
    assert record["ShippingAddress"] == {"City": "Austin"}
    assert set(landed["order_lines"].keys) >= {f"{key}/1", f"{key}/2"}
    assert "Zhang" not in landed.text
    assert "Hi Li" not in landed.text


def test_refunds_are_read_from_financial_events_and_two_days_back():
    double = Partner(refunds=[refund(number) for number in range(150)])

    landed, _ = collected(double, "refunds")

    _, query = double.calls[0]
    assert query["PostedAfter"] == "2026-11-20T03:00:00Z"
    key = f"111-2223334-0000007/{CHANGED}/87"
    assert landed["refunds"].newest[key]["_source"]["parent_key"].endswith("07")
    assert len(landed["refunds"].newest) == 150


def test_an_expired_token_is_fetched_again_once():
    double = Partner([order(1)])
    double.answers = [error(403, "Unauthorized")]

    landed, got = collected(double, "orders")

    assert got.failures == []
    assert double.fetched == 2
    assert len(landed["orders"].lines) == 1


def test_a_role_that_is_lacking_is_told_as_such_and_stops_nothing_else():
    double = Partner([order(1)], refunds=[refund(1)])
    double.answers = [error(403, "Unauthorized"), error(403, "Unauthorized")]

    landed, got = collected(double, "orders", "refunds")

    assert "role" in got.failures[0]
    assert len(landed["refunds"].lines) == 1


def test_an_authorisation_that_was_taken_back_is_told_as_such():
    _, got = collected(Partner(), "orders", refresh="Atzr|0000000000000")

    assert "took it back" in got.failures[0]
    assert "Atzr|0000000000000" not in got.failures[0]


def test_throttling_waits_for_as_long_as_one_request_lasts():
    reply = Reply(429, {"x-amzn-ratelimit-limit": "0.5"}, {"errors": [{"code": "Q"}]})

    fault = judge(reply)

    assert (fault.kind, fault.wait) == (Kind.THROTTLED, 2.0)


def test_a_request_that_amazon_refuses_is_not_repeated():
    double = Partner([order(1)])
    double.answers = [error(400, "InvalidInput")]

    _, got = collected(double, "orders")

    assert "InvalidInput" in got.failures[0]
    assert len(double.calls) == 1


def test_a_source_without_marketplaces_says_what_it_lacks():
    with pytest.raises(RegistryError, match="marketplace_ids"):
        collected(Partner(), "orders", marketplace_ids=None)
