"""Our requests beside those that the platforms' own clients make of the same questions.

tests/fixtures/client_requests/generate.py recorded PyPI WooCommerce 3.0.0 and
ShopifyAPI 12.7.0, with the same time and nonce.
"""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qsl

import httpx
import pytest
from api_doubles import connected, landings

from seller_intel.ingestors import shop_admin, signatures
from seller_intel.ingestors.http import Session
from seller_intel.ingestors.woo_site import Site, judge

RECORDED = json.loads(
    (Path(__file__).with_name("fixtures") / "client_requests/requests.json").read_text()
)
NOW, NONCE = 1763812800, "a1b2c3d4e5f60718293a4b5c6d7e8f9012345678"
NOWHERE = httpx.MockTransport(lambda _: httpx.Response(500))


@pytest.mark.parametrize(
    "theirs",
    RECORDED["woocommerce"],
    ids=lambda each: f"{each['path']} {each['base'][:5]} {each['is_key_in_query']}",
)
def test_we_ask_a_site_as_its_own_client_does(theirs):
    with Session(theirs["base"], name="x", judge=judge, transport=NOWHERE) as session:
        site = Site(
            session, "ck_test", "cs_test", is_key_in_query=theirs["is_key_in_query"]
        )
        ours = site.call(theirs["path"], theirs["query"], NOW, NONCE)

    address, _, query = ours.url.partition("?")
    their_address, _, their_query = theirs["url"].partition("?")
    assert (ours.method, address) == (theirs["method"], their_address)
    # over plain HTTP their client sends what was asked for twice
    assert set(parse_qsl(query)) == set(parse_qsl(their_query))
    assert ours.headers.get("authorization") == theirs["authorization"]


def test_we_ask_a_shop_as_its_own_client_does():
    theirs = RECORDED["shopify"]
    sent: list[httpx.Request] = []

    def answered(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json={"data": {}})

    made = landings("shopify", ("orders",))
    with connected(
        host="https://some-shop.myshopify.com", password="shpat_test", extra={}
    ):
        admin = shop_admin.opened(made.asked.source, httpx.MockTransport(answered))
    with admin.session:
        admin.ask("shopify_orders", theirs["body"]["variables"])

    (ours,) = sent
    assert (ours.method, str(ours.url)) == (theirs["method"], theirs["url"])
    assert ours.headers["x-shopify-access-token"] == theirs["token"]
    assert ours.headers["content-type"] == theirs["content_type"]
    body = json.loads(ours.content)
    assert body.keys() == theirs["body"].keys() - {"operationName"}
    assert body["variables"] == theirs["body"]["variables"]


def test_a_callback_of_shopify_is_proven_as_its_own_client_proves_it():
    theirs = RECORDED["shopify"]

    proof = signatures.query_hmac(theirs["callback"], "hush")

    assert proof == theirs["callback_hmac"]
