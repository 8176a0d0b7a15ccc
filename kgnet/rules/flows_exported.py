"""KG-LOG-11: Flow records are exported for monitoring."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.operations import FlowExport
from kgnet.ports import Wrong
from kgnet.rules._control import ROUTERS, control
from kgnet.rules._places import at


@control("KG-LOG-11", needs=[FlowExport], roles=ROUTERS)
def flows_exported(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Who talked to whom, and how much, is known afterwards only where somebody wrote it down."""
    export = have.get(FlowExport)
    if not export.collectors:
        yield at(have, FlowExport, export.line, "exports records of flows to nobody")
    elif not export.interfaces:
        sent = ", ".join(export.collectors)
        yield at(have, FlowExport, export.line, f"exports flows to {sent}, but looks at no interface")
