"""KG-VC-01: traffic of conference rooms is marked."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import PacketFilter, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._permits import intended


@control(
    "KG-VC-01",
    title="Traffic of conference rooms is marked",
    needs=[PacketFilter],
    roles=[Role.BRANCH],
    platforms=["arista_eos", "cisco_ios", "frr", "juniper_junos"],  # a router of ours on Linux marks as well
)
def rooms_marked(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Queues go by the mark: a meeting that leaves the office unmarked waits with the downloads."""
    found = have.get(PacketFilter)
    sets = found.marks or any("dscp set" in rule.text for rule in found.rules)
    if intended(want).marks_dscp and not sets:
        yield "nothing sets a code point on what the rooms send"
