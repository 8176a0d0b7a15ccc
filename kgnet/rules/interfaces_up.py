"""KG-LIV-05: every interface of the intent is up."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import MissingFact
from kgnet.model.facts import InterfaceStates, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Deviation, Severity
from kgnet.ports import Wrong, rule
from kgnet.rules._ports import port


@rule(
    id="KG-LIV-05",
    title="Interfaces of the intent are up",
    severity=Severity.HIGH,
    needs=[InterfaceStates],
    references=["RFC 2863 §6, ifOperStatus"],
    live=True,
)
def interfaces_up(want: Device, have: Snapshot, *, least_mtu_bytes: int = 1280) -> Iterator[Wrong]:
    """A line that is down is a site on its backup, or off; IPv6 needs 1280 bytes (RFC 8200 §5)."""
    if not want.interfaces:
        raise MissingFact(f"the intent has no interfaces for {want.name}")
    found = {interface.name: interface for interface in have.get(InterfaceStates).interfaces}
    for interface in want.interfaces:
        name = port(want, interface)
        state = found.get(name)
        who = f"{name} ({interface.description})"
        if state is None:
            yield f"{who} does not exist"
        elif not state.up:
            yield f"{who} is down"
        elif state.mtu_bytes < least_mtu_bytes:
            yield Deviation(
                f"{who} carries {state.mtu_bytes} bytes at most", str(least_mtu_bytes), joint=", "
            )
