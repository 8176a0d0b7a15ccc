"""Juniper's Junos: border firewalls with zones, and routers of offices; spoken to over NETCONF by NAPALM."""

from __future__ import annotations

import re

from kgnet.platforms import _junos_commands, _junos_ports, _junos_text, _junos_want
from kgnet.platforms._junos_owned import owns
from kgnet.platforms._junos_read import read
from kgnet.platforms._junos_state import STATE
from kgnet.ports import Part, Path, Platform

INDENT = "    "
SECRETS = (
    re.compile(
        r"\b(?:encrypted-password|authentication-key|privacy-key|authentication-password|privacy-password"
        r"|plain-text-password-value|secret|md5 \d+ key|key|simple-password|ascii-text|hexadecimal|password"
        r'|chap-secret|pap-password|bind-password|passphrase|value) "([^"\n]+)"'
    ),
    re.compile(
        r"(?<!<)\b(?:encrypted-password|authentication-key|privacy-key|authentication-password|privacy-password"
        r"|secret|simple-password|ascii-text|hexadecimal|password|chap-secret|pap-password|passphrase)"
        r' (?!")([^\s;{\]]+);'
    ),
    re.compile(
        r"^\s*(?:set snmp |inactive: )?community \"?(?!members )([^\s\";{]+)\"?(?=[ ;]|$)(?! members)",
        re.MULTILINE,
    ),
    re.compile(r'(\$[15689]\$[^\s";]+)'),
)
REFUSALS = (
    re.compile(r"^\s*(?:error|syntax error|unknown command|invalid (?:value|command))\b", re.MULTILINE),
    re.compile(r"^\s*(?:missing argument|command is not|permission denied|could not)", re.MULTILINE),
)


def _close(path: Path) -> str:
    return "}" if path[-1].endswith("{") else ""


PLATFORM = Platform(
    name="juniper_junos",
    driver="napalm",
    dialect="junos",
    transaction="napalm",
    parts=(
        Part(
            name="juniper_junos",
            template="juniper_junos/device.j2",
            show=("show configuration",),
            read=read,
            canonical=_junos_text.canonical,
            prepare=_junos_want.prepare,
            closers=("}",),
            close=_close,
            indent=INDENT,
            ending=r"[};]",
            ordered=_junos_commands.ordered,
            owns=owns,
            commands=_junos_commands.commands,
        ),
    ),
    state=STATE,
    secrets=SECRETS,
    refusals=REFUSALS,
    ports=_junos_ports.ports,
)
