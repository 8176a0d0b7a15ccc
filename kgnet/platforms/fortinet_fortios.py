"""Fortinet FortiOS 7: the management plane is rendered and owned, all of it is read."""

from __future__ import annotations

import re

from kgnet.model.facts import BgpPeers, InterfaceStates
from kgnet.model.managed import Hardware, InterfaceErrors, TimeSources, Unsaved
from kgnet.platforms import _fortios, _fortios_read, _fortios_state, _fortios_text
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
            read=_fortios_read.read,
            canonical=_fortios_text.canonical,
            prepare=_fortios.prepare,
            closers=_fortios_text.CLOSERS,
            ordered=_fortios.ordered,
            opaque=_fortios_text.opaque,
            owns=_fortios.owns,
            permanent=_fortios.permanent,
            close=_fortios.close,
            indent=_fortios_text.INDENT,
            commands=_fortios.commands,
            ending=r"\nend",
        ),
    ),
    state={
        ("get system status",): Reader(Hardware, _fortios_state.hardware),
        ("get system interface physical",): Reader(InterfaceStates, _fortios_state.interface_states),
        ("fnsysctl cat /proc/net/dev",): Reader(InterfaceErrors, _fortios_state.interface_errors),
        ("get router info bgp summary",): Reader(BgpPeers, _fortios_state.bgp_peers),
        ("diagnose sys ntp status",): Reader(TimeSources, _fortios_state.time_sources),
        ("get system global | grep cfg-save",): Reader(Unsaved, _fortios_state.unsaved),
    },
    secrets=_fortios.SECRETS,
    blind=_fortios.BLIND,
    refusals=(
        re.compile(
            r"^(?:Command fail\. Return code|command parse error|Unknown action|node_check_object fail)", re.M
        ),
        re.compile(
            r"^(?:entry not found|value parse error|object set operator error|Permission denied)", re.M
        ),
    ),
    whole=False,
)
