"""KG-SNM-02: No default community strings."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import SnmpAgent
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control("KG-SNM-02", needs=[SnmpAgent])
def snmp_default_communities(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """The makers' own communities are the first that a scanner tries."""
    agent = have.get(SnmpAgent)
    for community in agent.well_known:
        yield at(have, SnmpAgent, agent.line, f"community {community}: a maker's default")
