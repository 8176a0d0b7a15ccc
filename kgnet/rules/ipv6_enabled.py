"""KG-V6-01: IPv6 is routed, and spoken wherever the intent has it."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import ConfiguredInterfaces, Snapshot
from kgnet.model.fleet import Device, InterfaceKind
from kgnet.model.forwarding import Ipv6
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import ROUTERS, control
from kgnet.rules._places import at
from kgnet.rules._ports import port


@control(
    "KG-V6-01",
    title="IPv6 is routed, and spoken wherever the intent has it",
    needs=[Ipv6, ConfiguredInterfaces],
    roles=ROUTERS,
)
def ipv6_enabled(want: Device, have: Snapshot, *, zones: tuple[str, ...] = ("dmz",)) -> Iterator[Wrong]:
    """Whatever the state shows to the Internet has to be reached over IPv6 too, by the law."""
    if not have.get(Ipv6).routes:
        yield "does not route IPv6"
    for lan in want.of_kind(InterfaceKind.LAN):
        if lan.zone in zones and lan.ipv6 is None:
            yield f"zone {lan.zone}: the intent has no IPv6 address for {lan.name}"
    found = {each.name: each for each in have.get(ConfiguredInterfaces).interfaces}
    for link in want.interfaces:
        built = found.get(port(want, link)) if link.ipv6 else None
        if built and not any(each.version == 6 for each in built.addresses):
            what = Deviation(f"{built.name} has no IPv6 address", str(link.ipv6))
            yield at(have, ConfiguredInterfaces, built.line, what)
