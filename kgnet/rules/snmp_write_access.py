"""KG-SNM-03: No read-write community."""

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


@control("KG-SNM-03", needs=[SnmpAgent])
def snmp_write_access(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Who may write by SNMP may reconfigure the device, past every log of commands."""
    agent = have.get(SnmpAgent)
    told = Deviation("a community, group or user may write", "to read alone")
    wrong = [at(have, SnmpAgent, agent.line, told)] if agent.writable else []
    return but_removed(wrong, have, SnmpAgent, ((each, agent.line) for each in agent.untold))
