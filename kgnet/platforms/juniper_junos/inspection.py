"""Junos's configuration → shared gateways, intrusion prevention, wireless networks."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.hosting import Inspection, WirelessNetwork, WirelessNetworks
from kgnet.model.redundancy import FirstHop, FirstHops
from kgnet.platforms.juniper_junos.text import Statement, members

Inspected = FirstHops | Inspection | WirelessNetworks
NOWHERE = Statement("", 0)
GROUPS = {"vrrp-group": "virtual-address", "vrrp-inet6-group": "virtual-inet6-address"}


def inspected(root: Statement) -> Iterator[Inspected]:
    yield FirstHops(tuple(_hops(root)))
    yield _inspection(root)
    yield WirelessNetworks(tuple(_networks(root)))


def _hops(root: Statement) -> Iterator[FirstHop]:
    for port in root.one("interfaces") or ():
        for unit in port.every("unit"):
            for family in ("family inet", "family inet6"):
                for address in (unit.one(family) or NOWHERE).every("address"):
                    yield from _groups(f"{port.words}.{unit.rest}", address)


def _groups(port: str, address: Statement) -> Iterator[FirstHop]:
    for kind, word in GROUPS.items():
        for group in address.every(kind):
            virtual = members(group.value(word) or "")
            if virtual:
                yield FirstHop(port, "vrrp", virtual, group.line)


def _inspection(root: Statement) -> Inspection:
    """An active policy does nothing until a rule of the firewall hands it what it permits."""
    idp = root.one("security", "idp") or NOWHERE
    active = idp.value("active-policy")
    used = [each for policy in _policies(root) for each in _services(policy)]
    asked = [each for each in used if each.first in ("idp", "idp-policy")]
    engines = ("idp",) if asked and (active or any(each.first == "idp-policy" for each in asked)) else ()
    return Inspection(engines, bool(engines), idp.line or (asked[0].line if asked else 0))


def _policies(root: Statement) -> Iterator[Statement]:
    for holder in root.one("security", "policies") or ():
        yield from holder.every("policy")


def _services(policy: Statement) -> Iterator[Statement]:
    permit = (policy.one("then") or NOWHERE).one("permit") or NOWHERE
    yield from permit.one("application-services") or ()


def _networks(root: Statement) -> Iterator[WirelessNetwork]:
    for point in root.every("wlan", "access-point"):
        for radio in point.every("radio"):
            for virtual in radio.every("virtual-access-point"):
                ssid = virtual.value("ssid") or virtual.rest
                yield WirelessNetwork(ssid, virtual.value("vlan"), _security(virtual), virtual.line)


def _security(virtual: Statement) -> str:
    held = virtual.one("security") or NOWHERE
    for kind in ("enterprise", "personal"):
        found = held.one(f"wpa-{kind}")
        if found:
            version = (found.value("wpa-version") or "v2").removeprefix("v")
            return f"wpa{'2' if version == 'both' else version}-{kind}"
    return "open"
