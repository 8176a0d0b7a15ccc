"""Fortinet FortiOS 7: the management plane is rendered and owned, all of it is read."""

from __future__ import annotations

import re

from kgnet.model.facts import BgpPeers, InterfaceStates
from kgnet.model.managed import InterfaceErrors, TimeSources, Unsaved
from kgnet.platforms._releases import running
from kgnet.platforms.fortinet_fortios import commands, read, state, text
from kgnet.ports import Part, Platform, Reader

PLATFORM = Platform(
    name="fortinet_fortios",
    driver="netmiko",
    dialect="fortinet",
    transaction="fortios",
    parts=(
        Part(
            name="fortinet_fortios",
            template="fortinet_fortios/device.j2",
            show=("show",),
            read=read.read,
            canonical=text.canonical,
            prepare=commands.prepare,
            closers=text.CLOSERS,
            ordered=commands.ordered,
            opaque=text.opaque,
            owns=commands.owns,
            permanent=commands.permanent,
            close=commands.close,
            indent=text.INDENT,
            commands=commands.commands,
            spelled=commands.spelled,
            ending=r"\nend",
            released=re.compile(r"^#config-version=[^-\n]+-(?P<version>\d+(?:\.\d+)+)[^\n]*$", re.MULTILINE),
            opening=r"#config-version=",
        ),
    ),
    state={
        ("get system status",): running(state.hardware),
        ("get system interface physical",): Reader(InterfaceStates, state.interface_states),
        ("fnsysctl cat /proc/net/dev",): Reader(InterfaceErrors, state.interface_errors),
        ("get router info bgp summary",): Reader(BgpPeers, state.bgp_peers),
        ("diagnose sys ntp status",): Reader(TimeSources, state.time_sources),
        ("get system global | grep cfg-save",): Reader(Unsaved, state.unsaved),
    },
    secrets=commands.SECRETS,
    within=commands.WITHIN,
    blind=commands.BLIND,
    refusals=(
        re.compile(
            r"^(?:Command fail\. Return code|command parse error|Unknown action|node_check_object fail)", re.M
        ),
        re.compile(
            r"^(?:entry not found|value parse error|object set operator error|Permission denied)", re.M
        ),
    ),
    whole=False,
    kinds=("fortigate", "fortigate-full", "fortinet", "fortios"),
    signs=re.compile(r"^(?:config system |#config-version=)", re.MULTILINE),
)
