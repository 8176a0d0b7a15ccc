"""KG-WEB-03: Authoritative DNS refuses recursion and open zone transfer."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import MissingFact
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.hosting import DnsServer
from kgnet.model.outcome import Deviation
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control


@control(
    "KG-WEB-03",
    title="Authoritative DNS refuses recursion and open zone transfer",
    needs=[DnsServer],
    roles=[Role.DNS],
)
def dns_authoritative(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """An open resolver floods others in our name; an open transfer hands out the plan of the network."""
    found = have.get(DnsServer)
    if not found.zones:
        raise MissingFact("it is the authority for no zone, so there is nothing to judge")
    if found.recursion:
        yield Deviation("looks up others' names for whoever asks", "recursion no")
    for zone in found.zones:
        if "any" in zone.transfers:
            yield Deviation(
                f"zone {zone.name}: everybody may copy it whole",
                "its secondaries alone",
                joint="; ",
            )
