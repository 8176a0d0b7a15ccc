"""KG-CPL-03: ICMP redirects are not sent on external/user interfaces."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Kernel, Snapshot
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import ROUTERS, control
from kgnet.rules._settings import on_interfaces, told


@control("KG-CPL-03", title="ICMP redirects are neither sent nor followed", needs=[Kernel], live=True)
def no_redirects(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A redirect sends a neighbour's traffic another way, at the word of anybody who can forge one."""
    routes = want.role in ROUTERS
    for family, name, here in (
        ("ipv4", "send_redirects", routes),  # only who forwards sends them; `all` or the interface, ip-sysctl
        ("ipv4", "accept_redirects", not routes),  # who forwards needs both to follow one, others either
        ("ipv6", "accept_redirects", not routes),  # who forwards never follows one
    ):
        found = list(on_interfaces(have.get(Kernel), family, name))
        counts = {"all", *(interface for interface, _ in found if here and interface != "default")}
        yield from told(family, name, {each: value for each, value in found if value and each in counts})
