"""KG-HA-02: a site with two circuits has them on two paths."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from kgnet.errors import NotOurs
from kgnet.model.facts import ConfiguredBgp, ConfiguredInterfaces, Snapshot
from kgnet.model.fleet import Device, Interface, InterfaceKind
from kgnet.model.outcome import Deviation
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at
from kgnet.rules._ports import port


@control(
    "KG-HA-02",
    title="A site with two uplinks has them on two paths: two carriers, two hubs, both in use",
    needs=[ConfiguredInterfaces, ConfiguredBgp],
    roles=[Role.BRANCH],
)
def uplinks_apart(want: Device, have: Snapshot, *, least: int = 1) -> Iterator[Wrong]:
    """Two circuits in one duct, or to one router, fail together; the second was paid for and is not there.

    *least*: uplinks that every site has to have; 2 where all of them are of level I or hold level 4 systems.
    """
    uplinks = list(want.of_kind(InterfaceKind.UPLINK))
    if len(uplinks) < least:
        yield Deviation(f"{len(uplinks)} uplinks", f"at least {least}")
    elif len(uplinks) < 2:
        raise NotOurs(f"{want.site} has one uplink, as a site of level II may")
    for what in ("carrier", "hub"):
        shared: dict[str, list[str]] = defaultdict(list)
        for link in uplinks:
            shared[getattr(link, what)].append(link.circuit or link.name)
        for name, circuits in shared.items():
            if name and len(circuits) > 1:
                yield f"{', '.join(circuits)} share the {what} {name}: they fail together"
    for link in uplinks:
        yield from _unused(want, have, link)


def _unused(want: Device, have: Snapshot, link: Interface) -> Iterator[Wrong]:
    """Yield why traffic would not take *link* when the others fail."""
    name = port(want, link)
    built = next((each for each in have.get(ConfiguredInterfaces).interfaces if each.name == name), None)
    if built is None:
        yield f"{link.circuit}: {name} is not configured"
        return
    networks = [address.network for address in built.addresses]
    if not any(peer.address in network for peer in have.get(ConfiguredBgp).neighbors for network in networks):
        what = f"{link.circuit}: no BGP neighbour at the far end of {name}: nothing is routed over it"
        yield at(have, ConfiguredInterfaces, built.line, what)
