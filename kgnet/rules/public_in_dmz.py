"""KG-ZON-03: what the Internet can reach stands in the DMZ only."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import MissingFact
from kgnet.model.facts import PacketFilter, Snapshot
from kgnet.model.fleet import Device, InterfaceKind
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._permits import Permit, accepting, of_rule, policy
from kgnet.rules._places import at


@control("KG-ZON-03", needs=[PacketFilter], roles=[Role.BORDER])
def public_in_dmz(want: Device, have: Snapshot, *, zone: str = "dmz") -> Iterator[Wrong]:
    """A server that strangers reach is the first to fall; what stands beside it falls next."""
    networks = [
        address.network
        for link in want.of_kind(InterfaceKind.LAN)
        if link.zone == zone
        for address in link.addresses
    ]
    if not networks:
        raise MissingFact(f"the intent has no zone {zone} at {want.name}")
    held = [(each.version, int(each[0]), int(each.broadcast_address)) for each in networks]
    yield from policy(have, "forward")
    for rule in accepting(have, "forward"):
        for permit in of_rule(rule):
            if permit.from_anywhere and not any(_within(permit, end) for end in held):
                what = f"the Internet reaches more than the zone {zone}: {permit}"
                yield at(have, PacketFilter, rule.line, what)


def _within(permit: Permit, end: tuple[int, int, int]) -> bool:
    version, first, last = end
    return permit.family == version and first <= permit.destination[0] and permit.destination[1] <= last
