"""What the DNS servers serve: every record of the fleet, zone by zone, for the role dns_server."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

from kgnet.model.fleet import Device, Fleet, Record
from kgnet.model.province import Province, Role
from kgnet.ports import Pass


def run(province: Province, fleet: Fleet) -> Fleet:
    """Hand all zones to every DNS server; each is given the whole, none asks another."""
    servers = tuple(fleet.with_role(Role.DNS))
    if not servers:
        return fleet
    common = {
        "dns_server_primary": f"{servers[0].name}.{fleet.domain}.",
        "dns_server_mailbox": province.settings.management.contact,
        "dns_server_zones": zones(fleet),
    }
    return fleet.with_devices({each.name: _with(each, common) for each in servers})


def zones(fleet: Fleet) -> list[dict[str, Any]]:
    """Return `{name, records}` a zone, without the final dot; a record is `{name, type, data, ttl_s}`."""
    by_zone: dict[str, list[Record]] = defaultdict(list)
    for record in sorted(fleet.records):
        by_zone[record.zone].append(record)
    return [
        {"name": zone, "records": [_plain(record) for record in records]} for zone, records in by_zone.items()
    ]


def _plain(record: Record) -> dict[str, Any]:
    return {"name": record.name, "type": record.type, "data": record.data, "ttl_s": record.ttl_s}


def _with(device: Device, variables: dict[str, Any]) -> Device:
    own = {"dns_server_addresses": [str(each) for each in _listen(device)], **variables}
    return replace(device, vars={**device.vars, **own})


def _listen(device: Device) -> list[object]:
    lans = (interface for interface in device.interfaces if interface.segment and interface.zone)
    return [address.ip for interface in lans for address in interface.addresses]


PASS = Pass("zonefiles", run, after=("names", "mail", "conference"))
