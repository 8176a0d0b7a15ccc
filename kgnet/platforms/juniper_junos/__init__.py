"""Juniper's Junos: border firewalls with zones, and routers of offices; spoken to over NETCONF by NAPALM."""

from __future__ import annotations

import re

from kgnet.model.blurted import EVERYWHERE
from kgnet.platforms._snmp import WELL_KNOWN
from kgnet.platforms.juniper_junos import commands, ports, read, text, want
from kgnet.platforms.juniper_junos.owned import opaque, owns, permanent
from kgnet.platforms.juniper_junos.state import STATE
from kgnet.ports import Part, Path, Platform

INDENT = "    "
SECRETS = (
    re.compile(r'\bencrypted-password "?\$[156]\$(?!<secret)([^\s";]+)'),  # how it is kept is no secret
    re.compile(
        r"\b(?:encrypted-password|authentication-key|privacy-key|authentication-password|privacy-password"
        r"|plain-text-password-value|secret|md5 \d+ key|key|simple-password|ascii-text|hexadecimal|password"
        r'|chap-secret|pap-password|bind-password|passphrase|value) "(?!\$[156]\$<secret)([^"\n]+)"'
    ),
    re.compile(
        r"(?<!<)\b(?:encrypted-password|authentication-key|privacy-key|authentication-password|privacy-password"
        r"|secret|simple-password|ascii-text|hexadecimal|password|chap-secret|pap-password|passphrase)"
        r' (?!")([^\s;{\]]+);'
    ),
    re.compile(
        r"^[ \t]*(?:set snmp |inactive: )?community "
        + WELL_KNOWN
        + r"\"?(?!(?:members|add|set|delete) [^{\s])([^\s\";{]+)\"?(?=[ ;]|$)(?! members)",
        re.MULTILINE,
    ),
    re.compile(
        r"^set .*(?<![<\w-])(?:authentication-key|ascii-text|hexadecimal|secret|simple-password|password"
        r"|value|cak|key) (?!\d+ |\$[156]\$<secret|[\"<\]])([^\s;]+)$",
        re.MULTILINE,
    ),
    re.compile(rf"\b(?:trap-group|snmp-community) {WELL_KNOWN}\"?(?!<secret)([^\s\";{{]+)"),
    re.compile(r'(\$[15689]\$(?!<secret)[^\s";]+)'),
    *EVERYWHERE,
)
REFUSALS = (
    re.compile(r"^[ \t]*(?:error|syntax error|unknown command|invalid (?:value|command))\b", re.MULTILINE),
    re.compile(r"^[ \t]*(?:missing argument|command is not|permission denied|could not)", re.MULTILINE),
)
# Behind the release comes the number of its build: `22.4R3-S2.11`.
RELEASED = r"^version (?P<version>\d{1,3}\.\d{1,3}(?:[A-Z]\d{1,3})?(?:-[A-Z]\d{1,3}){0,3})[^\s;]{0,40};$"


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
            read=read.read,
            canonical=text.canonical,
            prepare=want.prepare,
            closers=("}",),
            close=_close,
            indent=INDENT,
            ending=r"[};]",
            released=re.compile(RELEASED, re.MULTILINE),
            ordered=commands.ordered,
            opaque=opaque,
            owns=owns,
            permanent=permanent,
            commands=commands.commands,
        ),
    ),
    state=STATE,
    secrets=SECRETS,
    refusals=REFUSALS,
    ports=ports.ports,
    kinds=("juniper", "juniper-srx", "junos"),
    signs=re.compile(
        r"^(?:(?:system|interfaces|routing-options|security|protocols|groups) \{|version \d\S*;|## Last )",
        re.MULTILINE,
    ),
)
