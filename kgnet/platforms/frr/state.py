"""FRR's running state → facts; the JSON of FRR 8.4."""

from __future__ import annotations

import json
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from kgnet.errors import ReadError
from kgnet.model.facts import BfdPeer, BfdPeers, BgpPeer, BgpPeers
from kgnet.model.managed import Unsaved
from kgnet.platforms.frr.text import canonical

BETWEEN = "! here ends what a restart would bring"
BOTH_TEXTS = ("sh", "-c", f"cat /etc/frr/frr.conf && echo '{BETWEEN}' && vtysh -c 'show running-config'")


def bgp_peers(text: str) -> BgpPeers:
    """Read `show bgp summary json`; a router without BGP has no peers."""
    try:
        return BgpPeers(tuple(_bgp(_json(text))))
    except (KeyError, TypeError, AttributeError, ValueError) as reason:
        raise ReadError(f"the BGP summary is not as expected: {reason!r}") from reason


def _bgp(families: dict[str, Any]) -> Iterator[BgpPeer]:
    for family in families.values():
        for address, peer in family.get("peers", {}).items():
            yield BgpPeer(
                address=ip_address(address),
                remote_as=peer["remoteAs"],
                state=peer["state"],
                uptime_s=peer["peerUptimeMsec"] / 1000,
                prefixes_received=peer.get("pfxRcd", 0),
            )


def bfd_peers(text: str) -> BfdPeers:
    """Read `show bfd peers json`."""
    try:
        return BfdPeers(tuple(map(_bfd, _json(text))))
    except (KeyError, TypeError, ValueError) as reason:
        raise ReadError(f"the list of BFD peers is not as expected: {reason!r}") from reason


def _bfd(peer: dict[str, Any]) -> BfdPeer:
    return BfdPeer(
        address=ip_address(peer["peer"]),
        up=peer["status"] == "up",
        receive_interval_ms=peer["receive-interval"],
        multiplier=peer["detect-multiplier"],
    )


def unsaved(text: str) -> Unsaved:
    """Read the startup and the running text: do they say the same?"""
    startup, between, running = text.partition(f"{BETWEEN}\n")
    if not between:
        raise ReadError("FRR's startup and running texts did not both come")
    return Unsaved(canonical(startup) != canonical(running), "")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as reason:
        raise ReadError(f"FRR answered without JSON: {text.strip()[:80]!r}") from reason
