"""KG-ACC-07: SSH ends dead sessions within 10 minutes."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot, SshServer
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._settings import number


@control("KG-ACC-07", title="SSH ends dead sessions within 10 minutes", needs=[SshServer], live=True)
def ssh_idle(want: Device, have: Snapshot, *, most_s: int = 600) -> Iterator[Wrong]:
    """A session whose client is gone stays open for whoever finds it, and takes the place of another."""
    server = have.get(SshServer)
    interval_s, times = number(server, "clientaliveinterval"), number(server, "clientalivecountmax")
    told = f"clientaliveinterval {interval_s}, clientalivecountmax {times}"
    if interval_s <= 0 or times <= 0:
        yield f"{told}: a dead session is never ended"
    elif interval_s * times > most_s:
        yield f"{told}: a dead session lasts {interval_s * times} s, at most {most_s} s wanted"
