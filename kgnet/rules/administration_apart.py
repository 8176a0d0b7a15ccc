"""KG-SRV-08: administrators come in where users do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import ip_address

from kgnet.model.facts import Listeners, PacketFilter, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.province import SERVERS
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._permits import Permit, accepting, of_rule
from kgnet.rules._sockets import outward

PORTS = ("tcp/22", "tcp/8404", "tcp/9090", "tcp/10000", "tcp/11334", "tcp/3000", "tcp/8006")


@control("KG-SRV-08", needs=[Listeners, PacketFilter], roles=SERVERS)
def administration_apart(want: Device, have: Snapshot, *, ports: tuple[str, ...] = PORTS) -> Iterator[Wrong]:
    """What administers a server is worth more to a thief than what it serves, and has fewer to please.

    *ports* serve administration: they listen on the management address, or let administrators in only.
    """
    admins = [(each.version, int(each[0]), int(each.broadcast_address)) for each in want.admins]
    open_ = have.get(PacketFilter).policies.get("input") != "drop"
    permits = [permit for rule in accepting(have, "input") for permit in of_rule(rule)]
    for protocol, address, port, program in outward(have.get(Listeners)):
        if f"{protocol}/{port}" not in ports or _is_management(want, address):
            continue
        strangers = [each for each in permits if each.reaches(protocol, port) and not _within(each, admins)]
        who = f"{program or 'somebody'} on {address} {protocol}/{port}"
        if open_:
            yield f"{who} takes administrators from everywhere: nothing filters what comes in"
        elif strangers:
            yield f"{who} takes administrators from others than the intent names: {strangers[0]}"


def _is_management(want: Device, address: str) -> bool:
    return address not in ("*", "") and ip_address(address) == want.management


def _within(permit: Permit, admins: Sequence[tuple[int, int, int]]) -> bool:
    first, last = permit.source
    return any(permit.family == version and low <= first and last <= high for version, low, high in admins)
