"""KG-PER-06: Management protocols do not leave through the external interface."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import PacketFilter, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._permits import accepting, of_rule, policy
from kgnet.rules._places import at

MANAGEMENT = ("tcp/22", "tcp/23", "tcp/49", "udp/161", "udp/162", "udp/514", "tcp/830")


@control("KG-PER-06", needs=[PacketFilter], roles=[Role.BORDER, Role.BRANCH])
def management_kept_in(
    want: Device, have: Snapshot, *, protocols: tuple[str, ...] = MANAGEMENT
) -> Iterator[Wrong]:
    """Logs and SNMP tell strangers how the network is built; SSH outwards is a tunnel inwards.

    *protocols* are those that may not go to anywhere: `tcp/22`.
    """
    yield from policy(have, "forward")
    for rule in accepting(have, "forward"):
        for permit in of_rule(rule):
            out = [
                each
                for each in protocols
                if permit.to_anywhere and permit.reaches(each.partition("/")[0], int(each.partition("/")[2]))
            ]
            if out:
                yield at(have, PacketFilter, rule.line, f"lets {', '.join(out)} out: {permit}")
