"""KG-SNM-06: SNMPv3 privacy uses AES-128 or better."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import SnmpAgent
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at
from kgnet.rules._snmp import users


@control("KG-SNM-06", needs=[SnmpAgent])
def snmp_privacy(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Without encryption the answers, addresses and neighbours among them, are anybody's on the way."""
    agent = have.get(SnmpAgent)
    for group in agent.groups:
        if group.level in ("noauth", "auth"):
            open_ = f"{group.name} may ask with {group.level}, without encryption"
            yield at(have, SnmpAgent, agent.line, open_)
    for user in users(have):
        if not user.priv.startswith("aes"):
            told = Deviation(f"user {user.name} encrypts with {user.priv or 'nothing'}", "AES", joint=", ")
            yield at(have, SnmpAgent, agent.line, told)
