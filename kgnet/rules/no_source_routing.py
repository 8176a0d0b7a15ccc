"""KG-CPL-02: IP source routing is refused."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Kernel, Snapshot
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._settings import number


@control("KG-CPL-02", needs=[Kernel], live=True)
def no_source_routing(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A sender that chooses the way walks around the filters."""
    for family in ("ipv4", "ipv6"):
        everywhere = number(have.get(Kernel), f"net.{family}.conf.all.accept_source_route")
        if everywhere > 0:  # all and the interface have to say so, ip-sysctl
            yield f"net.{family}.conf.all.accept_source_route = {everywhere}: 0 wanted"
