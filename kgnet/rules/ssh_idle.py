"""KG-ACC-07: idle or dead remote sessions end within 10 minutes."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import RemoteAccess
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control("KG-ACC-07", title="Idle or dead remote sessions end within 10 minutes", needs=[RemoteAccess])
def ssh_idle(want: Device, have: Snapshot, *, most_s: int = 600) -> Iterator[Wrong]:
    """A session whose client is gone stays open for whoever finds it, and takes the place of another."""
    remote = have.get(RemoteAccess)
    if remote.idle_timeout_s is None:
        yield at(have, RemoteAccess, remote.line, Deviation("a session is never ended", f"after {most_s} s"))
    elif remote.idle_timeout_s > most_s:
        told = Deviation(
            f"a session is ended after {remote.idle_timeout_s} s", f"at most {most_s} s", joint=", "
        )
        yield at(have, RemoteAccess, remote.line, told)
