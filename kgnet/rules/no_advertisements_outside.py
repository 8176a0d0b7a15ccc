"""KG-V6-03: Router advertisements are suppressed on external interfaces."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device, InterfaceKind
from kgnet.model.forwarding import Ipv6
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import ROUTERS, control
from kgnet.rules._places import at
from kgnet.rules._ports import port

EXTERNAL = (InterfaceKind.UPLINK, InterfaceKind.DOWNLINK, InterfaceKind.INTERNET, InterfaceKind.FABRIC)
WHEN = {"always": "sends router advertisements", "asked": "answers who asks for router advertisements"}


@control("KG-V6-03", needs=[Ipv6], roles=ROUTERS)
def no_advertisements_outside(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A carrier's equipment that hears our prefixes may take addresses in our network."""
    outside = {port(want, link) for link in want.of_kind(*EXTERNAL)}
    for link in have.get(Ipv6).links:
        if link.name in outside and link.advertises:
            yield at(
                have,
                Ipv6,
                link.line,
                Deviation(f"{link.name} {WHEN[link.advertises]}", "none", after=" here"),
            )
