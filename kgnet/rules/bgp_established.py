"""KG-LIV-01: every routing session of the intent is up."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import BgpPeers, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Deviation, Severity
from kgnet.ports import Wrong, rule
from kgnet.rules._control import ROUTERS
from kgnet.rules._places import routing


@rule(
    id="KG-LIV-01",
    title="Routing sessions of the intent are established",
    severity=Severity.HIGH,
    needs=[BgpPeers],
    references=["RFC 4271 §8.2.2"],
    roles=ROUTERS,
    live=True,
)
def bgp_established(want: Device, have: Snapshot, *, least_uptime_s: float = 0.0) -> Iterator[Wrong]:
    """A site that hangs on one session of two is one digger away from silence."""
    found = {peer.address: peer for peer in have.get(BgpPeers).peers}
    for neighbor in routing(want).neighbors:
        who = f"neighbour {neighbor.address} ({neighbor.description})"
        peer = found.get(neighbor.address)
        if peer is None:
            yield f"{who} is unknown to the router"
        elif peer.state != "Established":
            yield f"{who} is {peer.state}"
        elif peer.uptime_s < least_uptime_s:
            yield Deviation(
                f"{who} is up for {peer.uptime_s:.0f} s only", f"at least {least_uptime_s:g} s", joint=", "
            )
        elif not peer.prefixes_received:
            yield f"{who} is up and tells no prefix"
