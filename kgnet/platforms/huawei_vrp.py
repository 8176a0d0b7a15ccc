"""Huawei VRP (AR routers): the management plane is rendered and owned, all of it is read."""

from __future__ import annotations

import re

from kgnet.model.facts import BgpPeers, InterfaceStates
from kgnet.model.managed import Hardware, InterfaceErrors, LldpNeighbors, TimeSources, Unsaved
from kgnet.platforms import _vrp, _vrp_read, _vrp_state
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
            read=_vrp_read.read,
            canonical=_vrp.canonical,
            prepare=_vrp.prepare,
            closers=_vrp.CLOSERS,
            ordered=_vrp.GRAMMAR.is_ordered,
            opaque=_vrp.GRAMMAR.is_opaque,
            permanent=_vrp.GRAMMAR.is_permanent,
            close=_vrp.GRAMMAR.closer,
            indent=_vrp.GRAMMAR.indent,
            owns=_vrp.owns,
            commands=_vrp.commands,
            ending=r"\nreturn",
        ),
    ),
    state={
        ("display version",): Reader(Hardware, _vrp_state.hardware),
        ("display interface",): Reader(InterfaceStates, _vrp_state.interface_states),
        ("display interface brief",): Reader(InterfaceErrors, _vrp_state.interface_errors),
        ("display bgp peer",): Reader(BgpPeers, _vrp_state.bgp_peers),
        ("display ntp-service sessions verbose",): Reader(TimeSources, _vrp_state.time_sources),
        ("display lldp neighbor brief",): Reader(LldpNeighbors, _vrp_state.lldp_neighbors),
        ("compare configuration",): Reader(Unsaved, _vrp_state.unsaved),
    },
    secrets=_vrp.SECRETS,
    blind=_vrp.BLIND,
    refusals=(re.compile(r"^\s*Error\s?:", re.MULTILINE), re.compile(r"^\s*\^\s*$", re.MULTILINE)),
    whole=False,
)
