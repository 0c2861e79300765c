"""The command `serve`: gateways and storefronts until they are stopped."""

from __future__ import annotations

import argparse
import json
import logging
import sys
import threading
from datetime import UTC, date, datetime
from pathlib import Path

import uvicorn

from sandbox.gateways import connections, shops
from sandbox.gateways.desks import Limits
from sandbox.gateways.faults import KINDS, Faults
from sandbox.gateways.house import House, open_house
from sandbox.gateways.server import listening, server
from sandbox.market import SEED
from sandbox.storefronts import opening

log = logging.getLogger("sandbox")


def add(parser: argparse.ArgumentParser) -> None:
    """Add what the command asks for."""
    opening.add(parser)
    number, share = int, float
    for name, kind, usual, told in (
        ("--port", number, 8089, "0 takes a free one"),
        ("--platforms", platforms, shops.PLATFORMS, "some of them, comma between"),
        ("--orders", number, 400, "orders a shop sells until history ends"),
        ("--opened", date.fromisoformat, shops.OPENED, "when the shops opened"),
        ("--each", number, 1, "shops on each platform"),
        ("--seed", number, SEED, "of the market"),
        ("--now", str, "", "simulated instant, ISO 8601 in UTC or a run"),
        ("--drift", share, 0.0, "seconds the instant moves with every request"),
        ("--rate", share, None, "calls a second a shop may make"),
        ("--burst", number, 10, "calls a shop may make at once"),
        ("--quota", number, None, "calls a shop may make on a day of the market"),
        ("--token-uses", number, None, "uses after which an access token expires"),
        ("--faults", share, 0.0, "share of requests that meet with a fault"),
        ("--fault-kinds", str, ",".join(KINDS), "some of them, comma between"),
        ("--fault-seed", number, 0, "of the fault plan"),
        ("--fault-seconds", share, 1.0, "how long bans, hangs and drips last"),
        ("--connections", Path, None, "file for address and connections, as JSON"),
    ):
        parser.add_argument(name, type=kind, default=usual, help=told)
    parser.add_argument(
        "--live", action="store_true", help="show the instant of this machine's clock"
    )
    parser.add_argument(
        "--while-fed", action="store_true", help="stop when standard input ends"
    )


def platforms(text: str) -> tuple[str, ...]:
    """Return the platforms that an argument names; refuse those there are none of."""
    names = tuple(text.split(","))
    if unknown := sorted(set(names) - set(shops.PLATFORMS)):
        raise argparse.ArgumentTypeError(
            f"no gateway of {', '.join(unknown)};"
            f" there are {', '.join(shops.PLATFORMS)}"
        )
    return names


def house_of(given: argparse.Namespace) -> House:
    """Return the gateways that the arguments describe."""
    market = shops.market(
        given.platforms,
        given.orders,
        given.opened,
        given.seed,
        given.each,
    )
    house = open_house(market, instant_of(given.now) if given.now else None)
    house.instant.drift, house.instant.is_live = given.drift, given.live
    house.instant.tick()
    house.faults = Faults(
        given.faults,
        given.fault_seed,
        tuple(given.fault_kinds.split(",")),
        given.fault_seconds,
    )
    for desk in house.desks:
        desk.limits = Limits(given.rate, given.burst, given.quota)
        desk.tokens.uses = given.token_uses
    return house


def serve(given: argparse.Namespace) -> None:
    """Serve until stopped; say where, and keep how to get in."""
    house = house_of(given)
    place = listening(given.port)
    address = f"http://127.0.0.1:{place.getsockname()[1]}"
    shops = opening.opened(given, house.instant)
    told = {
        "address": address,
        "connections": connections.of(house, address) | opening.connections(shops),
        "storefronts": shops,
    }
    if given.connections:
        draft = given.connections.with_suffix(".draft")
        draft.write_text(json.dumps(told, indent=2), encoding="utf-8")
        draft.replace(given.connections)
    log.info("%s shops at %s", len(house.desks), address)
    for name in told["connections"]:
        log.info("  %s", name)
    one = server(house)
    if given.while_fed:
        # Whoever started us holds the other end: when it dies, we do.
        threading.Thread(target=_stop_at_end, args=(one,), daemon=True).start()
    one.run(sockets=[place])


def _stop_at_end(one: uvicorn.Server) -> None:
    while sys.stdin.buffer.read(1 << 10):
        pass
    one.should_exit = True


def instant_of(text: str) -> int:
    """Return epoch seconds of a run (`20261113T060000`) or of ISO 8601, in UTC."""
    found = datetime.fromisoformat(text)
    return round((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())
