"""want, Prometheus → Snapshot with how full the device's circuits were, by what the exporter has counted.

The exporter counts at a circuit's inner end only: what that sends the outer end receives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device, Interface, InterfaceKind
from kgnet.model.redundancy import LinkLoad, LinkLoads
from kgnet.plugins import one
from kgnet.ports import Platform
from kgnet.wire.prometheus import NoAnswer, Server

STEP_S = 300  # TT 06/2026 art. 5(6): samples of five minutes [from a secondary source]
SENT, RECEIVED = "kgnet_circuit_transmit_bytes_total", "kgnet_circuit_receive_bytes_total"


@dataclass(frozen=True, slots=True)
class History:
    """Prometheus, and the time that is looked at: *days* up to *until*, in Unix seconds."""

    server: Server
    until: float
    days: int = 7

    def of(self, counter: str, circuits: tuple[str, ...]) -> Mapping[str, tuple[float, ...]]:
        """Return circuit → bits a second, a mean over each five minutes; NoAnswer if that cannot be had."""
        rate = f'rate({counter}{{circuit=~"{"|".join(circuits)}"}}[{STEP_S}s])'
        query = f"8 * max by (circuit) ({rate})"
        start = self.until - self.days * 86_400 + STEP_S
        found = self.server.over(query, start=start, end=self.until, step_s=STEP_S)
        return {series.labels["circuit"]: series.values for series in found if "circuit" in series.labels}


def measured(want: Device, have: Snapshot, history: History) -> Snapshot:
    """Return *have* with the loads of the device's circuits, or with why these cannot be had."""
    links = {link.circuit: link for link in want.interfaces if link.circuit and link.rate_mbps}
    platform = one(Platform, want.platform)
    if not links or not platform.whole:
        return have
    try:
        sent, received = (history.of(counter, tuple(sorted(links))) for counter in (SENT, RECEIVED))
    except NoAnswer as reason:
        return _unknown(have, str(reason))
    ports = platform.ports(want)
    loads = tuple(_load(link, ports, sent, received) for link in links.values())
    told = [load for load in loads if load.sent_bps and load.received_bps]
    if not told:
        silent = ", ".join(sorted(links))
        return _unknown(have, f"{history.server.url} has no sample of {silent} in {history.days} days")
    covered_s = STEP_S * min(len(each) for load in told for each in (load.sent_bps, load.received_bps))
    return replace(
        have,
        facts={**have.facts, LinkLoads: LinkLoads(tuple(told), float(covered_s))},
        sources={**have.sources, LinkLoads: history.server.url},
    )


def _unknown(have: Snapshot, why: str) -> Snapshot:
    """Return *have* without loads, what the device itself told of them included: Prometheus was asked."""
    return replace(
        have,
        facts={kind: fact for kind, fact in have.facts.items() if kind is not LinkLoads},
        missing={**have.missing, LinkLoads: why},
    )


Rates = Mapping[str, tuple[float, ...]]


def _load(link: Interface, ports: Mapping[str, str], sent: Rates, received: Rates) -> LinkLoad:
    circuit = link.circuit or ""
    inner = sent.get(circuit, ()), received.get(circuit, ())
    own = inner[::-1] if link.kind is InterfaceKind.UPLINK else inner
    return LinkLoad(ports.get(link.name, link.name), *own)
