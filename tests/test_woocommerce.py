"""WooCommerce: orders, refunds, customers and coupons, by key or by signature."""

from __future__ import annotations

import base64
from datetime import date, timedelta
from urllib.parse import parse_qsl

import httpx
import pytest
from api_doubles import AS_OF, SECRET, connected, landings, pages_of

from seller_intel.ingestors import signatures, woocommerce
from seller_intel.ingestors.faults import Kind
from seller_intel.ingestors.replies import Reply
from seller_intel.ingestors.woo_site import judge

HOUR_AGO = AS_OF - timedelta(hours=1)
CHANGED = "2026-11-22T03:30:00"
SITE = "https://shop.example"
STREAMS = ("orders", "order_lines", "refunds", "members", "identities", "links")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SELLER_INTEL_HOME", str(tmp_path))


def order(number: int, **more) -> dict:
    return {
        "id": number,
        "status": "processing",
        "currency": "EUR",
        "date_created_gmt": "2026-11-22T03:05:00",
        "date_modified_gmt": CHANGED,
        "total": "58.80",
        "customer_id": 25,
        "customer_ip_address": "203.0.113.9",
        "customer_note": "an Li",
        "billing": {
            "first_name": "Erika",
            "country": "DE",
            "city": "Berlin",
            "email": "c@example.com",
            "phone": "030 123456",
        },
        "shipping": {"last_name": "Mustermann", "country": "DE"},
        "line_items": [{"id": 315, "product_id": 93, "price": 22.5, "total": "45.00"}],
        "coupon_lines": [{"id": 317, "code": "kol10", "discount": "5.00"}],
        "refunds": [],
        "meta_data": [
            {"key": "_wc_order_attribution_utm_source", "value": "newsletter"},
            {"key": "_billing_vat", "value": "DE123"},
        ],
        **more,
    }


class Woo:
    """A site as its page tells: totals in headers, bounds that leave themselves out."""

    def __init__(self, orders=(), customers=(), coupons=(), refunds=None):
        self.lists = {"orders": list(orders), "coupons": list(coupons)}
        self.customers, self.refunds = list(customers), refunds or {}
        self.calls: list[tuple[str, dict]] = []
        self.requests: list[httpx.Request] = []
        self.answers: list[httpx.Response] = []
        self.before = lambda path, query: None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        query = dict(request.url.params)
        path = request.url.path.removeprefix("/wp-json/wc/v3/")
        self.calls.append((path, query))
        self.requests.append(request)
        if self.answers:
            return self.answers.pop(0)
        if not self.knows(request):
            return error(401, "woocommerce_rest_authentication_error")
        self.before(path, query)
        if path.endswith("/refunds"):
            rows = self.refunds[path.split("/")[1]]
        elif path == "customers":
            rows = self.customers
        else:
            rows = [
                each
                for each in self.lists[path]
                if query["modified_after"]
                < each["date_modified_gmt"]
                < query["modified_before"]
            ]
            rows.sort(key=lambda each: each["id"])
        page = int(query.get("page", 1))
        found = pages_of(rows, page, int(query["per_page"]))
        if not found and page > 1:
            return error(400, "rest_post_invalid_page_number")
        headers = {"X-WP-Total": str(len(rows))}
        return httpx.Response(200, json=found, headers=headers)

    def knows(self, request: httpx.Request) -> bool:
        basic = base64.b64encode(f"app-key:{SECRET}".encode()).decode()
        return request.headers.get("authorization") == f"Basic {basic}"


def error(status: int, code: str) -> httpx.Response:
    said = {"code": code, "message": "said so", "data": {"status": status}}
    return httpx.Response(status, json=said)


def collected(double: Woo, *streams: str, host: str = SITE, **options):
    covered = options.pop("covered", HOUR_AGO)
    made = landings("woocommerce", streams, covered=covered, **options)
    with connected(host=host, extra={}):
        return made, woocommerce.collect(made.asked, httpx.MockTransport(double))


def test_an_order_lands_with_lines_and_codes_and_nobodys_name():
    landed, got = collected(Woo([order(727)]), "orders", "order_lines", "members")

    assert got.failures == []
    record = landed["orders"].newest["727"]
    assert record["total"] == "58.80"
    assert record["billing"].keys() == {"country", "city", "email_hash", "phone_hash"}
    assert record["meta_data"] == [
        {"key": "_wc_order_attribution_utm_source", "value": "newsletter"}
    ]
    line = landed["order_lines"].newest["727/315"]
    assert line["_source"]["currency"] == "EUR"
    assert line["_source"]["parent_updated_at"] == CHANGED
    code = landed["members"].newest["727/317"]
    assert code["code"] == "kol10"
    assert code["_source"]["member_ref"] == record["customer_id_hash"]
    for personal in ("Erika", "Mustermann", "c@example", "123456", "203.0", "an Li"):
        assert personal not in landed.text


def test_a_guest_is_known_by_mail_and_nobody_by_the_number_0():
    guest = order(726, customer_id=0)

    landed, _ = collected(Woo([guest]), "orders", "members")

    record = landed["orders"].newest["726"]
    assert record["customer_id_hash"] is None
    code = landed["members"].newest["726/317"]
    assert code["_source"]["member_ref"] == record["billing"]["email_hash"]


def test_a_window_begins_a_second_early_for_its_bounds_leave_themselves_out():
    double = Woo([order(1, date_modified_gmt="2026-11-22T03:00:00")])

    landed, _ = collected(double, "orders")

    _, query = double.calls[0]
    assert query["modified_after"] == "2026-11-22T02:59:59"
    assert query["dates_are_gmt"] == "true"
    assert landed["orders"].keys == ["1"]


