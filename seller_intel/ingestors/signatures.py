"""Signatures: how platforms want a request, or a message of theirs, proven.

The families are those of the platform reference: sandwich (Taobao md5, Pinduoduo, JD),
keyed (Taobao hmac), fixed order (Douyin), suffix (Xiaohongshu), OAuth 1.0a (WooCommerce
over plain HTTP). Every function hashes the very text that is sent: what is a number or
a list elsewhere comes here as the text of the request.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Any, Literal
from urllib.parse import quote

import orjson

Digest = Literal["md5", "sha256"]


def sandwich(params: Mapping[str, str], secret: str) -> str:
    """Return MD5(secret + sorted names and values + secret), in capitals.

    Taobao's sign_method md5, Pinduoduo and JD.
    """
    text = f"{secret}{_joined(params)}{secret}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()


def keyed(params: Mapping[str, str], secret: str, digest: Digest) -> str:
    """Return the HMAC of sorted names and values, in capitals.

    Taobao's sign_method hmac (md5) and hmac-sha256 (sha256).
    """
    return _hmac(secret, _joined(params).encode(), digest).hex().upper()


def fixed_order(
    app_key: str,
    method: str,
    param_json: str,
    timestamp: str,
    secret: str,
    digest: Digest = "sha256",
) -> str:
    """Return Douyin's signature, in small letters; `param_json` is the body as sent."""
    text = (
        f"{secret}app_key{app_key}method{method}param_json{param_json}"
        f"timestamp{timestamp}v2{secret}"
    ).encode()
    if digest == "md5":
        return hashlib.md5(text, usedforsecurity=False).hexdigest()
    return _hmac(secret, text, digest).hex()


def suffix(
    method: str, app_id: str, timestamp: str, secret: str, version: str = "2.0"
) -> str:
    """Return Xiaohongshu's signature; neither token nor business fields are in it."""
    text = f"{method}?appId={app_id}&timestamp={timestamp}&version={version}{secret}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def oauth1(
    http_method: str, url: str, params: Iterable[tuple[str, str]], secret: str
) -> str:
    """Return WooCommerce's oauth_signature (OAuth 1.0a, HMAC-SHA256, base64).

    `url` is without its query; `params` are the query's and oauth_* pairs together.
    """
    encoded = sorted((_escaped(name), _escaped(value)) for name, value in params)
    query = "&".join(f"{name}={value}" for name, value in encoded)
    base = "&".join((http_method.upper(), _escaped(url), _escaped(query)))
    return base64.b64encode(_hmac(f"{secret}&", base.encode(), "sha256")).decode()


def query_hmac(params: Mapping[str, str], secret: str) -> str:
    """Return what Shopify puts into `hmac` of an OAuth callback, in small letters."""
    pairs = sorted(
        (name, value)
        for name, value in params.items()
        if name not in ("hmac", "signature")
    )
    text = "&".join(f"{name}={value}" for name, value in pairs)
    return _hmac(secret, text.encode(), "sha256").hex()


def body_hmac(body: bytes, secret: str) -> str:
    """Return what Shopify and WooCommerce put beside a pushed message, base64."""
    return base64.b64encode(_hmac(secret, body, "sha256")).decode()


def glued_body(app_key: str, body: bytes, secret: str) -> str:
    """Return what Youzan and Douyin put beside a pushed message, in small letters."""
    text = app_key.encode() + body + secret.encode()
    return hashlib.md5(text, usedforsecurity=False).hexdigest()


def sorted_sha1(token: str, timestamp: str, nonce: str) -> str:
    """Return what WeChat puts beside a pushed message, in small letters."""
    text = "".join(sorted((token, timestamp, nonce)))
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def sorted_json(value: Any) -> str:
    """Return compact JSON with names sorted at every depth and nothing escaped."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def text_of(value: Any) -> str:
    """Return a value as the text a form carries: true, 5, compact JSON of a list."""
    if isinstance(value, str):
        return value
    return orjson.dumps(value).decode()


def _joined(params: Mapping[str, str]) -> str:
    return "".join(f"{name}{params[name]}" for name in sorted(params))


def _hmac(secret: str, text: bytes, digest: Digest) -> bytes:
    return hmac.digest(secret.encode(), text, digest)


def _escaped(text: str) -> str:
    return quote(text, safe="-._~")
