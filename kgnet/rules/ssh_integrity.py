"""KG-ACC-05: SSH uses SHA-2 MACs and modern key exchange."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.access import SecureShell
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at


@control("KG-ACC-05", needs=[SecureShell])
def ssh_integrity(
    want: Device, have: Snapshot, *, refused: tuple[str, ...] = ("md5", "sha1", "umac-64")
) -> Iterator[Wrong]:
    """MD5, SHA-1 and 64-bit tags can be forged with means that are on sale."""
    server = have.get(SecureShell)
    for name, algorithms in (("MACs", server.macs), ("key exchange", server.exchanges)):
        if not algorithms:
            told = f"{name}: none is named, and what older releases offer by themselves is weak"
            yield at(have, SecureShell, server.line, told)
        for algorithm in algorithms:
            for weak in refused:
                if weak in algorithm:
                    told = f"{name}: offers {algorithm}, which rests on {weak}"
                    yield at(have, SecureShell, server.line, told)