def test_orders_that_leave_the_window_while_it_is_paged_take_none_with_them():
    double = Woo([order(number) for number in range(1, 231)])
    gone: list[dict] = []

    def leave(path: str, query: dict) -> None:
        if query["page"] == "2" and not gone:
            gone.extend(double.lists["orders"][:40])
            del double.lists["orders"][:40]

    double.before = leave

    landed, got = collected(double, "orders")

    assert got.failures == []
    left = {str(each["id"]) for each in double.lists["orders"]}
    assert left <= set(landed["orders"].keys)


def test_a_refunded_order_is_asked_for_its_refunds():
    refund = {
        "id": 728,
        "amount": "24.00",
        "date_created_gmt": "2026-11-22T03:29:00",
        "refunded_by": 7,
        "line_items": [{"id": 9, "total": "-20.00"}],
    }
    embedded = [{"id": 728, "reason": "one broken", "total": "-24.00"}]
    orders = [order(726, refunds=embedded), order(727)]
    double = Woo(orders, refunds={"726": [refund]})

    landed, _ = collected(double, "orders", "refunds")

    record = landed["refunds"].newest["726/728"]
    assert (record["amount"], record["_source"]["parent_key"]) == ("24.00", "726")
    assert "refunded_by" not in record
    assert [path for path, _ in double.calls if "refunds" in path] == [
        "orders/726/refunds"
    ]


def test_the_refunds_within_an_order_do_where_details_are_not_wanted():
    embedded = [{"id": 728, "reason": "one broken", "total": "-24.00"}]
    double = Woo([order(726, refunds=embedded)])

    landed, _ = collected(double, "orders", "refunds", refund_details=False)

    assert landed["refunds"].newest["726/728"]["total"] == "-24.00"
    assert len(double.calls) == 1


def customer(number: int, created: str) -> dict:
    return {
        "id": number,
        "email": f"c{number}@example.com",
        "date_created_gmt": created,
        "billing": {"phone": "030 123456", "country": "DE"},
    }


def test_customers_land_as_claims_until_they_are_older_than_asked():
    new = [customer(number, "2026-11-22T03:10:00") for number in range(300, 200, -1)]
    old = [customer(number, "2026-10-01T00:00:00") for number in range(200, 0, -1)]
    double = Woo(customers=new + old)

    landed, _ = collected(double, "identities")

    assert [query["page"] for _, query in double.calls] == ["1", "2"]
    claim = landed["identities"].newest["300/mail"]
    assert claim["_source"]["id_kind"] == "mail"
    assert "email" not in claim
    phone = landed["identities"].newest["300/phone"]["_source"]
    assert phone["customer_ref"] == claim["_source"]["customer_ref"]
    assert "example.com" not in landed.text


def test_the_first_run_reads_every_customer():
    old = [customer(number, "2020-10-01T00:00:00") for number in range(250, 0, -1)]
    double = Woo(customers=old)

    landed, _ = collected(double, "identities", covered=None, since=date(2026, 11, 20))

    assert len([key for key in landed["identities"].newest if "mail" in key]) == 250


def test_a_coupon_lands_without_who_used_it():
    coupon = {
        "id": 5,
        "code": "kol10",
        "date_modified_gmt": CHANGED,
        "used_by": ["c@example.com"],
        "email_restrictions": ["d@example.com"],
    }

    landed, _ = collected(Woo(coupons=[coupon]), "links")

    assert landed["links"].newest["5"]["code"] == "kol10"
    assert "example.com" not in landed.text


def test_plain_http_is_signed_and_never_carries_the_secret():
    double = Woo([order(1)])
    double.knows = lambda request: True

    collected(double, "orders", host="http://shop.example")

    request = double.requests[0]
    pairs = parse_qsl(request.url.query.decode())
    told = dict(pairs).pop("oauth_signature")
    signed = [pair for pair in pairs if pair[0] != "oauth_signature"]
    url = "http://shop.example/wp-json/wc/v3/orders"
    assert told == signatures.oauth1("GET", url, signed, SECRET)
    assert "authorization" not in request.headers
    assert SECRET not in str(request.url)


def test_keys_go_into_the_query_where_the_host_strips_headers():
    double = Woo([order(1)])
    double.knows = lambda request: request.url.params["consumer_secret"] == SECRET

    landed, got = collected(double, "orders", key_in_query=True)

    assert got.failures == []
    assert landed["orders"].keys == ["1"]


def test_a_site_without_permalinks_is_asked_by_route():
    double = Woo()
    answer = httpx.Response(200, json=[], headers={"X-WP-Total": "0"})
    double.answers = [answer]

    collected(double, "orders", plain_permalinks=True)

    assert double.calls[0][1]["rest_route"] == "/wc/v3/orders"


def test_a_throttling_host_is_asked_again_when_it_says_so():
    double = Woo([order(1)])
    double.answers = [httpx.Response(429, headers={"retry-after": "0"})]

    landed, got = collected(double, "orders")

    assert got.failures == []
    assert landed["orders"].keys == ["1"]


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, "woocommerce_rest_authentication_error", Kind.CREDENTIAL_REFUSED),
        (401, "woocommerce_rest_cannot_view", Kind.PERMISSION_MISSING),
        (403, "woocommerce_rest_cannot_view", Kind.PERMISSION_MISSING),
        (404, "rest_no_route", Kind.BAD_REQUEST),
        (400, "rest_invalid_param", Kind.BAD_REQUEST),
    ],
)
def test_each_code_is_understood(status, code, kind):
    body = {"code": code, "message": "said so", "data": {"status": status}}

    assert judge(Reply(status, {}, body)).kind is kind
