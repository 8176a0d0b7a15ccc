"""text → the system that printed it, where kgnet does not read it: its name says more than any error.

Some look so much like one of ours that their lines would be taken for its.
"""

from __future__ import annotations

import re

# System → its signs, each with words that are in it: few texts have them, and what has not is not searched.
LOOKS: dict[str, dict[str, str]] = {
    "Junos's `| display set`: take `show configuration` without it": {
        "set version ": r"^set version \d",
        "set system host-name ": r"^set system host-name ",
        "set interfaces ": r"^set interfaces \S+ unit ",
        "set groups ": r"^set groups \S+ system ",
    },
    "Cisco IOS XR": {
        "!! IOS XR Configuration": r"^!! IOS XR Configuration",
        "!! Building configuration": r"^!! Building configuration",
        " ipv4 address ": r"^ ipv4 address \d",
        "taskgroup ": r"^taskgroup \S+$",
    },
    "Cisco NX-OS": {
        "!Command: show running-config": r"^!Command: show running-config",
        "Bios:version": r"^version \S+ +Bios:version",
        "vdc ": r"^vdc \S+ id \d",
        "feature ": r"^feature (?:nxapi|vpc|interface-vlan|lacp|telnet|bgp|ospf|ssh|fex|privilege|dhcp|"
        r"nv overlay)$",
        "vrf member ": r"^ *vrf member \S",
    },
    "Cisco ASA": {
        "ASA Version ": r"^ASA Version ",
        ": Saved": r"^: Saved$",
        " up ": r"^ASA\S* up ",
        "nameif ": r"^ *nameif \S+$",
    },
    "Cisco AireOS": {
        "(Cisco Controller)": r"^\(Cisco Controller\)",
        "System Inventory": r"^System Inventory$",
    },
    "H3C Comware": {
        "version ": r"^ ?version \d+\.\d+\.\d+, (?:Release|ESS|Feature|Alpha|Beta|Demo|Test)",
        "mdc Admin id ": r"^ *mdc Admin id ",
    },
    "VyOS": {
        "vyos-config-version": r"^// vyos-config-version",
        "vyatta-config-version": r"vyatta-config-version",
        "    ethernet eth": r"^ {4}ethernet eth\d+ \{",
    },
    "Palo Alto PAN-OS": {
        "set deviceconfig ": r"^set deviceconfig ",
        "<config version=": r"^<config version=",
        "deviceconfig {": r"^deviceconfig \{",
    },
    "HPE ProCurve": {
        " Configuration Editor": r"^; \S+ Configuration Editor",
        "; Ver #": r"^; Ver #",
    },
    "Aruba AOS-CX": {"!Version ArubaOS-CX": r"^!Version ArubaOS-CX"},
    "Nokia SR OS": {
        "# TiMOS-": r"^# TiMOS-",
        "exit all": r"^exit all$",
        " TiMOS": r"^ *# Generated .* TiMOS",
    },
    "ExtremeXOS": {"# Module ": r"^# Module \w+ configuration\."},
    "Dell OS10": {
        "! Version 10.": r"^! Version 10\.\d\S*$",
        "interface breakout ": r"^interface breakout \d",
    },
    "JunOS Space XML": {"<rpc-reply ": r"^<rpc-reply ", "<configuration": r"^<configuration[ >]"},
    "Juniper ScreenOS": {
        "set zone ": r"^set zone \"",
        "set admin ": r"^set admin \"",
        "set interface ": r"^set interface \"",
        "set vrouter ": r"^set vrouter \"",
    },
}
LOOKING = {
    name: {words: re.compile(sign, re.MULTILINE) for words, sign in signs.items()}
    for name, signs in LOOKS.items()
}


def stranger(text: str) -> str:
    """Return the name of such a system; empty: it is none that is known."""
    return next((name for name, signs in LOOKING.items() if _shows(text, signs)), "")


def _shows(text: str, signs: dict[str, re.Pattern[str]]) -> bool:
    return any(words in text and sign.search(text) for words, sign in signs.items())
