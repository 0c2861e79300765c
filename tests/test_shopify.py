"""Shopify: orders, refunds, customers and codes, asked by GraphQL cursor."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import httpx
import pytest
from api_doubles import AS_OF, connected, landings

from seller_intel.ingestors import shop_admin, shopify
from seller_intel.ingestors.faults import Kind
from seller_intel.ingestors.replies import Reply
from seller_intel.ingestors.shop_admin import judge

HOUR_AGO = AS_OF - timedelta(hours=1)
CHANGED = "2026-11-22T03:30:00Z"
ACCESS = "shpat_0123456789"
USD = {"shopMoney": {"amount": "101.26", "currencyCode": "USD"}}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SELLER_INTEL_HOME", str(tmp_path))


def line(number: int) -> dict:
    return {"id": f"gid://shopify/LineItem/{number}", "quantity": 1, "sku": "CUP"}


def order(number: int, changed: str = CHANGED, lines: int = 1, **more) -> dict:
    return {
        "id": f"gid://shopify/Order/{number}",
        "legacyResourceId": str(number),
        "updatedAt": changed,
        "createdAt": "2026-11-22T03:05:00Z",
        "currencyCode": "USD",
        "totalPriceSet": USD,
        "email": "c@example.com",
        "phone": "+15125550100",
        "customer": {"legacyResourceId": "207119551"},
        "discountCodes": ["KOL10"],
        "customAttributes": [
            {"key": "Gift message", "value": "for Erika"},
            {"key": "utm_source", "value": "ig"},
        ],
        "lineItems": [line(number * 1000 + each) for each in range(lines)],
        "refunds": [],
        **more,
    }


def place(row: dict) -> str:
    return f"{row.get('updatedAt', '')}|{row['id'].rpartition('/')[2]:0>20}"


class Graph:
    """The Admin API as its page tells: cursors, exact counts, a bucket of points."""

    def __init__(self, orders=(), customers=()):
        self.rows = {"orders": list(orders), "customers": list(customers)}
        self.calls: list[dict] = []
        self.answers: list[httpx.Response] = []
        self.before = lambda variables: None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/admin/api/2025-10/graphql.json"
        if request.headers["x-shopify-access-token"] != ACCESS:
            return httpx.Response(401, json={"errors": "Invalid access token"})
        sent = json.loads(request.content)
        variables = sent["variables"]
        self.calls.append(variables)
        if self.answers:
            return self.answers.pop(0)
        self.before(variables)
        if "id" in variables:
            found = next(
                each for each in self.rows["orders"] if each["id"] == variables["id"]
            )
            lines = self.page(
                found["lineItems"], variables["lines"], variables["after"]
            )
            return self.ok({"order": {"lineItems": lines}})
        name = "customers" if "customers(" in sent["query"] else "orders"
        start, end = re.findall(r"'([^']+)'", variables["filter"])
        found = sorted(
            (each for each in self.rows[name] if start <= each["updatedAt"] < end),
            key=place,
        )
        page = self.page(found, variables["first"], variables["after"])
        if name == "orders":
            page["nodes"] = [
                {**each, "lineItems": self.page(each["lineItems"], variables["lines"])}
                for each in page["nodes"]
            ]
        told = {name: page, "ordersCount": {"count": len(found), "precision": "EXACT"}}
        return self.ok(told)

    @staticmethod
    def page(rows: list, size: int, after: str | None = None) -> dict:
        """A cursor is the place of the last row in the order, not how many came."""
        rest = [each for each in rows if after is None or place(each) > after]
        page = rest[:size]
        last = place(page[-1]) if page else None
        info = {"hasNextPage": size < len(rest), "endCursor": last}
        return {"pageInfo": info, "nodes": page}

    @staticmethod
    def ok(data: dict) -> httpx.Response:
        return httpx.Response(200, json={"data": data})


def collected(double: Graph, *streams: str, token: str = ACCESS, **options):
    made = landings("shopify", streams, covered=HOUR_AGO, **options)
    host = "https://some-shop.myshopify.com"
    with connected(host=host, password=token, extra={}):
        return made, shopify.collect(made.asked, httpx.MockTransport(double))


def test_an_order_lands_with_lines_refunds_and_codes_and_nobodys_name():
    refund = {"legacyResourceId": "509562969", "updatedAt": CHANGED}
    double = Graph([order(820982911946154508, refunds=[refund])])

    landed, got = collected(double, "orders", "order_lines", "refunds", "members")

    key = "820982911946154508"
    assert got.failures == []
    record = landed["orders"].newest[key]
    assert record["totalPriceSet"] == USD
    assert record.keys().isdisjoint({"email", "phone", "lineItems", "refunds"})
    (tail,) = landed["order_lines"].keys
    assert tail == f"{key}/820982911946154508000"
    assert landed["refunds"].newest["509562969"]["_source"]["parent_key"] == key
    code = landed["members"].newest[f"{key}/KOL10"]
    assert code["code"] == "KOL10"
    buyer = record["customer"]["legacyResourceId_hash"]
    assert code["_source"]["member_ref"] == buyer
    assert record["customAttributes"] == [{"key": "utm_source", "value": "ig"}]
    for personal in ("c@example", "5125550100", "207119551", "Erika"):
        assert personal not in landed.text


def test_every_page_is_followed_by_its_cursor_against_the_exact_count():
    double = Graph([order(number) for number in range(1, 131)])

    landed, got = collected(double, "orders")

    tails = [sent["after"] and int(sent["after"][-20:]) for sent in double.calls]
    assert tails == [None, 50, 100]
    assert len(landed["orders"].newest) == 130
    assert got.manifest["read"]["orders"][0]["total"] == 130


def test_an_order_that_changes_between_pages_is_not_lost():
    double = Graph([order(number) for number in range(1, 131)])

    def move(variables: dict) -> None:
        if variables.get("after") == "50":
            double.rows["orders"][3]["updatedAt"] = "2026-11-22T03:59:59Z"

    double.before = move

    landed, got = collected(double, "orders")

    assert got.failures == []
    still = {
        each["legacyResourceId"]
        for each in double.rows["orders"]
        if each["updatedAt"] == CHANGED
    }
    assert still <= set(landed["orders"].keys)


def test_the_lines_that_do_not_fit_beside_their_order_are_asked_for():
    double = Graph([order(1, lines=420), order(2)])

    landed, _ = collected(double, "orders", "order_lines")

    assert len(landed["order_lines"].newest) == 421
    tails = [int(sent["after"][-20:]) for sent in double.calls if "id" in sent]
    assert tails == [1049, 1299]


def test_a_window_without_orders_costs_one_request():
    double = Graph()

    _, got = collected(double, "orders")

    assert len(double.calls) == 1
    assert got.manifest["read"]["orders"][0]["total"] == 0


def test_customers_land_as_claims_with_their_consent():
    customer = {
        "id": "gid://shopify/Customer/207119551",
        "legacyResourceId": "207119551",
        "updatedAt": CHANGED,
        "defaultEmailAddress": {
            "emailAddress": "C@example.com",
            "marketingState": "SUBSCRIBED",
        },
        "defaultPhoneNumber": None,
    }
    double = Graph([order(1)], [customer])

    landed, _ = collected(double, "orders", "identities")

    assert landed["identities"].keys == ["207119551/mail"]
    claim = landed["identities"].newest["207119551/mail"]
    bought = landed["orders"].newest["1"]
    assert claim["emailMarketingConsent"] == {"marketingState": "SUBSCRIBED"}
    assert claim["_source"]["id_hash"] == bought["email_hash"]
    assert (
        claim["_source"]["customer_ref"] == bought["customer"]["legacyResourceId_hash"]
    )
    assert "example.com" not in landed.text


def test_an_empty_bucket_waits_for_the_points_that_lack():
    status = {"currentlyAvailable": 20.0, "restoreRate": 50.0}
    cost = {"requestedQueryCost": 120, "throttleStatus": status}
    throttled = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
    body = {"errors": [throttled], "extensions": {"cost": cost}}

    fault = judge(Reply(200, {}, body))

    assert (fault.kind, fault.wait) == (Kind.THROTTLED, 2.0)


@pytest.mark.parametrize(
    ("status", "errors", "kind"),
    [
        (401, "[API] Invalid API key or access token", Kind.CREDENTIAL_REFUSED),
        (403, "missing scope", Kind.PERMISSION_MISSING),
        (402, "Unavailable Shop", Kind.PERMISSION_MISSING),
        (404, "Not Found", Kind.BAD_REQUEST),
        (200, [{"message": "x", "extensions": {"code": "ACCESS_DENIED"}}], None),
        (200, [{"message": "Field 'x' doesn't exist"}], Kind.BAD_REQUEST),
        (200, {"field": ["is wrong"]}, Kind.BAD_REQUEST),
    ],
)
def test_each_error_is_understood(status, errors, kind):
    fault = judge(Reply(status, {}, {"errors": errors}))

    assert fault.kind is (kind or Kind.PERMISSION_MISSING)


def test_a_wrong_token_is_told_and_not_shown():
    _, got = collected(Graph(), "orders", token="shpat_wrong_wrong")

    assert "access token is not accepted" in got.failures[0]
    assert "shpat_wrong" not in got.failures[0]


def test_every_document_is_there():
    for name in ("orders", "order_lines", "customers", "shop"):
        assert "query" in shop_admin.text_of(f"shopify_{name}")
