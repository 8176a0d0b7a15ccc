"""KG-HA-06: servers survive a flood of half-open connections."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Kernel, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Deviation
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._settings import number

SERVERS = (Role.DNS, Role.BALANCER, Role.PORTAL, Role.MAIL, Role.REGISTRAR)


@control(
    "KG-HA-06",
    title="Servers survive a flood of half-open connections",
    needs=[Kernel],
    roles=SERVERS,
    live=True,
)
def syn_cookies(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Without them a few thousand half-open connections close a service to everybody (RFC 4987 §3.6)."""
    if not number(have.get(Kernel), "net.ipv4.tcp_syncookies"):
        yield Deviation("net.ipv4.tcp_syncookies = 0", "1")
