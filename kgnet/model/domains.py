"""The domains that rules belong to, by the middle of their ids: KG-AAA-01 is of AAA.

Other ids are those of an office's own rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

DOMAINS: Mapping[str, str] = MappingProxyType(
    {
        "collect": "Collection",  # stands for the rule where a device could not be looked at
        "AAA": "Logins and rights",
        "PWD": "Passwords",
        "ACC": "Management access",
        "SNM": "SNMP",
        "SVC": "Services of devices",
        "LOG": "Logs",
        "NTP": "Clocks",
        "CPL": "Control plane",
        "RTG": "Routing",
        "PER": "Perimeter",
        "ZON": "Zones",
        "FW": "Packet filters",
        "L2": "Switching",
        "HA": "Availability",
        "OPS": "Operations",
        "V6": "IPv6",
        "SRV": "Servers",
        "MAIL": "Mail",
        "WEB": "Web and DNS",
        "VC": "Video conference",
        "MON": "Monitoring",
        "WAN": "WAN",
        "LIV": "Running state",
        "DC": "Data center",
        "FAC": "Building",
        "INT": "Drift from the intent",
    }
)


def code_of(rule: str) -> str:
    """Return the code of a rule's domain; empty: it is none of ours."""
    middle = rule.split("-")[1:2] if rule.startswith("KG-") else [rule]
    return middle[0] if middle and middle[0] in DOMAINS else ""
