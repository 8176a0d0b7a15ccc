"""KG-VC-07: the firmware of a room is not older than the oldest that is still mended."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from functools import cache

from kgnet.errors import MissingFact
from kgnet.model.conferencing import Firmware
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import BuiltRoom
from kgnet.model.outcome import Deviation, Severity
from kgnet.paths import PACKAGE
from kgnet.ports import Wrong, rule
from kgnet.rules._places import at

TABLE = PACKAGE / "data" / "room_firmware.csv"


@rule(
    id="KG-VC-07",
    title="The firmware of a room's system is one that its maker still mends",
    severity=Severity.HIGH,
    needs=[Firmware],
    references=[
        "CIS Controls v8 2.2 [from memory, unverified]",
        "TCVN 14423:2026 5.7.2.1 [from a secondary source]",
    ],
    of=BuiltRoom,
)
def rooms_firmware(want: BuiltRoom, have: Snapshot, *, oldest: tuple[str, ...] = ()) -> Iterator[Wrong]:
    """A flaw in a release that nobody mends any more stays open in every room that runs it.

    *oldest*: `<system> <release>`, or `<system>/<model> <release>`; else the table that comes along holds,
    until the day in it: then it has to be looked up anew.
    """
    found = have.get(Firmware)
    floor, source = _floor(found, oldest)
    if not found.release:
        raise MissingFact(f"{found.system} tells no release")
    if _numbers(found.release) < _numbers(floor):
        yield at(
            have,
            Firmware,
            found.line,
            Deviation(f"runs {found.release}", f"{floor} or later", after=f" ({source})"),
        )


def _floor(found: Firmware, oldest: tuple[str, ...]) -> tuple[str, str]:
    """Return the oldest release that will do, and on whose word; MissingFact if nobody knows."""
    told = dict(each.rsplit(maxsplit=1) for each in oldest)
    for name in (f"{found.system}/{found.model}", found.system):
        if name in told:
            return told[name], "the pack"
    if found.system not in _table():
        raise MissingFact(f"no oldest release is known of {found.system}: give `oldest` in the pack")
    floor, source, until = _table()[found.system]
    if until < found.asked:
        raise MissingFact(
            f"the oldest release of {found.system} was to be looked up anew by {until}: "
            "give `oldest` in the pack"
        )
    return floor, source


@cache
def _table() -> dict[str, tuple[str, str, date]]:
    with TABLE.open(encoding="utf-8", newline="") as text:
        rows = csv.DictReader(text)
        return {
            row["system"]: (row["oldest"], row["source"], date.fromisoformat(row["until"])) for row in rows
        }


def _numbers(release: str) -> tuple[int, ...]:
    """Return the numbers that a release begins with: `11.5.2.4` is 11, 5, 2, 4; `1.0.0-4+b3` is 1, 0, 0."""
    found = re.match(r"\d+(?:\.\d+)*", release)
    if found is None:
        raise MissingFact(f"{release!r} is no release")
    return tuple(int(each) for each in found[0].split("."))
