"""Arista EOS: spines and leaves of the data center, routers of offices; changed in configuration sessions."""

from __future__ import annotations

import re

from kgnet.platforms.arista_eos import grammar, ports, read, state, text, want
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
            show=text.SHOW,
            read=read.read,
            canonical=text.canonical,
            prepare=want.prepare,
            closers=text.CLOSERS,
            ordered=grammar.GRAMMAR.is_ordered,
            opaque=grammar.GRAMMAR.is_opaque,
            owns=grammar.owns,
            commands=grammar.GRAMMAR.commands,
            indent=text.INDENT,
            permanent=grammar.GRAMMAR.is_permanent,
            close=grammar.GRAMMAR.closer,
            ending=text.ENDING,
            released=re.compile(r"^! device: .*\bEOS-(?P<version>\d[^\s,)]*)\)?[^\n]*$", re.MULTILINE),
            opening=r"! (?:Command: show running-config|device: )",
        ),
    ),
    ports=ports.ports,
    state=state.STATE,
    secrets=grammar.SECRETS,
    refusals=grammar.REFUSALS,
    session=("enable", "show version"),
    kinds=("arista", "eos"),
    signs=re.compile(
        r"^(?:! device: .*EOS|service routing protocols model |management (?:api|ssh)|(?:no )?aaa root"
        r"|interface defaults$)",
        re.MULTILINE,
    ),
)
