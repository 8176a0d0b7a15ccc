"""What VRP's command line knows, by view: which lines there are, what takes whose place, what opens a view.

From Huawei's command references of AR routers (V200R010 and later); the management plane, interfaces, BGP.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from random import Random

from kgnet.emulate.tree import Node


@dataclass(frozen=True, slots=True)
class Known:
    """A line that a view takes: lines of one *key* take each other's place; *view* is what it opens."""

    pattern: re.Pattern[str]
    key: str = ""  # template; empty: the line itself
    view: str = ""


def known(pattern: str, key: str = "", view: str = "") -> Known:
    return Known(re.compile(pattern), key, view)


PASSWORD = r"(?:irreversible-cipher|cipher|simple) \S+"
VIEWS: dict[str, tuple[Known, ...]] = {
    "system": (
        known(r"sysname (\S{1,246})", "sysname"),
        known(r"info-center loghost source (\S+)", "info-center loghost source"),
        known(r"info-center loghost (\d\S+)(?: facility local\d)?(?: .*)?", r"info-center loghost \1"),
        known(r"info-center (?:enable|source .*|timestamp .*)"),
        known(r"lldp enable"),
        known(r"ntp-service unicast-(?:server|peer) (\S+)(?: .*)?", r"ntp-service unicast-server \1"),
        known(r"ntp-service server disable|ntp-service authentication enable|ntp-service "
              r"source-interface \S+"),
        known(r"acl name (\S+)(?: (?:basic|advance|\d{4}))?", r"acl name \1", "acl"),
        known(r"acl(?: number)? (\d{4})", r"acl number \1", "acl"),
        known(r"(?:stelnet|telnet|ftp|sftp)(?: ipv[46])? server enable|http (?:secure-)?server enable"),
        known(r"ssh user (\S+)", r"ssh user \1"),
        known(r"ssh user (\S+) (authentication-type|service-type) \S+", r"ssh user \1 \2"),
        known(r"ssh server \S+.*"),
        known(r"header (login|shell) information .*", r"header \1 information"),
        known(r"hwtacacs-server template (\S+)", r"hwtacacs-server template \1", "hwtacacs"),
        known(r"aaa", "aaa", "aaa"),
        known(r"snmp-agent"),
        known(r"snmp-agent (?:trap enable|local-engineid \S+)"),
        known(r"snmp-agent sys-info (contact|location|version) .+", r"snmp-agent sys-info \1"),
        known(r"snmp-agent group v3 (\S+) (?:authentication|privacy|noauthentication)(?: .*)?",
              r"snmp-agent group v3 \1"),
        known(r"snmp-agent usm-user v3 (\S+)", r"snmp-agent usm-user v3 \1"),
        known(r"snmp-agent usm-user v3 (\S+) group \S+", r"snmp-agent usm-user v3 \1 group"),
        known(r"snmp-agent usm-user v3 (\S+) authentication-mode (?:md5|sha|sha2-256|sha2-512) cipher \S+",
              r"snmp-agent usm-user v3 \1 authentication-mode"),
        known(r"snmp-agent usm-user v3 (\S+) privacy-mode (?:des56|aes128|aes256) cipher \S+",
              r"snmp-agent usm-user v3 \1 privacy-mode"),
        known(r"snmp-agent community (?:read|write) (?:cipher )?\S+(?: acl \S+)?"),
        known(r"user-interface (con 0|vty \d+ \d+)", r"user-interface \1", "terminal"),
        known(r"interface (\S+)", r"interface \1", "interface"),
        known(r"bgp (\d+)", "bgp", "bgp"),
        known(r"ip route-static .*|ip ip-prefix .*|clock timezone .*|dns .*"),
        known(r"ip vpn-instance (\S+)", r"ip vpn-instance \1", "vpn"),
        known(r"route-policy (\S+) (?:permit|deny) node (\d+)", r"route-policy \1 \2", "policy"),
    ),
    "acl": (
        known(r"description .{1,127}", "description"),
        known(r"step \d+", "step"),
        known(r"rule (\d+) (?:permit|deny)(?: .*)?", r"rule \1"),
        known(r"rule (?:permit|deny)(?: .*)?"),
    ),
    "hwtacacs": (
        known(r"hwtacacs-server (authentication|authorization|accounting) (\d\S+)( secondary)?",
              r"hwtacacs-server \1\3"),
        known(r"hwtacacs-server shared-key (?:cipher|simple) \S+", "shared-key"),
        known(r"hwtacacs-server (?:source-ip|timer) .*"),
    ),
    "aaa": (
        known(r"(authentication|authorization|accounting)-scheme (\S+)", r"\1-scheme \2", "scheme"),
        known(r"domain (\S+)", r"domain \1", "domain"),
        known(rf"local-user (\S+) password {PASSWORD}", r"local-user \1 password"),
        known(r"local-user (\S+) privilege level (?:\d|1[0-5])", r"local-user \1 privilege level"),
        known(r"local-user (\S+) service-type [a-z ]+", r"local-user \1 service-type"),
        known(r"local-user (\S+) (?:state|access-limit|idle-timeout) .*"),
    ),
    "scheme": (
        known(r"authentication-mode (?:hwtacacs|radius|local|none)(?: \S+)*", "mode"),
        known(r"authorization-mode (?:hwtacacs|radius|local|none|if-authenticated)(?: \S+)*", "mode"),
        known(r"accounting-mode (?:hwtacacs|radius|none)", "mode"),
        known(r"accounting start-fail (?:online|offline)", "start-fail"),
    ),
    "domain": (
        known(r"(authentication|authorization|accounting)-scheme \S+", r"\1-scheme"),
        known(r"(hwtacacs|radius)-server \S+", r"\1-server"),
    ),
    "terminal": (
        known(r"acl \S+ (inbound|outbound)", r"acl \1"),
        known(r"authentication-mode (?:aaa|password|none)", "authentication-mode"),
        known(r"idle-timeout \d+(?: \d+)?", "idle-timeout"),
        known(r"protocol inbound (?:ssh|telnet|all)", "protocol inbound"),
        known(r"user privilege level \d+", "user privilege level"),
        known(r"set authentication password cipher \S+", "set authentication password"),
    ),
    "interface": (
        known(r"description .+", "description"),
        known(r"ip address (\S+) \S+", "ip address"),
        known(r"ip binding vpn-instance \S+", "ip binding vpn-instance"),
        known(r"ipv6 enable|ipv6 address \S+|undo portswitch|shutdown|undo shutdown"),
        known(r"dot1q termination vid \d+", "dot1q"),
        known(r"mtu \d+", "mtu"),
        known(r"lldp .*|qos .*|traffic-\S+ .*"),
    ),
    "bgp": (
        known(r"router-id \S+", "router-id"),
        known(r"peer (\S+) (as-number|description|password|bfd|route-policy|route-limit|enable)(?: .*)?"),
        known(r"ipv[46]-family unicast", view="bgp"),
        known(r"network .*|aggregate .*|undo synchronization|maximum load-balancing \d+"),
    ),
    "vpn": (known(r"ipv4-family|ipv6-family|route-distinguisher .*|vpn-target .*|description .*"),),
    "policy": (known(r"if-match .*|apply .*|description .*"),),
}  # fmt: skip


