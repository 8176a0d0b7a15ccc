"""KG-OPS-01: what runs is what a restart brings."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import Unsaved
from kgnet.ports import Wrong
from kgnet.rules._control import control


@control("KG-OPS-01", title="What runs is what a restart brings", needs=[Unsaved])
def runs_what_is_kept(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """After a power cut a device comes back as it was saved: without the last change, or with one undone."""
    found = have.get(Unsaved)
    if found.unsaved:
        since = f" since {found.since}" if found.since else ""
        yield f"the running configuration is not the one that is kept{since}: save it, or take it back"
