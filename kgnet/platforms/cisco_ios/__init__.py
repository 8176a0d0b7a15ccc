"""Cisco IOS and IOS XE: routers and access switches."""

from __future__ import annotations

import re

from kgnet.platforms.cisco_ios import grammar, ports, read, secrets, state, text, want
from kgnet.platforms.cisco_ios.grammar import GRAMMAR
from kgnet.ports import Part, Platform

PLATFORM = Platform(
    name="cisco_ios",
    driver="napalm",
    dialect="ios",
    transaction="napalm",
    parts=(
        Part(
            name="cisco_ios",
            template="cisco_ios/device.j2",
            show=("show running-config",),
            read=read.READING,
            canonical=text.canonical,
            prepare=want.prepare,
            closers=GRAMMAR.closers,
            ordered=GRAMMAR.is_ordered,
            opaque=GRAMMAR.is_opaque,
            permanent=GRAMMAR.is_permanent,
            owns=grammar.owns,
            close=GRAMMAR.closer,
            indent=GRAMMAR.indent,
            commands=grammar.commands,
            released=re.compile(r"^version (?P<series>\d\S*)$", re.MULTILINE),
            releases="\nversion ",
            ending=r"\nend",
            # Collectors put their own lines before it.
            opening=r"\s*! Last configuration change|(?:[ \t]*(?:!.*|config-register .*)?\n)*"
            r"(?:Building configuration|Current configuration|version \d+\.\d+[ \t]*\n)",
        ),
    ),
    state=state.STATE,
    secrets=secrets.SECRETS,
    suspects=secrets.SUSPECTS,
    within=secrets.WITHIN,
    refusals=secrets.REFUSALS,
    ports=ports.ports,
    session=("enable", "show privilege", "terminal length 0", "terminal width 511", "show version"),
    kinds=("cisco", "cisco-xe", "ios", "iosxe"),
    signs=re.compile(
        r"^(?:version \d+\.\d+\s*$|service timestamps (?:debug|log) |aaa new-model$|line con 0$"
        r"|boot-start-marker)",
        re.MULTILINE,
    ),
)
