"""KG-ZON-05: an IPS looks into traffic between zones."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.hosting import Inspection
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control(
    "KG-ZON-05",
    title="An IPS inspects traffic between zones and from the Internet",
    needs=[Inspection],
    roles=[Role.BORDER],
)
def traffic_inspected(want: Device, have: Snapshot, *, inline: bool = True) -> Iterator[Wrong]:
    """What a flow permits may carry an attack all the same; *inline*: it has to stop one, not only tell."""
    found = have.get(Inspection)
    if not found.engines:
        yield "nothing looks for attacks in what passes: no IPS is bound to the traffic"
    elif inline and not found.inline:
        what = f"{', '.join(found.engines)} only watches: it cannot stop what it finds"
        yield at(have, Inspection, found.line, what)
