"""A release → what a platform does where its configuration says nothing: `data/defaults.csv`, with sources.

A row holds from the release *since* on, the first (empty) before all others.  Where no release is told, the
row `?` holds; without one, the first: the more cautious reading.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache

from kgnet.paths import PACKAGE

TABLE = PACKAGE / "data" / "defaults.csv"
NUMBERS = re.compile(r"\d+(?:\.\d+)*")  # of `15.2(7)E`, `21.4R1.12`: what comes before the first letter
UNTOLD = "?"

Release = tuple[int, ...]


def default(platform: str, setting: str, release: str | None) -> str:
    """Return what *platform* does of itself in the *release*, as the configuration names it."""
    rows = _table()[platform, setting]
    known = numbers(release or "")
    if not known:
        return rows.get(UNTOLD, rows[""])
    held = [since for since in rows if since != UNTOLD and numbers(since) <= known]
    return rows[max(held, key=numbers)]


def numbers(release: str) -> Release:
    found = NUMBERS.match(release)
    return tuple(int(number) for number in found[0].split(".")) if found else ()


@cache
def _table() -> Mapping[tuple[str, str], Mapping[str, str]]:
    table: dict[tuple[str, str], dict[str, str]] = {}
    with TABLE.open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            table.setdefault((row["platform"], row["setting"]), {})[row["since"]] = row["default"]
    return table
