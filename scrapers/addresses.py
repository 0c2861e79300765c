"""Which addresses a crawl may connect to: the public ones, unless told otherwise."""

from __future__ import annotations

import ipaddress
from typing import Any

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred


class PrivateAddress(OSError):
    """A name leads to an address inside a private network."""


def is_literal(host: str) -> bool:
    """Tell whether a host is an address, in any form a resolver would take as one."""
    bare = host.strip("[]")
    try:
        ipaddress.ip_address(bare)
    except ValueError:
        # 2130706433, 0x7f.1 and 127.1 are addresses to most resolvers.
        last = bare.rstrip(".").rpartition(".")[2].lower()
        return last.isdigit() or last.startswith("0x")
    return True


def is_public(address: str) -> bool:
    """Tell whether an address is one that anybody may reach."""
    try:
        stated = ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return False
    mapped = getattr(stated, "ipv4_mapped", None)
    return (mapped or stated).is_global and not stated.is_multicast


class PublicResolver(CachingThreadedResolver):
    """Resolves names, and refuses those that lead into a private network.

    What it returns is what is connected to, so a name cannot change its mind between
    a check and the connection.
    """

    is_open = False

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> PublicResolver:
        """Make a resolver that follows the settings of a crawl."""
        made = super().from_crawler(crawler, reactor)
        made.is_open = crawler.settings.getbool("ALLOW_PRIVATE")
        return made

    def getHostByName(  # noqa: N802
        self, name: str, timeout: Any = ()
    ) -> Deferred[str]:
        """Resolve a name to its first address of version 4."""
        found: Deferred[str] = super().getHostByName(name, timeout)
        if not self.is_open:
            found.addCallback(self._judge, name)
        return found

    def _judge(self, address: str, name: str) -> str:
        if not is_public(address):
            raise PrivateAddress(f"{name} leads to the private address {address}")
        return address
