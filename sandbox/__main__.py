"""The command line of the sandbox: write its files, or serve its gateways."""

from __future__ import annotations

import argparse
import logging
from datetime import date
from pathlib import Path

from sandbox import days, files
from sandbox.exports import reference
from sandbox.gateways import serving
from sandbox.market import SEED, Market, Size

log = logging.getLogger("sandbox")


def main(arguments: list[str] | None = None) -> int:
    """Run one command."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    write = commands.add_parser("write", help="write the files of some days")
    write.add_argument("--home", type=Path, required=True)
    write.add_argument(
        "--from", dest="first", type=date.fromisoformat, default=days.ORDERS_START
    )
    write.add_argument(
        "--to", dest="last", type=date.fromisoformat, default=days.HISTORY_END
    )
    kept = commands.add_parser("reference", help="write what the seller keeps by hand")
    kept.add_argument("--folder", type=Path, default=Path("reference"))
    gateways = commands.add_parser("serve", help="speak the platforms' interfaces")
    serving.add(gateways)
    for command in (write, kept):
        command.add_argument("--seed", type=int, default=SEED)
        command.add_argument("--customers", type=int)
        command.add_argument("--listings", type=int)
        command.add_argument("--orders", type=int)
    given = parser.parse_args(arguments)
    if given.command == "serve":
        serving.serve(given)
        return 0
    market = Market(given.seed, Size.of(given.customers, given.listings, given.orders))
    if given.command == "write":
        written = files.write(given.home, market, given.first, given.last)
    else:
        written = reference.write(given.folder, market)
    log.info("%s files written", len(written))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
