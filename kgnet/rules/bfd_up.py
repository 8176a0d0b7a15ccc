"""KG-LIV-02: every link of the intent is watched by BFD, and BFD says that it works."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import BfdPeers, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Deviation, Severity
from kgnet.ports import Wrong, rule
from kgnet.rules._control import ROUTERS
from kgnet.rules._places import routing


@rule(
    id="KG-LIV-02",
    title="BFD watches every routing session and is up",
    severity=Severity.HIGH,
    needs=[BfdPeers],
    references=["RFC 5880", "RFC 5882 §10.2"],
    roles=ROUTERS,
    live=True,
)
def bfd_up(want: Device, have: Snapshot, *, most_detection_ms: int = 3000) -> Iterator[Wrong]:
    """Without BFD a dead line is noticed when BGP's hold time ends, in minutes."""
    found = {peer.address: peer for peer in have.get(BfdPeers).peers}
    for neighbor in routing(want).neighbors:
        who = f"BFD to {neighbor.address} ({neighbor.description})"
        peer = found.get(neighbor.address)
        if peer is None:
            yield f"{who}: there is no session"
        elif not peer.up:
            yield f"{who} is down"
        elif peer.receive_interval_ms * peer.multiplier > most_detection_ms:
            takes_ms = peer.receive_interval_ms * peer.multiplier
            yield Deviation(
                f"{who} notices a dead line after {takes_ms} ms",
                f"at most {most_detection_ms} ms",
                joint=", ",
            )
