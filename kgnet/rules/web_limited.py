"""KG-ACC-13: HTTPS management, if used, is limited and authenticated by AAA."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.access import WebManagement
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at

PLATFORMS = ("cisco_ios", "arista_eos", "juniper_junos")  # a Linux host has no pages to manage it by


@control("KG-ACC-13", needs=[WebManagement], platforms=PLATFORMS)
def web_limited(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Management pages are the part of a device in which most holes are found: few should reach them."""
    web = have.get(WebManagement)
    if web.on and not web.limited:
        yield at(
            have, WebManagement, web.line, Deviation("management over HTTPS is open to everybody", "a list")
        )
    if web.on and not web.aaa:
        yield at(have, WebManagement, web.line, "management over HTTPS does not ask AAA who is there")
