"""What FortiOS knows of itself: its tables, their settings with their defaults, and what it keeps secret.

From Fortinet's CLI reference (FortiOS 7.4); management, interfaces, BGP. A default is not printed by `show`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random


@dataclass(frozen=True, slots=True)
class Table:
    """One `config`: *entries* has `edit`; settings with their defaults; what an entry cannot do without."""

    defaults: Mapping[str, str]
    entries: bool = False
    needs: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()  # nested `config`
    free: bool = False  # takes any setting


def table(*settings: str, entries: bool = False, needs: tuple[str, ...] = (), inside: tuple[str, ...] = (),
          free: bool = False, **defaults: str) -> Table:  # fmt: skip
    told = {
        **dict.fromkeys(settings, ""),
        **{name.replace("_", "-"): value for name, value in defaults.items()},
    }
    return Table(told, entries, needs, inside, free)


TABLES: Mapping[str, Table] = {
    "config system global": table(
        "hostname", "alias", "timezone", admin_telnet="enable", admintimeout="5", admin_ssh_v1="disable",
        pre_login_banner="disable", post_login_banner="disable", strong_crypto="enable",
            lldp_reception="disable",
        lldp_transmission="disable", cfg_save="automatic", cfg_revert_timeout="600",
            admin_https_redirect="enable",
        admin_lockout_threshold="3", admin_lockout_duration="60",
    ),
    "config system console": table(output="more"),
    "config system interface": table(
        "vdom", "ip", "allowaccess", "type", "description", "alias", "role", entries=True,
        status="up", mtu_override="disable", snmp_index="0", vrf="0",
    ),
    "config system admin": table(
        "accprofile", "vdom", "password", "remote-group", "comments", *(f"trusthost{n}" for n in range(1,
            11)),
        entries=True, needs=("accprofile",), remote_auth="disable", wildcard="disable",
    ),
    "config system ntp": table(ntpsync="disable", type="fortiguard", syncinterval="60",
        inside=("config ntpserver",)),
    "config ntpserver": table("server", entries=True, needs=("server",), authentication="disable"),
    **{
        f"config log syslogd{number} setting": table("server", "source-ip", status="disable", mode="udp",
            port="514")
        for number in ("", "2", "3", "4")
    },
    "config log syslogd filter": table(severity="information"),
    "config system snmp sysinfo": table("contact-info", "description", "location", status="disable"),
    "config system snmp user": table(
        "auth-pwd", "priv-pwd", entries=True, status="enable", security_level="no-auth-no-priv",
            auth_proto="sha",
        priv_proto="aes", queries="enable",
    ),
    "config system snmp community": table("name", "hosts", entries=True, status="enable"),
    "config user tacacs+": table("server", "key", entries=True, needs=("server",),
        authorization="disable", authen_type="auto"),
    "config user group": table("member", entries=True),
    "config firewall address": table("comment", entries=True, type="ipmask", subnet="0.0.0.0 0.0.0.0"),
    "config firewall policy": table(entries=True, free=True),
    'config system replacemsg admin "pre_admin-disclaimer-text"': table("buffer", header="http",
        format="html"),
    "config router static": table("gateway", "device", entries=True, dst="0.0.0.0 0.0.0.0"),
    "config router bgp": table("as", "router-id", inside=("config neighbor", "config network"),
                               ebgp_requires_policy="disable"),
    "config neighbor": table("remote-as", "password", "description", "route-map-in", "route-map-out",
        "maximum-prefix",
                             entries=True, bfd="disable", shutdown="disable"),
    "config network": table("prefix", entries=True),
}  # fmt: skip
SECRETS = ("password", "key", "auth-pwd", "priv-pwd", "passwd", "psksecret")
WORDS = {"status": ("enable", "disable", "up", "down"), "admin-telnet": ("enable", "disable"),
         "cfg-save": ("automatic", "manual", "revert")}  # fmt: skip


@dataclass(slots=True)
class Block:
    """What was set in a `config` or an entry, and the blocks within."""

    values: dict[str, str] = field(default_factory=dict)  # as printed: within quotation marks where they are
    inside: dict[str, Block] = field(default_factory=dict)

    def at(self, line: str) -> Block:
        return self.inside.setdefault(line, Block())

    def copy(self) -> Block:
        return Block(dict(self.values), {line: block.copy() for line, block in self.inside.items()})

    def plain(self, name: str, otherwise: str = "") -> str:
        """Return a value without its quotation marks."""
        return self.values.get(name, otherwise).strip('"')


# ── what is stored of a secret ──────────────────────────────────────────────


def stored(name: str, value: str, random: Random) -> str:
    """Return what is kept of the setting *name*: a secret only as `ENC`."""
    if name not in SECRETS or value.startswith("ENC "):
        return value
    salt = random.randbytes(12)
    return f"ENC {_hashed(value, salt) if name == 'password' else _mixed(value, salt)}"


def _hashed(value: str, salt: bytes) -> str:
    digest = hashlib.sha256(salt + value.strip('"').encode()).digest()
    return "SH2" + base64.b64encode(salt + digest).decode()


def _mixed(value: str, salt: bytes) -> str:
    text = value.strip('"').encode()
    stream = hashlib.shake_256(salt).digest(len(text))
    return base64.b64encode(salt + bytes(a ^ b for a, b in zip(text, stream, strict=True))).decode()


def verifies(kept: str, value: str) -> bool:
    """Whether *value* is the password that is kept as `ENC SH2…`."""
    if not kept.startswith("ENC SH2"):
        return kept.strip('"') == value and bool(kept)
    salt = base64.b64decode(kept.removeprefix("ENC SH2"))[:12]
    return kept == f"ENC {_hashed(value, salt)}"
