"""KG-CPL-09: Packets with IP options are dropped."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.operations import IpOptions
from kgnet.ports import Wrong
from kgnet.rules._control import ROUTERS, control
from kgnet.rules._places import at


@control("KG-CPL-09", needs=[IpOptions], roles=ROUTERS)
def no_ip_options(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Each packet with options takes the slow way through the processor; hardly anybody honest sends one."""
    found = have.get(IpOptions)
    if not found.dropped:
        yield at(have, IpOptions, found.line, "packets with IP options are not dropped")
