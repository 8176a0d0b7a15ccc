"""KG-ACC-01: Remote CLI accepts SSH only (no Telnet)."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Listeners, Snapshot
from kgnet.model.fleet import Device
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._sockets import outward

TELNET, RLOGIN, RSH = 23, 513, 514  # IANA service names and port numbers
FRR = range(2601, 2624)  # FRR's own telnet-like terminals, lib/vty


@control("KG-ACC-01", needs=[Listeners], live=True)
def no_clear_text_login(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Telnet and its kin carry passwords that anybody on the way can read."""
    for protocol, address, port, program in outward(have.get(Listeners)):
        if protocol == "tcp" and (port in (TELNET, RLOGIN, RSH) or port in FRR):
            yield f"{program or 'somebody'} listens on {address} port {port} for logins in clear"
