"""Fleets where devices of IOS, EOS and Junos stand beside each other, with what is written for them."""

from __future__ import annotations

from functools import cache

import shipped
from mixed import FLEET, MAKERS, by_turns

from kgnet import paths
from kgnet.design import design
from kgnet.plugins import one
from kgnet.ports import Platform
from kgnet.render import render

KIENGIANG = shipped.province("kiengiang")
FLEETS = {
    "kiengiang": shipped.fleet("kiengiang"),
    "by turns": design(by_turns(KIENGIANG)),
    "mixed lab": FLEET,
}
PLATFORMS = {name: one(Platform, name) for name in MAKERS}


def store(name: str) -> str:
    """Return a pass phrase of the length that the store has, another for each name."""
    return f"{name.replace('/', '-')}-0123456789abcdefghijklmnopqrstuv"


@cache
def text(fleet: str, device: str) -> str:
    (written,) = render(FLEETS[fleet].devices[device], paths.templates(), secret=store).parts.values()
    return written


@cache
def facts(fleet: str, device: str) -> dict[type, object]:
    """Return what its platform reads in what was written for a device."""
    (part,) = PLATFORMS[FLEETS[fleet].devices[device].platform].parts
    return {type(fact): fact for fact in part.read(text(fleet, device), part.name)}
