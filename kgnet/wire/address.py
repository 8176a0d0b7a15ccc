"""Addresses as texts."""

from __future__ import annotations

from ipaddress import ip_address


def is_address(text: str) -> bool:
    """Return whether *text* is an address of IPv4 or IPv6 (RFC 4291 §2.2), without a length."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
