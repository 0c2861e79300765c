"""Calls of the gateways, signed in a few lines a platform as its page says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from sandbox.gateways.desks import Desk
from sandbox.gateways.exchange import Reply, Request
from sandbox.gateways.house import House

HOUR, DAY = 3_600, 86_400
_nonces = itertools.count()


def beijing(moment: float) -> str:
    return str(datetime(1970, 1, 1, 8) + timedelta(seconds=int(moment)))


def cents(amount: Any) -> int:
    return round(float(amount) * 100)


def ask(house: House, method: str, path: str, query: str = "", **rest: Any) -> Reply:
    headers, body = rest.get("headers", {}), rest.get("body", b"")
    return house.receive(Request(method, path, query, headers, body))[0]


def windows(start: int, end: int, step: int) -> Iterator[tuple[int, int]]:
    while start <= end:
        yield start, min(end, start + step)
        start += step + 1


def sandwich(secret: str, parameters: dict[str, str]) -> str:
    joined = "".join(name + parameters[name] for name in sorted(parameters))
    return hashlib.md5((secret + joined + secret).encode()).hexdigest().upper()


def taobao(house: House, desk: Desk, method: str, **asked: str) -> Any:
    form = asked | {
        "method": method,
        "app_key": desk.app_key,
        "session": desk.tokens.access,
        "timestamp": beijing(time.time()),
        "v": "2.0",
        "sign_method": "md5",
        "format": "json",
    }
    form["sign"] = sandwich(desk.app_secret, form)
    body = urlencode(form).encode()
    return json.loads(ask(house, "POST", "/router/rest", body=body).body)


def pinduoduo(house: House, desk: Desk, method: str, **asked: str) -> Any:
    form = asked | {
        "type": method,
        "client_id": desk.app_key,
        "access_token": desk.tokens.access,
        "timestamp": str(int(time.time())),
        "data_type": "JSON",
    }
    form["sign"] = sandwich(desk.app_secret, form)
    body = urlencode(form).encode()
    return json.loads(ask(house, "POST", "/api/router", body=body).body)


def jd(house: House, desk: Desk, method: str, asked: dict[str, Any]) -> Any:
    form = {
        "method": method,
        "app_key": desk.app_key,
        "access_token": desk.tokens.access,
        "timestamp": beijing(time.time()),
        "v": "1.0" if method.startswith("jd.union") else "2.0",
        "360buy_param_json": json.dumps(asked, ensure_ascii=False),
    }
    form["sign"] = sandwich(desk.app_secret, form)
    body = urlencode(form).encode()
    return json.loads(ask(house, "POST", "/routerjson", body=body).body)


def youzan(house: House, desk: Desk, name: str, asked: dict[str, Any]) -> Any:
    query = f"access_token={desk.tokens.access}"
    body = json.dumps(asked).encode()
    return json.loads(ask(house, "POST", f"/api/{name}", query, body=body).body)


def douyin(house: House, desk: Desk, method: str, asked: dict[str, Any]) -> Any:
    body = json.dumps(asked, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    now, secret = str(int(time.time())), desk.app_secret
    pattern = (
        f"{secret}app_key{desk.app_key}method{method}param_json{body}"
        f"timestamp{now}v2{secret}"
    )
    sign = hmac.new(secret.encode(), pattern.encode(), hashlib.sha256).hexdigest()
    query = urlencode(
        {
            "app_key": desk.app_key,
            "method": method,
            "access_token": desk.tokens.access,
            "timestamp": now,
            "v": "2",
            "sign": sign,
            "sign_method": "hmac-sha256",
        }
    )
    path = "/" + method.replace(".", "/")
    return json.loads(ask(house, "POST", path, query, body=body.encode()).body)


def xiaohongshu(house: House, desk: Desk, method: str, asked: dict[str, Any]) -> Any:
    now = str(int(time.time()))
    text = f"{method}?appId={desk.app_key}&timestamp={now}&version=2.0"
    content = asked | {
        "method": method,
        "appId": desk.app_key,
        "timestamp": now,
        "version": "2.0",
        "accessToken": desk.tokens.access,
        "sign": hashlib.md5((text + desk.app_secret).encode()).hexdigest(),
    }
    path, body = "/ark/open_api/v3/common_controller", json.dumps(content).encode()
    return json.loads(ask(house, "POST", path, body=body).body)


def wechat_store(house: House, desk: Desk, name: str, asked: dict[str, Any]) -> Any:
    path, query = f"/channels/ec/{name}", f"access_token={desk.tokens.access}"
    body = json.dumps(asked).encode()
    return json.loads(ask(house, "POST", path, query, body=body).body)


def amazon(house: House, desk: Desk, path: str, **asked: str) -> Any:
    headers = {"x-amz-access-token": desk.tokens.access}
    return json.loads(ask(house, "GET", path, urlencode(asked), headers=headers).body)


def shopify(house: House, desk: Desk, document: str, **variables: Any) -> Any:
    body = json.dumps({"query": document, "variables": variables}).encode()
    headers = {"x-shopify-access-token": desk.tokens.access}
    path = "/admin/api/2026-10/graphql.json"
    return json.loads(ask(house, "POST", path, headers=headers, body=body).body)


def woocommerce(house: House, desk: Desk, path: str, **asked: str) -> Reply:
    host, path = "shop.test", f"/wp-json/wc/v3/{path}"
    sent = asked | {
        "oauth_consumer_key": desk.app_key,
        "oauth_timestamp": str(int(time.time())),
        "oauth_nonce": f"nonce{next(_nonces)}",
        "oauth_signature_method": "HMAC-SHA256",
    }
    pairs = sorted((quote(k, safe=""), quote(v, safe="")) for k, v in sent.items())
    joined = "&".join(f"{name}={value}" for name, value in pairs)
    base = f"GET&{quote(f'http://{host}{path}', safe='')}&{quote(joined, safe='')}"
    key = f"{desk.app_secret}&".encode()
    digest = hmac.new(key, base.encode(), hashlib.sha256).digest()
    signature = quote(base64.b64encode(digest).decode(), safe="")
    query = f"{joined}&oauth_signature={signature}"
    return ask(house, "GET", path, query, headers={"host": host})
