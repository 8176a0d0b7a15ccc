"""KG-SRV-02: Only approved services listen."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Listeners, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.province import SERVERS
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._permits import intended
from kgnet.rules._sockets import outward

EPHEMERAL = range(32768, 61000)  # Linux' ip_local_port_range: a UDP socket there is a client's


@control("KG-SRV-02", needs=[Listeners], roles=SERVERS, live=True)
def listeners_approved(
    want: Device, have: Snapshot, *, also: tuple[str, ...] = ("tcp/22", "udp/161")
) -> Iterator[Wrong]:
    """What listens can be attacked; what no flow leads to serves nobody; *also*: as `tcp/22`."""
    inputs = intended(want).inputs
    for protocol, address, port, program in outward(have.get(Listeners)):
        if protocol == "udp" and port in EPHEMERAL:
            continue
        wanted = any(
            rule.protocol == protocol and low <= port <= high for rule in inputs for low, high in rule.ports
        )
        if not wanted and f"{protocol}/{port}" not in also:
            yield f"{program or 'somebody'} listens on {address} {protocol}/{port}, and no flow leads there"
