"""Video conference: SIP accounts and dial plan of the registrar, and the records by which rooms find it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from kgnet.errors import DesignError
from kgnet.model.fleet import BuiltRoom, Device, Fleet, InterfaceKind, Record
from kgnet.model.province import Province, Role
from kgnet.ports import Pass

# RFC 3263 §4.1, §4.2: service, transport, port; the encrypted one is asked first
TRANSPORTS = (
    ("SIPS+D2T", "_sips._tcp", 5061),
    ("SIP+D2T", "_sip._tcp", 5060),
    ("SIP+D2U", "_sip._udp", 5060),
)


def run(province: Province, fleet: Fleet) -> Fleet:
    """Tell every registrar its rooms; without rooms there is nothing to do."""
    registrars = list(fleet.with_role(Role.REGISTRAR))
    if not fleet.rooms:
        return fleet
    if not registrars:
        raise DesignError(
            "rooms.csv has rooms, but devices.csv no registrar — add a device of role registrar"
        )
    _distinct(fleet)
    changed = {each.name: _registrar(fleet, each) for each in registrars}
    return replace(fleet.with_devices(changed), records=(*fleet.records, *_records(registrars)))


def _distinct(fleet: Fleet) -> None:
    """Two rooms with one extension: a call would reach either; DesignError names both."""
    seen: dict[str, str] = {}
    for name, room in fleet.rooms.items():
        if (other := seen.setdefault(room.row.extension, name)) != name:
            raise DesignError(f"rooms {other} and {name} share the extension {room.row.extension}")


def _registrar(fleet: Fleet, device: Device) -> Device:
    host = f"{device.name}.{device.domain}"
    told: dict[str, Any] = {
        "sip_registrar_hostname": host,
        "sip_registrar_domain": device.domain,
        "sip_registrar_addresses": _addresses(device),
        "sip_registrar_monitors": [each for m in fleet.with_role(Role.MONITOR) for each in _addresses(m)],
        "sip_registrar_rooms": [_account(room) for room in fleet.rooms.values()],
    }
    named = ("tls/ca.crt", f"tls/{host}.crt", f"tls/{host}.key", *(r.secret for r in fleet.rooms.values()))
    secrets = tuple(dict.fromkeys((*device.secrets, *named)))
    return replace(device, vars={**device.vars, **told}, secrets=secrets)


def _account(room: BuiltRoom) -> dict[str, str]:
    return {"id": room.row.id, "name": room.row.name, "extension": room.row.extension, "secret": room.secret}


def _addresses(device: Device) -> list[str]:
    """Return the in-band addresses of a server."""
    return [str(each.ip) for lan in device.of_kind(InterfaceKind.LAN) for each in lan.addresses]


def _records(registrars: list[Device]) -> Iterator[Record]:
    domain = registrars[0].domain
    for order, (service, prefix, port) in enumerate(TRANSPORTS, start=1):
        owner = f"{prefix}.{domain}."
        yield Record(domain, f"{domain}.", "NAPTR", f'{order * 10} 50 "s" "{service}" "" {owner}')
        for priority, device in enumerate(registrars):
            yield Record(domain, owner, "SRV", f"{priority} 1 {port} {device.name}.{domain}.")


PASS = Pass("conference", run, after=("addressing",))
