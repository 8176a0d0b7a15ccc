"""KG-VC-02: call signalling is not open to everybody."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import PacketFilter, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._permits import accepting, of_rule
from kgnet.rules._places import at

PORTS = (1720, 5060, 5061)  # H.225 call signalling (IANA), SIP (RFC 3261 §19.1.2)


@control(
    "KG-VC-02",
    title="Call signalling is not open to everybody",
    needs=[PacketFilter],
    roles=[Role.REGISTRAR, Role.BORDER],
)
def calls_kept_inside(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A registrar that the Internet can reach is dialled by toll fraudsters within hours."""
    chain = "forward" if want.role is Role.BORDER else "input"
    for rule in accepting(have, chain):
        for permit in of_rule(rule):
            signals = any(permit.reaches(protocol, port) for protocol in ("tcp", "udp") for port in PORTS)
            if signals and permit.from_anywhere:
                what = f"anybody may signal calls: {permit}"
                yield at(have, PacketFilter, rule.line, what)
