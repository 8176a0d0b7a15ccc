"""KG-SVC-08: Clear-text file services (TFTP/FTP/rsh/rcp) are off."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Deviation
from kgnet.model.services import Services
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._services import on

CLEAR = ("tftp", "ftp", "rsh", "rcp")
PLATFORMS = ("cisco_ios", "juniper_junos", "frr", "linux")  # EOS has no such server


@control("KG-SVC-08", needs=[Services], platforms=PLATFORMS)
def no_plain_file_services(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Configurations and images pass in clear, and TFTP does not even ask who is there."""
    yield from on(have, Deviation("files in clear", "SCP or SFTP", joint="; "), *CLEAR)
