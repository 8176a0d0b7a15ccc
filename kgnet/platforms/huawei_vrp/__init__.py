"""Huawei VRP (AR routers): the management plane is rendered and owned, all of it is read."""

from __future__ import annotations

import re

from kgnet.model.facts import BgpPeers, InterfaceStates
from kgnet.model.managed import InterfaceErrors, LldpNeighbors, TimeSources, Unsaved
from kgnet.platforms._releases import running
from kgnet.platforms.huawei_vrp import read, state, text
from kgnet.ports import Part, Platform, Reader

PLATFORM = Platform(
    name="huawei_vrp",
    driver="netmiko",
    dialect="huawei",
    transaction="vrp",
    parts=(
        Part(
            name="huawei_vrp",
            template="huawei_vrp/device.j2",
            show=("display current-configuration",),
            read=read.READING,
            canonical=text.canonical,
            prepare=text.prepare,
            closers=text.CLOSERS,
            ordered=text.GRAMMAR.is_ordered,
            opaque=text.GRAMMAR.is_opaque,
            permanent=text.GRAMMAR.is_permanent,
            close=text.GRAMMAR.closer,
            indent=text.GRAMMAR.indent,
            owns=text.owns,
            commands=text.commands,
            spelled=text.spelled,
            ending=r"\nreturn",
            released=re.compile(r"^(?:!Software Version |\[)(?P<version>V\d+R\d+C\w+)[^\n]*$", re.MULTILINE),
            opening=r"\s*(?:\[V\d|!Software Version )",
        ),
    ),
    state={
        ("display version",): running(state.hardware, re.compile(r"V\d+R\d+C\d+\w*")),
        ("display interface",): Reader(InterfaceStates, state.interface_states),
        ("display interface brief",): Reader(InterfaceErrors, state.interface_errors),
        ("display bgp peer",): Reader(BgpPeers, state.bgp_peers),
        ("display ntp-service sessions verbose",): Reader(TimeSources, state.time_sources),
        ("display lldp neighbor brief",): Reader(LldpNeighbors, state.lldp_neighbors),
        ("compare configuration",): Reader(Unsaved, state.unsaved),
    },
    secrets=text.SECRETS,
    blind=text.BLIND,
    refusals=(re.compile(r"^[ \t]*Error\s?:", re.MULTILINE), re.compile(r"^[ \t]*\^[ \t]*$", re.MULTILINE)),
    whole=False,
    session=("screen-length 0 temporary",),
    kinds=("huawei", "vrp"),
    signs=re.compile(
        r"^ ?(?:sysname |info-center |ntp-service |user-interface (?:vty|con) |stelnet )", re.MULTILINE
    ),
)
