"""KG-ACC-05: SSH uses SHA-2 MACs and modern key exchange."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot, SshServer
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._settings import words


@control("KG-ACC-05", needs=[SshServer], live=True)
def ssh_integrity(
    want: Device, have: Snapshot, *, refused: tuple[str, ...] = ("md5", "sha1", "umac-64")
) -> Iterator[Wrong]:
    """MD5, SHA-1 and 64-bit tags can be forged with means that are on sale."""
    for key in ("macs", "kexalgorithms"):
        for algorithm in words(have.get(SshServer), key):
            for weak in refused:
                if weak in algorithm:
                    yield f"{key}: offers {algorithm}, which rests on {weak}"
