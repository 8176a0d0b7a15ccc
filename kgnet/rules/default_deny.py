"""KG-PER-04: Perimeter policy is default-deny."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import PacketFilter, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._permits import accepting, of_rule, policy
from kgnet.rules._places import at


@control("KG-PER-04", needs=[PacketFilter], roles=[Role.BORDER, Role.BRANCH])
def default_deny(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """What nobody thought of has to stop, not to pass."""
    yield from policy(have, "forward")
    for rule in accepting(have, "forward"):
        for permit in of_rule(rule):
            if permit.protocol == "any" and permit.from_anywhere and permit.to_anywhere:
                yield at(have, PacketFilter, rule.line, f"chain forward lets everything through: {rule.text}")
                break
