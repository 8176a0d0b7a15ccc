"""Cisco IOS and IOS XE: routers and access switches."""

from __future__ import annotations

from kgnet.platforms import _ios, _ios_config, _ios_grammar, _ios_secrets, _ios_state, _ios_text
from kgnet.platforms._ios_grammar import GRAMMAR
from kgnet.platforms._ios_ports import ports
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
            read=_ios_config.read,
            canonical=_ios_text.canonical,
            prepare=_ios.prepare,
            closers=GRAMMAR.closers,
            ordered=GRAMMAR.is_ordered,
            opaque=GRAMMAR.is_opaque,
            permanent=GRAMMAR.is_permanent,
            owns=_ios_grammar.owns,
            close=GRAMMAR.closer,
            indent=GRAMMAR.indent,
            commands=_ios_grammar.commands,
            ending=r"\nend",
        ),
    ),
    state=_ios_state.STATE,
    secrets=_ios_secrets.SECRETS,
    refusals=_ios_secrets.REFUSALS,
    ports=ports,
)
