"""The lab as if vendors had made its network, and the province as if it ran on FRR; no inventories."""

from __future__ import annotations

from kgnet import inventory, paths
from kgnet.design import design
from kgnet.model.province import ROUTERS, SWITCHES, Account, DeviceRow, Province, Role

LAB = inventory.load(paths.inventories() / "lab")


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
