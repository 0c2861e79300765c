"""How to reach the gateways: what a seller would keep as Airflow connections."""

from __future__ import annotations

import json
from typing import Any

from sandbox.gateways import pinduoduo_goods, taobao_goods
from sandbox.gateways.amazon_rows import MARKETPLACE
from sandbox.gateways.desks import Desk
from sandbox.gateways.house import House


def name_of(desk: Desk) -> str:
    """Return the name of a shop's connection: sandbox_<platform>, then _2, _3."""
    key = desk.books.shop.key.replace("_interface", "")
    further = key.removeprefix(desk.books.shop.platform)
    return f"sandbox_{desk.books.shop.platform}" + (f"_{further}" if further else "")


def of(house: House, address: str) -> dict[str, dict[str, Any]]:
    """Return the connection of every shop by name, in Airflow's JSON form."""
    return {name_of(desk): _connection(desk, address) for desk in house.desks}


def variables(house: House, address: str) -> dict[str, str]:
    """Return the same as environment variables that Airflow and the product read."""
    return {
        f"AIRFLOW_CONN_{name.upper()}": json.dumps(connection)
        for name, connection in of(house, address).items()
    }


def _connection(desk: Desk, address: str) -> dict[str, Any]:
    renewed = {
        "access_token": desk.tokens.access,
        "refresh_token": desk.tokens.refresh,
    }
    pid, parameters = pinduoduo_goods.registered(desk)
    special: dict[str, dict[str, Any]] = {
        "taobao": renewed | {"adzone_id": taobao_goods.adzone(desk)},
        "pinduoduo": renewed | {"pid": pid, "custom_parameters": parameters},
        "shopify": {"access_token": desk.tokens.access},
        "amazon": {
            "refresh_token": desk.tokens.refresh,
            "marketplace_ids": [MARKETPLACE],
        },
        "youzan": {"grant_id": desk.native_id},
        "douyin": renewed | {"shop_id": desk.native_id},
        "wechat_store": {},
        "woocommerce": {},
    }
    return {
        "conn_type": "http",
        "host": address,
        "login": desk.app_key,
        "password": desk.app_secret,
        "extra": special.get(desk.books.shop.platform, renewed),
    }
