"""Arista EOS: spines and leaves of the data center, routers of offices; changed in configuration sessions."""

from __future__ import annotations

from kgnet.platforms import _eos, _eos_grammar, _eos_ports, _eos_read, _eos_state, _eos_want
from kgnet.ports import Part, Platform

PLATFORM = Platform(
    name="arista_eos",
    driver="napalm",
    dialect="eos",
    transaction="napalm",
    parts=(
        Part(
            name="arista_eos",
            template="arista_eos/device.j2",
            show=_eos.SHOW,
            read=_eos_read.read,
            canonical=_eos.canonical,
            prepare=_eos_want.prepare,
            closers=_eos.CLOSERS,
            ordered=_eos_grammar.GRAMMAR.is_ordered,
            opaque=_eos_grammar.GRAMMAR.is_opaque,
            owns=_eos_grammar.owns,
            commands=_eos_grammar.GRAMMAR.commands,
            indent=_eos.INDENT,
            permanent=_eos_grammar.GRAMMAR.is_permanent,
            close=_eos_grammar.GRAMMAR.closer,
            ending=_eos.ENDING,
        ),
    ),
    ports=_eos_ports.ports,
    state=_eos_state.STATE,
    secrets=_eos_grammar.SECRETS,
    refusals=_eos_grammar.REFUSALS,
)
