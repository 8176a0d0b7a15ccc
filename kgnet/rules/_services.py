"""Services that are on, as findings."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Evidence, Told, of
from kgnet.model.services import Provisioning, Service, Services
from kgnet.rules._places import at


def on(have: Snapshot, what: Told, *names: str) -> Iterator[Evidence]:
    """Yield the services *names*, each as the device tells of it, with *what* is wrong with it."""
    return (told(have, Services, service, what) for service in have.get(Services).named(*names))


def told(have: Snapshot, fact: type[Services] | type[Provisioning], service: Service, what: Told) -> Evidence:
    return at(have, fact, service.line, of(f"{service.told}: ", what))


def asked_for(want: Device, service: Service) -> bool:
    """Return whether a flow of the intent leads to where the service listens: then it is for others."""
    if want.firewall is None or service.socket is None:
        return False
    protocol, port = service.socket
    flows = (flow for flow in want.firewall.inputs if flow.protocol == protocol)
    return any(low <= port <= high for flow in flows for low, high in flow.ports)
