"""Storefronts for the command `serve`: what it may ask for, and their start."""

from __future__ import annotations

import argparse
import json
import logging
import socket
from pathlib import Path

from sandbox.gateways.desks import Instant
from sandbox.storefronts import server
from sandbox.storefronts.plans import Plan
from sandbox.storefronts.stores import STYLES, open_stores, small_market
from sandbox.storefronts.street import open_street

log = logging.getLogger("sandbox")
_PORT = 8790
# One style of each: structured data, plain Chinese pages, two shop systems.
_FEW = "harbor,jiuhao,nimbus,garten"


def add(parser: argparse.ArgumentParser) -> None:
    """Add what the command asks for."""
    for name, kind, usual, told in (
        ("--storefronts", str, ",".join(STYLES), "some of them, comma between; none"),
        ("--storefront-port", int, 0, "of all their addresses; 0 takes free ones"),
        ("--storefront-articles", int, None, "each has; its share of the market"),
        ("--storefront-plans", str, "{}", "JSON of plans by name of storefront"),
    ):
        parser.add_argument(name, type=kind, default=usual, help=told)


def arguments(home: Path) -> list[str]:
    """Return what few small storefronts of a home are asked for with.

    A shop is known by its address, so they stay at one port: the usual one, else the
    free one that a file in the home remembers.
    """
    kept = home / "storefronts.port"
    if not kept.exists():
        home.mkdir(parents=True, exist_ok=True)
        kept.write_text(str(_free(_PORT)), encoding="utf-8")
    port = kept.read_text(encoding="utf-8").strip()
    return [
        "--storefronts",
        _FEW,
        "--storefront-articles",
        "24",
        "--storefront-port",
        port,
    ]


def _free(port: int) -> int:
    """Return a port that nobody listens at here, if may be the one given."""
    for wished in (port, 0):
        try:
            with socket.create_server(("127.0.0.1", wished)) as place:
                return place.getsockname()[1]
        except OSError:
            continue
    raise OSError("no free port")


def opened(given: argparse.Namespace, instant: Instant) -> dict[str, str]:
    """Serve the storefronts that arguments name until the process ends.

    They show the instant of the gateways. Return the address of each by its name.
    """
    names = tuple(filter(None, given.storefronts.split(",")))
    if names in ((), ("none",)):
        return {}
    stated = json.loads(given.storefront_plans)
    plans = {name: Plan.of(plan) for name, plan in stated.items()}
    stores = open_stores(small_market(), given.storefront_articles, names, plans)
    street = open_street(stores)
    street.instant = instant
    addresses, _ = server.begin(street, given.storefront_port)
    for name, where in addresses.items():
        log.info("storefront %s at %s", name, where)
    return addresses
