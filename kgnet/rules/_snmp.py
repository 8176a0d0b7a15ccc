"""The users of an SNMP agent, wherever the device tells of them."""

from __future__ import annotations

from kgnet.model.facts import Snapshot
from kgnet.model.managed import SnmpAgent, SnmpUser, SnmpUsers


def users(have: Snapshot) -> tuple[SnmpUser, ...]:
    """Return the users that the agent knows: as it runs, where it tells, else as configured."""
    if SnmpUsers in have.facts:
        return have.get(SnmpUsers).users
    return have.get(SnmpAgent).users
