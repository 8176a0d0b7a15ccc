"""KG-ZON-01: the minimum zone set exists, each zone with its own interface."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import ConfiguredInterfaces, Snapshot
from kgnet.model.fleet import Device, InterfaceKind
from kgnet.model.outcome import Deviation
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at
from kgnet.rules._ports import port

LEAST = ("dmz", "srv", "db", "mgt")


@control(
    "KG-ZON-01",
    title="The minimum zone set exists, each zone with its own interface",
    needs=[ConfiguredInterfaces],
    roles=[Role.BORDER],
)
def zones_exist(want: Device, have: Snapshot, *, least: tuple[str, ...] = LEAST) -> Iterator[Wrong]:
    """Servers of one zone see each other unfiltered: what differs in trust may not share one."""
    found = {interface.name: interface for interface in have.get(ConfiguredInterfaces).interfaces}
    lans = list(want.of_kind(InterfaceKind.LAN))
    for zone in least:
        if zone not in {lan.zone for lan in lans}:
            yield f"the intent has no zone {zone}"
    for lan in lans:
        name = port(want, lan)
        built = found.get(name)
        if built is None:
            yield f"zone {lan.zone}: the interface {name} is not configured"
        elif set(built.addresses) != set(lan.addresses):
            has, meant = (" ".join(sorted(map(str, each))) for each in (built.addresses, lan.addresses))
            what = Deviation(f"zone {lan.zone}: {name} has {has or 'no address'}", meant)
            yield at(have, ConfiguredInterfaces, built.line, what)
