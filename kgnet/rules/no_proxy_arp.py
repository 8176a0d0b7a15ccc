"""KG-CPL-07: Proxy ARP is off on external interfaces."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Kernel, Snapshot
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._settings import on_interfaces, told


@control("KG-CPL-07", needs=[Kernel], live=True)
def no_proxy_arp(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A router that answers ARP for others joins networks that the plan holds apart."""
    found = on_interfaces(have.get(Kernel), "ipv4", "proxy_arp")
    yield from told(
        "ipv4", "proxy_arp", {each: value for each, value in found if value and each != "default"}
    )
