"""What a device says of standing in for others, in neutral words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FirstHop:
    """A gateway that several routers share (RFC 9568, RFC 2281, anycast); *virtual* are its addresses."""

    port: str
    protocol: str  # vrrp, hsrp, anycast
    virtual: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class FirstHops:
    hops: tuple[FirstHop, ...]
