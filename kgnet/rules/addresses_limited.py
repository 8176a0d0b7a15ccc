"""KG-L2-02: an access port takes a few MAC addresses, not as many as there are."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.layer2 import Switching
from kgnet.model.outcome import Deviation
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._switching import of_hosts, on


@control("KG-L2-02", needs=[Switching], roles=[Role.ACCESS])
def addresses_limited(want: Device, have: Snapshot, *, most: int = 4) -> Iterator[Wrong]:
    """Thousands of made-up addresses fill a switch's table, and then it sends everything to everybody."""
    for port in of_hosts(have):
        limit = port.most_addresses
        if limit is None or limit > most:
            told = "any number of" if limit is None else limit
            yield on(have, port, Deviation(f"takes {told} MAC addresses", f"at most {most}"))
