"""What RouterOS knows of itself: its menus, their properties with their defaults, and how it exports them.

From MikroTik's manual (RouterOS 7), each menu's table of properties; the management plane, addresses, BGP.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

PLAIN = re.compile(r"[A-Za-z0-9_.:,/@*!+-]+")
WIDTH = 80
Values = dict[str, str]


@dataclass(slots=True)
class Item:
    """An entry of a menu: what was set; *fixed*: it came with the device, this is how it is selected."""

    values: Values = field(default_factory=dict)
    fixed: str = ""

    def get(self, menu: Menu, name: str) -> str:
        return self.values.get(name, menu.defaults.get(name, ""))


@dataclass(slots=True)
class Menu:
    """A menu: *single* has settings only; *free* takes any property."""

    name: str
    defaults: Values
    single: bool = False
    unique: str = ""  # property that no two entries share
    needs: tuple[str, ...] = ()
    free: bool = False
    items: list[Item] = field(default_factory=list)

    def knows(self, name: str) -> bool:
        return self.free or name in self.defaults


def quoted(value: str) -> str:
    if PLAIN.fullmatch(value):
        return value
    special = {"\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\", "$": "\\$"}
    return '"' + "".join(special.get(letter, letter) for letter in value) + '"'


def _all() -> list[Menu]:
    """Return the menus in the order of an export."""
    return [
        Menu("/interface ethernet", {"name": "", "comment": "", "disabled": "no", "mtu": "1500"}),
        Menu("/interface wireguard", {}, unique="name", free=True),
        Menu("/interface wireguard peers", {}, free=True),
        Menu("/system logging action", {"name": "", "target": "memory", "remote": "", "comment": "",
            "remote-port": "514", "src-address": ""},
             unique="name", needs=("name", "target")),
        Menu("/snmp community", _community(), unique="name", needs=("name",)),
        Menu("/routing bgp connection", {}, unique="name", free=True),
        Menu("/ip neighbor discovery-settings", {"discover-interface-list": "!dynamic",
            "protocol": "cdp,lldp,mndp"}, single=True),
        Menu("/ip address", {"address": "", "interface": "", "network": "", "comment": "",
            "disabled": "no"}, needs=("address", "interface")),
        Menu("/ip firewall filter", {}, needs=("chain",), free=True),
        Menu("/ip route", {"dst-address": "0.0.0.0/0", "gateway": "", "comment": "", "distance": "1",
            "disabled": "no"}),
        Menu("/ip service", {"name": "", "address": "", "disabled": "no", "port": ""}),
        Menu("/ip ssh", {"strong-crypto": "no", "forwarding-enabled": "no", "host-key-size": "2048",
            "always-allow-password-login": "no"}, single=True),
        Menu("/radius", {"address": "", "secret": "", "service": "", "comment": "", "timeout": "300ms",
            "disabled": "no", "protocol": "udp"},
             needs=("address",)),
        Menu("/snmp", {"contact": "", "enabled": "no", "location": "", "trap-version": "1"}, single=True),
        Menu("/system clock", {"time-zone-name": "manual"}, single=True),
        Menu("/system identity", {"name": "MikroTik"}, single=True),
        Menu("/system logging", {"action": "memory", "topics": "info", "prefix": "", "disabled": "no"},
            needs=("topics",)),
        Menu("/system note", {"note": "", "show-at-login": "yes"}, single=True),
        Menu("/system ntp client", {"enabled": "no", "servers": "", "mode": "unicast", "vrf": "main"},
            single=True),
        Menu("/system ntp client servers", {"address": "", "auth-key": "none", "iburst": "yes",
            "disabled": "no"}, unique="address", needs=("address",)),
        Menu("/system scheduler", {"name": "", "on-event": "", "interval": "0s", "start-time": "",
            "start-date": "", "comment": "",
                                   "disabled": "no", "policy": ""}, unique="name"),
        Menu("/user aaa", {"use-radius": "no", "accounting": "yes", "default-group": "read",
            "interim-update": "0s"}, single=True),
        Menu("/user", {"name": "", "group": "", "password": "", "comment": "", "address": "",
            "disabled": "no",
                       "inactivity-policy": "none", "inactivity-timeout": "10m"}, unique="name",
                           needs=("name", "group")),
    ]  # fmt: skip


def fresh() -> dict[str, Menu]:
    """Return the menus of a device as it was delivered, in the order of an export."""
    menus = _all()
    found = {menu.name: menu for menu in menus}
    for menu in menus:
        menu.items = [Item()] if menu.single else []
    found["/ip service"].items = [
        Item({"disabled": "yes"} if name == "www-ssl" else {}, name)
        for name in ("telnet", "ftp", "www", "ssh", "www-ssl", "api", "winbox", "api-ssl")
    ]
    found["/snmp community"].items = [Item({"name": "public"}, "[ find default=yes ]")]
    actions = ("memory", "disk", "echo", "remote")
    found["/system logging action"].items = [
        Item({"name": name, "target": name}, str(n)) for n, name in enumerate(actions)
    ]
    topics = ("info", "error", "warning", "critical")
    found["/system logging"].items = [Item({"topics": topic}, str(n)) for n, topic in enumerate(topics)]
    return found


def _community() -> Values:
    return {
        "name": "",
        "addresses": "::/0",
        "security": "none",
        "authentication-protocol": "MD5",
        "authentication-password": "",
        "encryption-protocol": "DES",
        "encryption-password": "",
        "read-access": "yes",
        "write-access": "no",
        "disabled": "no",
    }


DELIVERED = {
    "/interface ethernet": ("name",),
    "/snmp community": ("name",),
    "/system logging action": ("name", "target"),
    "/system logging": ("topics",),
}
SENSITIVE = (
    "password",
    "secret",
    "authentication-password",
    "encryption-password",
    "private-key",
    "tcp-md5-key",
)


def exported(menus: dict[str, Menu], *, sensitive: bool) -> Iterator[str]:
    """Yield the lines of `/export`: what is not as delivered; accounts are never told."""
    for menu in menus.values():
        lines = [line for item in menu.items if (line := _line(menu, item, sensitive=sensitive))]
        if lines and menu.name not in ("/user",):
            yield menu.name
            for line in lines:
                yield from _wrapped(line)


def _line(menu: Menu, item: Item, *, sensitive: bool) -> str:
    kept = DELIVERED.get(menu.name, ()) if item.fixed else ()
    told = [
        f"{name}={quoted(value)}"
        for name, value in sorted(item.values.items())
        if value != menu.defaults.get(name)
        and name not in kept
        and (sensitive or name not in SENSITIVE)
        and not (item.fixed == "www-ssl" and (name, value) == ("disabled", "yes"))
    ]
    if menu.single or item.fixed:
        return " ".join(("set", *filter(None, (item.fixed,)), *told)) if told else ""
    return " ".join(("add", *told))


def _wrapped(line: str) -> Iterator[str]:
    """Break a long line before the setting that does not fit any more."""
    here = ""
    for word in re.findall(r'(?:"(?:[^"\\]|\\.)*"|\[[^\]]*\]|[^\s"\[])+', line):
        if here.strip() and len(here) + len(word) + 1 > WIDTH - 2:
            yield f"{here} \\"
            here = f"    {word}"
        else:
            here = f"{here} {word}" if here else word
    yield here
