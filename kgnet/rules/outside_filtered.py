"""KG-PER-03: an inbound filter is applied on every external interface."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.perimeter import PortFilters
from kgnet.ports import Wrong
from kgnet.rules._control import ROUTERS, control
from kgnet.rules._perimeter import let_in, outside
from kgnet.rules._places import at


@control("KG-PER-03", needs=[PortFilters], roles=ROUTERS)
def outside_filtered(want: Device, have: Snapshot, *, ports: tuple[str, ...] = ()) -> Iterator[Wrong]:
    """A filter that is written and not applied, or for one family only, holds nothing back.

    *ports* face the Internet beside those of which the intent says so.
    """
    seen: set[str] = set()
    for name, found in outside(want, have, ports):
        seen.add(name)
        if not found.name:
            what = f"{name} takes IPv{found.family} packets from the Internet without a filter"
            yield at(have, PortFilters, found.line, what)
        elif any(rule is None for rule, _ in let_in(found)):
            what = f"{name}: {found.name} lets in whatever none of its rules names (IPv{found.family})"
            yield at(have, PortFilters, found.line, what)
    for name in sorted(set(ports) - seen):
        yield f"{name} is not configured: whether it is filtered cannot be told"
