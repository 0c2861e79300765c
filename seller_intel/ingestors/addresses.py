"""Addresses: where a session may go, and that it stays on the public internet."""

from __future__ import annotations

import ipaddress
import socket

import httpx

from seller_intel.ingestors.faults import ApiFault, Kind


def origin(url: httpx.URL) -> tuple[str, str, int]:
    """Return scheme, host and port of an address."""
    port = url.port or {"https": 443, "http": 80}.get(url.scheme, 0)
    return url.scheme, url.host, port


def refuse_private(host: str, port: int) -> None:
    """Refuse a host of which any address is not of the public internet."""
    try:
        found = socket.getaddrinfo(host, port, proto=socket.IPPROTO_TCP)
    except socket.gaierror:
        raise ApiFault(Kind.RETRY, f"{host} has no address") from None
    for *_, place in found:
        _refuse(str(place[0]), host)


def refuse_private_peer(response: httpx.Response) -> None:
    """Refuse who answered from a private address, however the name led there."""
    stream = response.extensions.get("network_stream")
    place = stream.get_extra_info("server_addr") if stream else None
    if place:
        _refuse(str(place[0]), str(place[0]))


def _refuse(address: str, host: str) -> None:
    bare, _, _ = address.partition("%")
    if not ipaddress.ip_address(bare).is_global:
        said = f"{host} is a private address; allow_private: true permits it"
        raise ApiFault(Kind.BAD_REQUEST, said)
