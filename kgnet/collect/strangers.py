"""text → the system that printed it, where kgnet does not read it: its name says more than any error.

Some look so much like one of ours that their lines would be taken for its.
"""

from __future__ import annotations

import re

LOOKS = {
    "Junos's `| display set`: take `show configuration` without it": r"^set (?:version \d|system host-name |"
    r"interfaces \S+ unit |groups \S+ system )|^set version \d",
    "Cisco IOS XR": r"^!! IOS XR Configuration|^!! Building configuration|^ ipv4 address \d|^taskgroup \S+$",
    "Cisco NX-OS": r"^!Command: show running-config|^version \S+ +Bios:version|^vdc \S+ id \d|"
    r"^feature (?:nxapi|vpc|interface-vlan|lacp|telnet|bgp|ospf|ssh|fex|privilege|dhcp|nv overlay)$|"
    r"^ *vrf member \S",
    "Cisco ASA": r"^ASA Version |^: Saved$|^ASA\S* up |^ *nameif \S+$",
    "Cisco AireOS": r"^\(Cisco Controller\)|^System Inventory$",
    "H3C Comware": r"^ ?version \d+\.\d+\.\d+, (?:Release|ESS|Feature|Alpha|Beta|Demo|Test)|^ *mdc Admin id ",
    "VyOS": r"^// vyos-config-version|vyatta-config-version|^ {4}ethernet eth\d+ \{",
    "Palo Alto PAN-OS": r"^set deviceconfig |^<config version=|^deviceconfig \{",
    "HPE ProCurve": r"^; \S+ Configuration Editor|^; Ver #",
    "Aruba AOS-CX": r"^!Version ArubaOS-CX",
    "Nokia SR OS": r"^# TiMOS-|^exit all$|^ *# Generated .* TiMOS",
    "ExtremeXOS": r"^# Module \w+ configuration\.",
    "Dell OS10": r"^! Version 10\.\d\S*$|^interface breakout \d",
    "JunOS Space XML": r"^<rpc-reply |^<configuration[ >]",
    "Juniper ScreenOS": r"^set (?:zone|admin|interface|vrouter) \"",
}
LOOKING = {name: re.compile(signs, re.MULTILINE) for name, signs in LOOKS.items()}


def stranger(text: str) -> str:
    """Return the name of such a system; empty: it is none that is known."""
    return next((name for name, signs in LOOKING.items() if signs.search(text)), "")
