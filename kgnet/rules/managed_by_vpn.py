"""KG-ACC-20: Remote administrators reach the management zone only through VPN."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import PacketFilter, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Deviation
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._entrances import filtered, from_public, let_in, listed, public
from kgnet.rules._places import at

TITLE = "No login is open to public addresses: from afar one comes through a VPN"


@control("KG-ACC-20", title=TITLE, needs=[PacketFilter])
def managed_by_vpn(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A login that the Internet reaches is attacked from the whole world within minutes."""
    comers = listed(have)
    if comers is not None:
        for comer in comers:
            if public(comer.network):
                yield comer.evidence(have, "public addresses among them")
        return
    if not filtered(have):
        yield Deviation("nothing keeps public addresses from logging in", "a filter before the device")
    for line, permit in let_in(have):
        if from_public(permit):
            yield at(have, PacketFilter, line, f"permits {permit}, public addresses among them")
