"""A release → what a platform does where its configuration says nothing: `data/defaults.csv`, with sources.

A row holds from the release *since* on, the first (empty) before all others.  Where no release is told, the
row `?` holds; without one, the first: the more cautious reading.  What it does not know yet is `unknown`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache

from kgnet.model.managed import Hardware, Release
from kgnet.paths import PACKAGE
from kgnet.ports import Reader

TABLE = PACKAGE / "data" / "defaults.csv"
NUMBERS = re.compile(r"\d+(?:\.\d+)*")  # of `15.2(7)E`, `21.4R1.12`: what comes before the first letter
UNTOLD = "?"
REMEMBERED = 1 << 10  # answers: a fleet has few releases

Numbers = tuple[int, ...]
WORD = re.compile(r"\S*")


@lru_cache(REMEMBERED)
def default(platform: str, setting: str, release: str | None) -> str:
    """Return what *platform* does of itself in the *release*, as the configuration names it."""
    rows = _table()[platform, setting]
    known = numbers(release or "")
    if not known:
        return rows.get(UNTOLD, rows[""])
    held = [since for since in rows if since != UNTOLD and numbers(since) <= known]
    return rows[max(held, key=numbers)]


def switched(platform: str, setting: str, release: str | None, *, on: bool) -> bool | None:
    """Return whether *setting* is in force, *on* if the text says so; None: the release knows no such one."""
    told = default(platform, setting, release)
    return True if on or told == "on" else None if told == "unknown" else False


def numbers(release: str) -> Numbers:
    found = NUMBERS.match(release)
    return tuple(int(number) for number in found[0].split(".")) if found else ()


def running(read: Callable[[str], Hardware], release: re.Pattern[str] = WORD) -> Reader:
    """Return who reads a device's hardware, and its release: what *release* finds in the version of that."""

    def told(text: str) -> Release:
        found = release.search(read(text).version)
        return Release(found[0] if found else "", whole=True, line=0)

    return Reader(Hardware, read, also={Release: told})


@cache
def _table() -> Mapping[tuple[str, str], Mapping[str, str]]:
    table: dict[tuple[str, str], dict[str, str]] = {}
    with TABLE.open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            table.setdefault((row["platform"], row["setting"]), {})[row["since"]] = row["default"]
    return table
