"""KG-PER-05: Outbound traffic is filtered by service."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import PacketFilter, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._permits import PORTS, accepting, of_rule, policy
from kgnet.rules._places import at


@control("KG-PER-05", needs=[PacketFilter], roles=[Role.BORDER, Role.BRANCH])
def services_out(want: Device, have: Snapshot, *, most_ports: int = 1024) -> Iterator[Wrong]:
    """A computer that was taken over calls home by any port that is open; *most_ports* in one range."""
    yield from policy(have, "forward")
    for rule in accepting(have, "forward"):
        for permit in of_rule(rule):
            wide = permit.ports == PORTS or permit.ports[1] - permit.ports[0] >= most_ports
            if permit.to_anywhere and wide and permit.protocol != "icmp":
                what = f"lets more out than services that are named: {permit}"
                yield at(have, PacketFilter, rule.line, what)
