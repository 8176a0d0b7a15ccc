"""KG-SNM-04: Every community/group is restricted by an access list."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import SnmpAgent
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at
from kgnet.rules._removed import but_removed


@control("KG-SNM-04", needs=[SnmpAgent])
def snmp_limited(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Only the monitors ask an agent; for everybody else it is one more program to break into."""
    agent = have.get(SnmpAgent)
    found = (
        Deviation(f"{each}: anybody may ask", "a list of the monitors", joint=", ")
        for each in agent.unlimited
    )
    wrong = (at(have, SnmpAgent, agent.line, each) for each in found)
    return but_removed(wrong, have, SnmpAgent, ((each, agent.line) for each in agent.untold))
