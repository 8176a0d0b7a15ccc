"""KG-CPL-06: Directed broadcast is off."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Kernel, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._settings import number


@control("KG-CPL-06", needs=[Kernel], live=True)
def no_directed_broadcast(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """One packet to a broadcast address makes every host of a LAN answer to whomever it names."""
    kernel = have.get(Kernel)
    if number(kernel, "net.ipv4.conf.all.bc_forwarding"):
        yield Deviation("net.ipv4.conf.all.bc_forwarding = 1", "0")
    if not number(kernel, "net.ipv4.icmp_echo_ignore_broadcasts"):
        yield Deviation("net.ipv4.icmp_echo_ignore_broadcasts = 0", "1")
