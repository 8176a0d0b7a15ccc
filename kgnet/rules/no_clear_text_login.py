"""KG-ACC-01: Remote CLI accepts SSH only (no Telnet)."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.services import Services
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._services import on

CLEAR = ("telnet", "rlogin", "rsh", "terminal")


@control("KG-ACC-01", needs=[Services])
def no_clear_text_login(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Telnet and its kin carry passwords that anybody on the way can read."""
    yield from on(have, "logins in clear", *CLEAR)
