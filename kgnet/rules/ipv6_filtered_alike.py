"""KG-V6-02: where IPv4 is filtered, IPv6 is."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.forwarding import Guards
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control(
    "KG-V6-02",
    title="Wherever IPv4 is filtered, for management or at the perimeter, IPv6 is too",
    needs=[Guards],
)
def ipv6_filtered_alike(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A list for IPv4 alone is a locked door beside an open one: whoever is kept out comes by IPv6."""
    for guard in have.get(Guards).guards:
        if 4 in guard.filtered and 6 in guard.spoken - guard.filtered:
            what = f"{guard.place}: IPv4 is filtered, IPv6 is not"
            yield at(have, Guards, guard.line, what)
