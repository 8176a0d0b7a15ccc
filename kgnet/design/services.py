"""Hosted systems: what balancers pass on and what the hosts behind them serve, for two roles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from kgnet.model.fleet import Device, Fleet
from kgnet.model.province import Province, Role, Service
from kgnet.ports import Pass

BACKEND_PORT = 8443  # TLS once more behind the balancer; the flow from it to the hosts names the same
HEALTH_PATH = "/health"
WEB = (Role.PORTAL, Role.APPLICATION)


def run(province: Province, fleet: Fleet) -> Fleet:
    """Give the variables of load_balancer and portal, and the names of the certificates."""
    balanced = tuple(_balanced(province, fleet))
    balancers = {each.name: _balancer(each, fleet, balanced) for each in fleet.with_role(Role.BALANCER)}
    hosts = {each.name: _host(each, province) for each in fleet.with_role(*WEB)}
    return fleet.with_devices({**balancers, **hosts})


def _balanced(province: Province, fleet: Fleet) -> Iterator[Service]:
    """Yield the services that are reached through a balancer and have a host of ours to pass on to."""
    for service in province.services.values():
        if service.balanced and any(fleet.devices[name].role in WEB for name in service.hosts):
            yield service


def _balancer(device: Device, fleet: Fleet, services: Iterable[Service]) -> Device:
    told = [_passed_on(service, fleet) for service in services]
    names = [name for service in told for name in service["names"]]
    secrets = [part for name in names for part in _certificate(name)]
    return _with(device, {"load_balancer_services": told}, secrets)


def _passed_on(service: Service, fleet: Fleet) -> dict[str, Any]:
    hosts = (fleet.devices[name] for name in service.hosts if fleet.devices[name].role in WEB)
    return {
        "id": service.id,
        "names": [f"{name}.{fleet.domain}" for name in service.names],
        "port": service.port,
        "health_path": HEALTH_PATH,
        "hosts": [
            {"name": _fqdn(host), "address": str(host.address), "port": BACKEND_PORT} for host in hosts
        ],
    }


def _host(device: Device, province: Province) -> Device:
    services = [each for each in province.services.values() if device.name in each.hosts]
    told = {
        "portal_port": BACKEND_PORT,
        "portal_host": _fqdn(device),
        "portal_health_path": HEALTH_PATH,
        "portal_province": province.settings.name,
        "portal_services": [_page(service, province) for service in services],
    }
    return _with(device, told, list(_certificate(_fqdn(device))))


def _page(service: Service, province: Province) -> dict[str, Any]:
    names = [f"{name}.{province.settings.domain}" for name in service.names]
    return {"id": service.id, "title": service.title, "names": names}


def _fqdn(device: Device) -> str:
    return f"{device.name}.{device.domain}"


def _certificate(name: str) -> tuple[str, ...]:
    return ("tls/ca.crt", f"tls/{name}.crt", f"tls/{name}.key")


def _with(device: Device, told: dict[str, Any], secrets: Iterable[str]) -> Device:
    named = tuple(dict.fromkeys((*device.secrets, *secrets)))
    return replace(device, vars={**device.vars, **told}, secrets=named)


PASS = Pass("services", run, after=("addressing",))
