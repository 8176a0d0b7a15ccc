"""Who may manage a device and who decides on that; the secrets of devices that do not run Linux."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from ipaddress import ip_address

from kgnet.design._lookup import found_from
from kgnet.model.administration import AaaServers, LocalAccount
from kgnet.model.fleet import Address, Device, Fleet
from kgnet.model.groups import LINUX
from kgnet.model.province import Province, Role
from kgnet.ports import Pass

SNMP_SECRETS = ("snmp/auth", "snmp/priv")
ONLY_RADIUS = ("mikrotik_routeros",)  # knows no TACACS+: its logins, too, are decided by RADIUS


def run(province: Province, fleet: Fleet) -> Fleet:
    """Give every device its administration; on Linux hosts roles look after accounts and SNMP."""
    management = province.settings.management
    accounts = tuple(
        LocalAccount(account.name, account.role, f"login/{account.name}") for account in management.accounts
    )
    return fleet.with_devices(
        {
            device.name: _administered(
                replace(
                    device,
                    accounts=accounts,
                    aaa=_asked(province, fleet, device),
                    admins=tuple(management.admins),
                    banner=tuple(management.banner),
                    vrf=management.vrf,
                )
            )
            for device in fleet.devices.values()
        }
    )


def _asked(province: Province, fleet: Fleet, device: Device) -> AaaServers | None:
    management = province.settings.management

    def addresses(names: Sequence[str]) -> tuple[Address, ...]:
        return tuple(ip_address(each) for each in found_from(device, names, fleet.devices))

    asked = AaaServers(tacacs=addresses(management.tacacs), radius=addresses(management.radius))
    return asked if asked.tacacs or asked.radius else None


def _administered(device: Device) -> Device:
    secrets = () if device.platform in LINUX else tuple(_secrets(device))
    return replace(device, secrets=tuple(dict.fromkeys((*device.secrets, *secrets))))


def _secrets(device: Device) -> Iterator[str]:
    yield from (account.secret for account in device.accounts)
    yield from SNMP_SECRETS
    if device.aaa and device.aaa.tacacs:
        yield device.aaa.tacacs_secret
    if device.aaa and device.aaa.radius and (device.role is Role.ACCESS or device.platform in ONLY_RADIUS):
        yield device.aaa.radius_secret


PASS = Pass("administration", run, after=("addressing",))
