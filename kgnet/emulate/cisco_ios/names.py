"""Names of IOS interfaces: short forms, what is a physical port, and the order in which they are printed."""

from __future__ import annotations

import re

TYPES = (
    "Loopback", "Port-channel", "Tunnel", "FastEthernet", "GigabitEthernet", "TwoGigabitEthernet",
    "FiveGigabitEthernet", "TenGigabitEthernet", "TwentyFiveGigE", "FortyGigabitEthernet",
    "HundredGigE", "AppGigabitEthernet", "Ethernet", "Serial", "Cellular", "Dialer", "BDI", "nve",
    "Virtual-Template", "VirtualPortGroup", "Vlan", "Null",
)  # fmt: skip
LOGICAL = ("Loopback", "Port-channel", "Tunnel", "Dialer", "BDI", "nve", "Virtual-Template",
           "VirtualPortGroup", "Vlan", "Null")  # fmt: skip
SHORT = {
    "Loopback": "Lo", "Port-channel": "Po", "Tunnel": "Tu", "FastEthernet": "Fa", "GigabitEthernet": "Gi",
    "TenGigabitEthernet": "Te", "TwentyFiveGigE": "Twe", "FortyGigabitEthernet": "Fo", "Vlan": "Vl",
    "HundredGigE": "Hu", "Ethernet": "Et", "Serial": "Se",
}  # fmt: skip
ROUTER = (
    "GigabitEthernet0",
    *(f"GigabitEthernet0/0/{n}" for n in range(8)),
    *(f"TenGigabitEthernet0/0/{n}" for n in range(4)),
)
SWITCH = (
    "GigabitEthernet0/0",
    *(f"GigabitEthernet1/0/{n}" for n in range(1, 49)),
    *(f"GigabitEthernet1/1/{n}" for n in range(1, 5)),
    *(f"TenGigabitEthernet1/1/{n}" for n in range(1, 9)),
)


def full(name: str) -> str | None:
    """Return the whole name of an interface, however short it was typed; None: there is no such type."""
    found = re.fullmatch(r"([A-Za-z-]+) ?(\d[\d/.:]*)", name)
    if not found:
        return None
    typed = found[1].lower()
    fits = [kind for kind in TYPES if kind.lower().startswith(typed)]
    exact = [kind for kind in fits if kind.lower() == typed]
    chosen = exact or fits
    return f"{chosen[0]}{found[2]}" if chosen else None


def short(name: str) -> str:
    """Return a name as tables print it: Gi0/0/1."""
    found = re.fullmatch(r"([A-Za-z-]+)(\d.*)", name)
    return f"{SHORT.get(found[1], found[1][:2])}{found[2]}" if found else name


def kind(name: str) -> str:
    return name.rstrip("0123456789/.:")


def physical(name: str) -> bool:
    """Whether it is a port, which cannot be removed: neither a logical interface nor a subinterface."""
    return kind(name) not in LOGICAL and "." not in name


def parent(name: str) -> str:
    """Return the port that a subinterface is on; an interface without a dot is its own."""
    return name.partition(".")[0]


def order(name: str) -> tuple[int, tuple[int, ...]]:
    """Return what interfaces are sorted by in a configuration."""
    place = TYPES.index(kind(name)) if kind(name) in TYPES else len(TYPES)
    return place, tuple(int(number) for number in re.findall(r"\d+", name))
