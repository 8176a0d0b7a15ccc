"""KG-WAN-01: the BGP neighbours of a router are those of the intent, no fewer and no more."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import ConfiguredBgp, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Deviation, Severity
from kgnet.ports import Wrong, rule
from kgnet.rules._control import ROUTERS
from kgnet.rules._places import at, met, routing


@rule(
    id="KG-WAN-01",
    title="BGP neighbours are those of the intent",
    severity=Severity.HIGH,
    needs=[ConfiguredBgp],
    references=["RFC 4271"],
    roles=ROUTERS,
)
def bgp_as_intended(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A neighbour that nobody planned is a way in or out; one that is missing is a line paid for in vain."""
    bgp, wanted = have.get(ConfiguredBgp), routing(want)
    if bgp.asn != wanted.asn:
        yield at(have, ConfiguredBgp, bgp.line, Deviation(f"is AS {bgp.asn}", str(wanted.asn)))
    planned = {neighbor.address for neighbor in wanted.neighbors}
    for found in bgp.neighbors:
        if found.address not in planned:
            told = f"neighbour {found.address} (AS {found.remote_as}) is not in the intent"
            yield at(have, ConfiguredBgp, found.line, told)
    configured = {neighbor.address for neighbor in bgp.neighbors}
    for missing in wanted.neighbors:
        if missing.address not in configured:
            told = f"neighbour {missing.address} ({missing.description}) is missing"
            yield at(have, ConfiguredBgp, bgp.line, told)
    if bgp.neighbors:
        for meant, found in met(wanted.neighbors, have):
            if meant.remote_as != found.remote_as:
                other = Deviation(f"neighbour {found.address} is AS {found.remote_as}", str(meant.remote_as))
                yield at(have, ConfiguredBgp, found.line, other)
