"""KG-ACC-19: Direct root/super-user remote login is refused."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot, SshServer
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._settings import value

BY_KEY = ("prohibit-password", "without-password", "forced-commands-only")


@control("KG-ACC-19", needs=[SshServer], live=True)
def ssh_root(want: Device, have: Snapshot, *, by_key: bool = False) -> Iterator[Wrong]:
    """Root is nobody in the log, and the one name that every guesser knows; *by_key*: a key may be used."""
    allowed = ("no", *BY_KEY) if by_key else ("no",)
    found = value(have.get(SshServer), "permitrootlogin")
    if found not in allowed:
        yield f"permitrootlogin {found}: {' or '.join(allowed)} wanted"
