"""KG-SNM-05: SNMPv3 with authentication (SHA) is used."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import SnmpAgent
from kgnet.model.outcome import Deviation, Told
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at
from kgnet.rules._snmp import users


@control("KG-SNM-05", needs=[SnmpAgent])
def snmp_version_3(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A community travels in clear with every question: whoever hears one may ask them all."""
    agent = have.get(SnmpAgent)
    for wrong in _wrong(want, have, agent):
        yield at(have, SnmpAgent, agent.line, wrong)


def _wrong(want: Device, have: Snapshot, agent: SnmpAgent) -> Iterator[Told]:
    if agent.communities:
        yield f"SNMP version 1 and 2c are open: communities: {agent.communities}"
    for group in agent.groups:
        if group.level == "noauth":
            yield f"{group.name} may ask without authentication"
        elif group.level in ("v1", "v2c"):
            yield f"{group.name} may ask by SNMP version {group.level.removeprefix('v')}"
    found = users(have)
    for user in found:
        if not user.auth.startswith("sha"):
            yield Deviation(
                f"user {user.name} authenticates with {user.auth or 'nothing'}", "SHA", joint=", "
            )
    named = {user.name for user in found} | {group.name for group in agent.groups}
    if want.snmp_user and named and want.snmp_user not in named:
        yield f"the intent's user {want.snmp_user} may not ask; it has {', '.join(sorted(named))}"
