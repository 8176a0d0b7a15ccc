"""What every Linux host is told beside its addresses: time, logs, names, SNMP; variables of two roles."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from kgnet.model.fleet import Device, Fleet
from kgnet.model.groups import LINUX
from kgnet.model.province import ROUTERS, AddressPlan, Province, Role
from kgnet.ports import Pass
from kgnet.wire.usm import engine_id

SNMP_SECRETS = ("snmp/auth", "snmp/priv")


def run(province: Province, fleet: Fleet) -> Fleet:
    """Give the variables of host_baseline and snmp_agent to every device that runs Linux."""
    resolvers = [str(device.address) for device in fleet.with_role(Role.DNS)]
    return fleet.with_devices(
        {
            device.name: _told(device, {**_baseline(province, device, resolvers), **_agent(device)})
            for device in fleet.devices.values()
            if device.platform in LINUX
        }
    )


def _told(device: Device, variables: dict[str, Any]) -> Device:
    secrets = tuple(dict.fromkeys((*device.secrets, *SNMP_SECRETS)))
    return replace(device, vars={**device.vars, **variables}, secrets=secrets)


def _baseline(province: Province, device: Device, resolvers: list[str]) -> dict[str, Any]:
    management = province.settings.management
    router = device.role in ROUTERS
    return {
        "host_baseline_domain": device.domain,
        "host_baseline_resolvers": [] if router else resolvers,
        "host_baseline_router": router,
        "host_baseline_firewall": not router,
        "host_baseline_ntp_servers": list(device.ntp),
        "host_baseline_ntp_clients": _clients(province) if device.name in management.ntp else [],
        "host_baseline_syslog_servers": list(device.syslog),
        "host_baseline_syslog_receive": device.name in management.syslog,
    }


def _clients(province: Province) -> list[str]:
    """Return all networks of the province: those who may ask a time server of ours."""
    plan = province.settings.addresses
    blocks = (getattr(plan, name) for name in AddressPlan.model_fields)
    return [str(block) for block in blocks if isinstance(block, IPv4Network | IPv6Network)]


def _agent(device: Device) -> dict[str, Any]:
    return {
        "snmp_agent_user": device.snmp_user,
        "snmp_agent_engine_id": engine_id(f"{device.name}.{device.domain}").hex(),
        "snmp_agent_contact": device.contact,
        "snmp_agent_location": device.location,
        "snmp_agent_trap_hosts": list(device.traps),
        "snmp_agent_agentx": device.role in ROUTERS,
    }


PASS = Pass("hosts", run, after=("addressing",))
