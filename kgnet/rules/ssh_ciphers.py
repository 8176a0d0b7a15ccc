"""KG-ACC-04: SSH uses approved ciphers."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot, SshServer
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._settings import words

APPROVED = (
    "chacha20-poly1305@openssh.com",
    "aes256-gcm@openssh.com",
    "aes128-gcm@openssh.com",
    "aes256-ctr",
    "aes192-ctr",
    "aes128-ctr",
)


@control("KG-ACC-04", needs=[SshServer], live=True)
def ssh_ciphers(want: Device, have: Snapshot, *, approved: tuple[str, ...] = APPROVED) -> Iterator[Wrong]:
    """Whoever records a session under a weak cipher may read it later, passwords and all."""
    for cipher in words(have.get(SshServer), "ciphers"):
        if cipher not in approved:
            yield f"ciphers: offers {cipher}, which is not approved"
