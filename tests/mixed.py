"""The lab as if vendors had made its network, and the province as if it ran on FRR; no inventories."""

from __future__ import annotations

import shipped

from kgnet.design import design
from kgnet.model.province import ROUTERS, SWITCHES, Account, DeviceRow, Province, Role

LAB = shipped.province("lab")


def row(name: str, site: str, role: Role, platform: str, number: int) -> DeviceRow:
    return DeviceRow(name=name, site=site, role=role, platform=platform, number=number, zone=None)


def mixed(province: Province = LAB) -> Province:
    """Return the lab as if vendors had made its network, with a fabric and an access switch."""
    makers = {Role.HUB: "cisco_ios", Role.BRANCH: "cisco_ios", Role.BORDER: "juniper_junos"}
    devices = {
        name: each.model_copy(update={"platform": makers.get(each.role, each.platform)})
        for name, each in province.devices.items()
    }
    fabric = (
        ("spine1", Role.SPINE, 5),
        ("spine2", Role.SPINE, 6),
        ("leaf1", Role.LEAF, 7),
        ("leaf2", Role.LEAF, 8),
    )
    devices |= {name: row(name, "DC", role, "arista_eos", number) for name, role, number in fabric}
    devices["sw-899"] = row("sw-899", "899", Role.ACCESS, "cisco_ios", 2)
    management = province.settings.management.model_copy(
        update={
            "tacacs": ["mon1", "172.20.0.45"],
            "radius": ["mon1"],
            "accounts": [Account(name="noc", role="admin")],
            "banner": ["Authorised persons only."],
        }
    )
    told = province.settings.model_copy(update={"management": management})
    return province.model_copy(update={"settings": told, "devices": devices})


MAKERS = ("cisco_ios", "arista_eos", "juniper_junos")


def by_turns(province: Province) -> Province:
    """Return *province* with these makers' routers in its offices so that all meet each other on circuits."""
    depths = {site.code: _depth(province, site.code) for site in province.sites.values()}
    offices = [each for each in province.devices.values() if each.role is Role.BRANCH]
    makers = {
        each.name: MAKERS[(place // 3 if depths[each.site] % 2 else place) % 3]
        for place, each in enumerate(sorted(offices, key=lambda row: row.name))
    }
    devices = {
        name: each.model_copy(update={"platform": makers.get(name, each.platform)})
        for name, each in province.devices.items()
    }
    return province.model_copy(update={"devices": devices})


def _depth(province: Province, code: str) -> int:
    parent = province.sites[code].parent
    return 0 if parent is None else 1 + _depth(province, parent)


MIXED = mixed()
FLEET = design(MIXED)


def of_frr(province: Province) -> Province:
    """Return *province* with FRR on every router, and without switches."""
    devices = {
        name: each.model_copy(update={"platform": "frr"}) if each.role in ROUTERS else each
        for name, each in province.devices.items()
        if each.role not in SWITCHES
    }
    return province.model_copy(update={"devices": devices})
