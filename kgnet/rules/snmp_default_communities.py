"""KG-SNM-02: No default community strings."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import SnmpAgent
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at
from kgnet.rules._removed import but_removed


@control("KG-SNM-02", needs=[SnmpAgent])
def snmp_default_communities(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """The makers' own communities are the first that a scanner tries."""
    agent = have.get(SnmpAgent)
    found = (f"community {community}: a maker's default" for community in agent.well_known)
    wrong = (at(have, SnmpAgent, agent.line, each) for each in found)
    return but_removed(wrong, have, SnmpAgent, ((each, agent.line) for each in agent.unnamed))
