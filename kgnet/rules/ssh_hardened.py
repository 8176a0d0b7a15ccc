"""KG-SRV-04: SSH takes no passwords and trusts no hosts."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot, SshServer
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._settings import value

REFUSED = (
    "passwordauthentication",
    "kbdinteractiveauthentication",
    "permitemptypasswords",
    "hostbasedauthentication",
    "permituserenvironment",
)


@control("KG-SRV-04", title="SSH takes no passwords and trusts no hosts", needs=[SshServer], live=True)
def ssh_hardened(want: Device, have: Snapshot, *, refused: tuple[str, ...] = REFUSED) -> Iterator[Wrong]:
    """Passwords are guessed and reused; a key of one's own is not, and its loss is noticed."""
    for key in refused:
        found = value(have.get(SshServer), key)
        if found != "no":
            yield f"{key} {found}: no wanted"
