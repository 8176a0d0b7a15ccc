"""KG-ACC-04: SSH uses approved ciphers."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.access import SecureShell
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._places import at

APPROVED = (
    "chacha20-poly1305@openssh.com",
    "aes256-gcm@openssh.com",
    "aes128-gcm@openssh.com",
    "aes256-gcm",  # IOS has the AEAD of RFC 5647 under both names
    "aes128-gcm",
    "aes256-ctr",
    "aes192-ctr",
    "aes128-ctr",
)


@control("KG-ACC-04", needs=[SecureShell])
def ssh_ciphers(want: Device, have: Snapshot, *, approved: tuple[str, ...] = APPROVED) -> Iterator[Wrong]:
    """Whoever records a session under a weak cipher may read it later, passwords and all."""
    server = have.get(SecureShell)
    if not server.ciphers:
        told = "ciphers: none is named, and what older releases offer by themselves is weak"
        yield at(have, SecureShell, server.line, told)
    for cipher in server.ciphers:
        if cipher not in approved:
            yield at(have, SecureShell, server.line, f"ciphers: offers {cipher}, which is not approved")