def said(view: str, line: str) -> tuple[Known, str] | None:
    """Return what *line* is in *view*, and the key of what it takes the place of."""
    for each in VIEWS[view]:
        if found := each.pattern.fullmatch(line):
            return each, found.expand(each.key).strip() if each.key else line
    return None


def same(view: str, node: Node, key: str) -> bool:
    """Whether a line has this key."""
    told = said(view, node.text)
    return told is not None and told[1] == key


# ── what is stored of a secret ──────────────────────────────────────────────

HIDING = re.compile(r"(?P<before>.*\b(?:irreversible-cipher|cipher) )(?P<value>\S+)(?P<after>.*)")
STORED = re.compile(r"%\^%#\S+%\^%#|\$1a\$\S+\$")


def stored(line: str, random: Random) -> str:
    """Return *line* as the device keeps it: a secret typed in clear is never shown again."""
    found = HIDING.fullmatch(line)
    if found is None or STORED.fullmatch(found["value"]):
        return line
    salt = base64.b64encode(random.randbytes(9)).decode()
    hides = hashed if "irreversible" in found["before"] else hidden
    return f"{found['before']}{hides(found['value'], salt)}{found['after']}"


def hashed(value: str, salt: str) -> str:
    digest = base64.b64encode(hashlib.sha256((salt + value).encode()).digest()).decode()
    return f"$1a${salt}${digest}$"


def hidden(value: str, salt: str) -> str:
    stream = hashlib.shake_256(salt.encode()).digest(len(value))
    mixed = bytes(a ^ b for a, b in zip(value.encode(), stream, strict=True))
    return f"%^%#{salt}{base64.b64encode(mixed).decode()}%^%#"


def verifies(stored_form: str, value: str) -> bool:
    """Whether *value* is the password that is kept as *stored_form*."""
    if stored_form.startswith("$1a$"):
        return stored_form == hashed(value, stored_form.split("$")[2])
    if stored_form.startswith("%^%#"):
        return stored_form == hidden(value, stored_form[4:16])
    return stored_form == value
