"""KG-SNM-04: Every community/group is restricted by an access list."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import SnmpAgent
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control("KG-SNM-04", needs=[SnmpAgent])
def snmp_limited(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Only the monitors ask an agent; for everybody else it is one more program to break into."""
    agent = have.get(SnmpAgent)
    for each in agent.unlimited:
        yield at(have, SnmpAgent, agent.line, f"{each}: anybody may ask, a list of the monitors wanted")
