"""text → the system that printed it, where kgnet does not read it: its name says more than any error.

Some look so much like one of ours that their lines would be taken for its.
"""

from __future__ import annotations

import re

from kgnet.collect.signs import Signs

# System → how a line begins that is a sign of it.
LOOKS: dict[str, tuple[str, ...]] = {
    "Junos's `| display set`: take `show configuration` without it": (
        r"^set version \d",
        r"^set system host-name ",
        r"^set interfaces \S+ unit ",
        r"^set groups \S+ system ",
    ),
    "Cisco IOS XR": (
        r"^!! IOS XR Configuration",
        r"^!! Building configuration",
        r"^ ipv4 address \d",
        r"^taskgroup \S+$",
    ),
    "Cisco NX-OS": (
        r"^!Command: show running-config",
        r"^version \S+ +Bios:version",
        r"^vdc \S+ id \d",
        r"^feature (?:nxapi|vpc|interface-vlan|lacp|telnet|bgp|ospf|ssh|fex|privilege|dhcp|"
        r"nv overlay)$",
        r"^ *vrf member \S",
    ),
    "Cisco ASA": (
        r"^ASA Version ",
        r"^: Saved$",
        r"^ASA\S* up ",
        r"^ *nameif \S+$",
    ),
    "Cisco AireOS": (
        r"^\(Cisco Controller\)",
        r"^System Inventory$",
    ),
    "H3C Comware": (
        r"^ ?version \d+\.\d+\.\d+, (?:Release|ESS|Feature|Alpha|Beta|Demo|Test)",
        r"^ *mdc Admin id ",
    ),
    "VyOS": (
        r"^// vyos-config-version",
        r"^.*vyatta-config-version",
        r"^ {4}ethernet eth\d+ \{",
    ),
    "Palo Alto PAN-OS": (
        r"^set deviceconfig ",
        r"^<config version=",
        r"^deviceconfig \{",
    ),
    "HPE ProCurve": (
        r"^; \S+ Configuration Editor",
        r"^; Ver #",
    ),
    "Aruba AOS-CX": (r"^!Version ArubaOS-CX",),
    "Nokia SR OS": (
        r"^# TiMOS-",
        r"^exit all$",
        r"^ *# Generated .* TiMOS",
    ),
    "ExtremeXOS": (r"^# Module \w+ configuration\.",),
    "Dell OS10": (
        r"^! Version 10\.\d\S*$",
        r"^interface breakout \d",
    ),
    "JunOS Space XML": (r"^<rpc-reply ", r"^<configuration[ >]"),
    "Juniper ScreenOS": (
        r"^set zone \"",
        r"^set admin \"",
        r"^set interface \"",
        r"^set vrouter \"",
    ),
}
SIGNS = Signs({name: re.compile("|".join(signs), re.MULTILINE) for name, signs in LOOKS.items()})


def stranger(text: str) -> str:
    """Return the name of such a system; empty: it is none that is known."""
    shown = SIGNS.of(text)
    return next((name for name in LOOKS if name in shown), "")
