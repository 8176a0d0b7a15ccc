"""What a device should run, rendered for the audit: only if a rule of the pack judges the difference."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kgnet.line import Line
    from kgnet.model.config import Config
    from kgnet.model.drift import Drift
    from kgnet.model.facts import Snapshot
    from kgnet.model.fleet import Device
    from kgnet.model.pack import Pack
    from kgnet.ports import Rule


def asked(pack: Pack, rules: Mapping[str, Rule]) -> bool:
    """Whether *pack* asks how a device differs from its intent."""
    from kgnet.model.drift import Drift

    return any(Drift in rules[id].needs for id in pack.rules)


def completed(want: Device, have: Snapshot) -> Snapshot:
    """Return *have* with how it differs from the intent."""
    from kgnet.audit.drift import seen

    return seen(have, _compared(_line(), want, have))


@cache
def _line() -> Line:
    from kgnet import collect, paths
    from kgnet.line import Line

    return Line(paths.templates(), None, collect.access(os.environ))


def _compared(line: Line, want: Device, have: Snapshot) -> Drift | str:
    """Return the drift, or why it cannot be told."""
    from kgnet.audit import removed
    from kgnet.audit.drift import drift
    from kgnet.errors import ReadError
    from kgnet.plan import plan

    wanted, source = line.want(want), have.config.source or have.device
    absent = [name for name in wanted.parts if name not in have.config.parts]
    if absent:
        return have.missing.get(_fact_of(want, absent[0]), f"{source} has no part {', '.join(absent)}")
    try:
        running = line.seal(want, _canonical(want, removed.completed(have.config, wanted), wanted))
    except ReadError as reason:
        return f"{source}: {reason}"
    return drift(plan(wanted, running), have.config)


def _fact_of(want: Device, name: str) -> type:
    """Return a fact that the part *name* gives: it says why the part is missing."""
    from kgnet.plugins import one
    from kgnet.ports import Platform, gives

    part = next(part for part in one(Platform, want.platform).parts if part.name == name)
    return next(iter(gives(part.read)))


def _canonical(want: Device, have: Config, wanted: Config) -> Config:
    """Return *have* in the words of what is wanted: as a file holds it, it may be a device's own print."""
    from kgnet.plugins import one
    from kgnet.ports import Platform

    texts = {
        part.name: have.parts[part.name]
        if have.parts[part.name] == wanted.parts[part.name]
        else part.canonical(have.parts[part.name])
        for part in one(Platform, want.platform).parts
    }
    return replace(have, parts=texts)
