"""What a device says of standing in for others, and of how full its links are, in neutral words."""

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


@dataclass(frozen=True, slots=True)
class LinkLoad:
    """What a port sent and received, each sample a mean over minutes, in bits a second."""

    port: str
    sent_bps: tuple[float, ...]
    received_bps: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class LinkLoads:
    """*covered_s*: from the first sample to the last."""

    loads: tuple[LinkLoad, ...]
    covered_s: float
