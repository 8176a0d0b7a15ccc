"""MikroTik RouterOS 7: the management plane is rendered and owned, all of it is read."""

from __future__ import annotations

import re

from kgnet.model.facts import BgpPeers, InterfaceStates
from kgnet.model.managed import InterfaceErrors, LldpNeighbors, TimeSources
from kgnet.platforms._releases import running
from kgnet.platforms.mikrotik_routeros import commands, read, state, text
from kgnet.ports import Part, Platform, Reader

PLATFORM = Platform(
    name="mikrotik_routeros",
    driver="netmiko",
    dialect="mikrotik_routeros",
    transaction="routeros",
    parts=(
        Part(
            name="mikrotik_routeros",
            template="mikrotik_routeros/device.j2",
            show=("/export show-sensitive; /user print terse",),
            read=read.READING,
            canonical=text.canonical,
            prepare=commands.prepare,
            ordered=commands.ordered,
            permanent=lambda path: len(path) == 1,
            owns=commands.owns,
            commands=commands.commands,
            spelled=commands.spelled,
            released=re.compile(r"^# [^\n]*\bby RouterOS (?P<version>\d\S*)$", re.MULTILINE),
            ending=r"\n\s*\d+ [^\n]*\bname=[^\n]*",  # an account: there is always one
        ),
    ),
    state={
        ("/system resource print; /system routerboard print",): running(state.hardware),
        ("/interface print terse",): Reader(InterfaceStates, state.interface_states),
        ("/interface print stats terse",): Reader(InterfaceErrors, state.interface_errors),
        ("/routing bgp session print terse",): Reader(BgpPeers, state.bgp_peers),
        ("/system ntp client print",): Reader(TimeSources, state.time_sources),
        ("/ip neighbor print terse",): Reader(LldpNeighbors, state.lldp_neighbors),
    },
    secrets=commands.SECRETS,
    within=commands.WITHIN,
    blind=commands.BLIND,
    refusals=(
        re.compile(
            r"^(?:bad command name|syntax error|expected|no such item|failure:|input does not match)", re.M
        ),
        re.compile(
            r"^(?:invalid value|value of \S+|ambiguous value|missing value|unknown parameter|bad parameter)",
            re.M,
        ),
        re.compile(r"^(?:not enough permissions|no permission|interrupted|unable to)", re.M),
    ),
    snmp_digest="SHA-1",
    whole=False,
    kinds=("mikrotik", "routeros"),
    signs=re.compile(r"^/(?:system|interface|ip|user|snmp|routing)(?: |$)|^# .* by RouterOS", re.MULTILINE),
)
