"""KG-HA-05: the monitoring can ask a device for CPU, memory and interfaces."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import SnmpAgent
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at

PRIVATE = "priv"


@control(
    "KG-HA-05",
    title="The monitoring may ask for CPU, memory and interface state by SNMPv3",
    needs=[SnmpAgent],
)
def device_watched(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A device that nobody can ask is noticed when the office calls."""
    agent = have.get(SnmpAgent)
    users = [user.name for user in agent.users if user.auth and user.priv]
    groups = [group.name for group in agent.groups if group.level == PRIVATE]
    if not users and not groups:
        what = "no SNMPv3 user or group that asks for authentication and privacy: nobody watches the device"
        yield at(have, SnmpAgent, agent.line, what)
