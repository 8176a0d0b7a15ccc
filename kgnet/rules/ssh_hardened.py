"""KG-SRV-04: SSH takes no passwords and trusts no hosts."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot, SshServer
from kgnet.model.fleet import Device
from kgnet.model.outcome import Deviation
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
LISTS = ("allowusers", "allowgroups")  # `sshd -T` prints them where they are set


@control("KG-SRV-04", title="SSH takes no passwords and trusts no hosts", needs=[SshServer], live=True)
def ssh_hardened(
    want: Device, have: Snapshot, *, refused: tuple[str, ...] = REFUSED, limited: bool = False
) -> Iterator[Wrong]:
    """Passwords are guessed and reused; a key of one's own is not, and its loss is noticed.

    *limited*: who may log in has to be listed, too (AllowUsers, AllowGroups); of root KG-ACC-19 tells.
    """
    server = have.get(SshServer)
    for key in refused:
        found = value(server, key)
        if found != "no":
            yield Deviation(f"{key} {found}", "no")
    if limited and not any(server.one(key) for key in LISTS):
        yield Deviation("whoever has an account may log in", "AllowUsers or AllowGroups")
