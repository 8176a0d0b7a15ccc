"""MikroTik RouterOS 7: the management plane is rendered and owned, all of it is read."""

from __future__ import annotations

import re

from kgnet.model.facts import BgpPeers, InterfaceStates
from kgnet.model.managed import Hardware, InterfaceErrors, LldpNeighbors, TimeSources
from kgnet.platforms import _routeros, _routeros_read, _routeros_state, _routeros_text
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
            read=_routeros_read.read,
            canonical=_routeros_text.canonical,
            prepare=_routeros.prepare,
            ordered=_routeros.ordered,
            permanent=lambda path: len(path) == 1,
            owns=_routeros.owns,
            commands=_routeros.commands,
            ending=r"\n\s*\d+ [^\n]*\bname=[^\n]*",  # an account: there is always one
        ),
    ),
    state={
        ("/system resource print; /system routerboard print",): Reader(Hardware, _routeros_state.hardware),
        ("/interface print terse",): Reader(InterfaceStates, _routeros_state.interface_states),
        ("/interface print stats terse",): Reader(InterfaceErrors, _routeros_state.interface_errors),
        ("/routing bgp session print terse",): Reader(BgpPeers, _routeros_state.bgp_peers),
        ("/system ntp client print",): Reader(TimeSources, _routeros_state.time_sources),
        ("/ip neighbor print terse",): Reader(LldpNeighbors, _routeros_state.lldp_neighbors),
    },
    secrets=_routeros.SECRETS,
    blind=_routeros.BLIND,
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
    whole=False,
)
