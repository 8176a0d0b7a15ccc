"""KG-ACC-02: SSH protocol version 2 only."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import RemoteAccess
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at

PLATFORMS = (  # all but EOS, which has never spoken another version
    *("cisco_ios", "juniper_junos", "frr", "linux"),
    *("fortinet_fortios", "huawei_vrp", "mikrotik_routeros"),
)


@control("KG-ACC-02", needs=[RemoteAccess], platforms=PLATFORMS)
def ssh_version_2(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Version 1 lets whoever stands in between read and change a session."""
    remote = have.get(RemoteAccess)
    if "ssh" not in remote.protocols:
        return
    if remote.ssh_version is None:
        yield at(
            have, RemoteAccess, remote.line, Deviation("no SSH version is set, so 1 is taken as well", "2")
        )
    elif remote.ssh_version < 2:
        yield at(have, RemoteAccess, remote.line, Deviation("SSH version 1 is taken", "2 alone"))
