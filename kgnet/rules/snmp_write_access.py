"""KG-SNM-03: No read-write community."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot, SnmpServer
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._snmp import configured


@control("KG-SNM-03", needs=[SnmpServer], live=True)
def snmp_write_access(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Who may write by SNMP may reconfigure the device, past every log of commands."""
    directives = configured(have.get(SnmpServer))
    for directive in ("rwcommunity", "rwcommunity6", "rwuser"):
        for arguments in directives.get(directive, ()):
            yield f"{directive} {arguments.split()[0]}: may write"
