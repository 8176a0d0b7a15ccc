"""Addresses and networks as texts → those of `ipaddress`, which takes its time over texts only."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from socket import AF_INET, inet_pton

MASKS = 1 << 8  # there are 33, and as many of wildcards
LONGEST = 32


def address(text: str) -> IPv4Address | IPv6Address:
    """Return what `ip_address` does; ValueError as well."""
    try:
        return IPv4Address(int.from_bytes(inet_pton(AF_INET, text), "big"))
    except (OSError, ValueError):
        return ip_address(text)


def network(text: str) -> IPv4Network | IPv6Network:
    """Return what `ip_network` does; ValueError as well."""
    start, _, length = text.partition("/")
    try:
        bits = int(length) if length.isdecimal() else _bits(length)
        return IPv4Network((int.from_bytes(inet_pton(AF_INET, start), "big"), bits))
    except (OSError, ValueError):
        return ip_network(text)


@lru_cache(MASKS)
def _bits(mask: str) -> int:
    """Return the length that a mask or a wildcard stands for."""
    return IPv4Network(f"0.0.0.0/{mask}").prefixlen
