"""text → the platform that printed it, by words that only its text has."""

from __future__ import annotations

import re
from functools import cache

from kgnet.collect.signs import Signs
from kgnet.collect.strangers import stranger
from kgnet.errors import UsageError
from kgnet.plugins import found
from kgnet.ports import Part, Platform


def main_part(platform: Platform) -> Part:
    """Return the part that a file without headers holds: the one named like the platform, else the first."""
    named = (part for part in platform.parts if part.name == platform.name)
    return next(named, platform.parts[0])


def spoken(text: str) -> tuple[str, ...]:
    """Return the platforms in whose words *text* is written: none where nothing tells, rarely several."""
    shown = _signs().of(text)
    return tuple(name for name in found(Platform) if name in shown)


@cache
def _signs() -> Signs:
    return Signs({name: each.signs for name, each in found(Platform).items() if each.signs is not None})


def foreign(platform: Platform, text: str) -> str:
    """Return why *text* was not printed by *platform*, or not whole; empty: it may have been."""
    part = main_part(platform)
    if part.opening and re.match(part.opening, text) and not re.search(rf"(?:{part.ending})\s*\Z", text):
        return f"is cut off after line {len(text.splitlines())}: the end that a device prints is missing"
    if platform.signs is not None and platform.signs.search(text):
        return ""
    if others := spoken(text):
        return f"is a configuration of {' or '.join(others)}; the device runs {platform.name}"
    return ""


def detected(text: str, kind: str = "") -> str:
    """Return the platform whose text this is; *kind* is what a collector's list calls it, and holds first.

    UsageError, with the remedy, if it is none of ours or cannot be told.
    """
    remedy = f"name it by --platform: {', '.join(found(Platform))}"
    if kind:
        listed = [name for name, platform in found(Platform).items() if kind in (name, *platform.kinds)]
        if not listed:
            raise UsageError(f"is listed as {kind}, which kgnet does not read")
        return listed[0]
    if other := stranger(text):
        raise UsageError(f"looks like {other}, which kgnet does not read")
    told = spoken(text)
    if not told:
        raise UsageError(f"does not tell which platform printed it — {remedy}")
    if len(told) > 1:
        raise UsageError(f"may be of {' or '.join(told)} — {remedy}")
    return told[0]
