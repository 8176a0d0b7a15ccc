"""A control of `kgnet/data/controls.csv` as the frame of a rule: its title, severity and references.

Where a reference is not known at first hand, its mark goes wherever the reference goes.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

from kgnet.errors import PluginError
from kgnet.model.fleet import Device
from kgnet.model.outcome import Severity
from kgnet.model.province import Role
from kgnet.paths import PACKAGE
from kgnet.plugins import found
from kgnet.ports import Judge, Platform, Rule, rule

TABLE = PACKAGE / "data" / "controls.csv"
SECOND_HAND = "from a secondary source"
FIRST_HAND = ("RFC ", "BCP ", "CIS ", "NIST ", "CVE-", "internet.nl ")  # read as published
BY_HEART = "from memory, unverified"
ROUTERS = (Role.HUB, Role.BORDER, Role.BRANCH)


def control(
    id: str,
    *,
    needs: Sequence[type],
    title: str = "",
    roles: Sequence[Role] = (),
    platforms: Sequence[str] = (),
    live: bool = False,
    of: type = Device,
) -> Callable[[Judge], Rule]:
    """Make the rule that judges the control *id*; see `kgnet.ports.rule` for the rest.

    *title* stands in where the rule judges less than the control asks: a pass must not claim more.
    Without *platforms* it is for all but those of which the table asks nothing: an empty cell, or `n/a`.
    """
    row = _row(id)
    silent = {name for column, names in COLUMNS.items() if row[column].strip() in NOTHING for name in names}
    if silent and not platforms:
        platforms = tuple(sorted(found(Platform).keys() - silent))
    return rule(
        id=id,
        title=title or row["title"],
        severity=Severity(row["severity"]),
        needs=needs,
        references=tuple(references(row)),
        roles=roles,
        platforms=platforms,
        live=live,
        asks=dict(_asks(row)),
        of=of,
    )


BETWEEN = re.compile(r";(?![^()]*\))")  # two references; what stands in brackets is of one
NOTHING = ("", "n/a")
COLUMNS = {
    "ios_evidence": ("cisco_ios",),
    "eos_evidence": ("arista_eos",),
    "junos_evidence": ("juniper_junos",),
    "linux_frr_evidence": ("frr", "linux"),
}


def _asks(row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield for each platform what the control asks there; `same`: as in the column before."""
    before = ""
    for column, names in COLUMNS.items():
        cell = row[column].strip()
        before = before if cell == "same" else cell
        yield from ((name, before) for name in names if before not in NOTHING)


def references(row: Mapping[str, str]) -> Iterator[str]:
    """Yield the clauses that ask for a control, each with the mark of how it is known."""
    if row["cis_ios_ref"]:
        yield f"CIS Cisco IOS XE 17 v2.2.1: {row['cis_ios_ref']}"
    if row["stig_ref"]:
        yield f"DISA STIG: {row['stig_ref']}"
    if row["tcvn_ref"]:
        yield f"{row['tcvn_ref']} [{SECOND_HAND}]"
    for other in filter(None, map(str.strip, BETWEEN.split(row["other_ref"]))):
        known = other.startswith(FIRST_HAND) or "from memory" in other
        yield other if known else f"{other} [{SECOND_HAND}]"
    if row["tcvn11930_2017_ref_FROM_MEMORY_UNVERIFIED"]:
        yield f"TCVN 11930:2017 {row['tcvn11930_2017_ref_FROM_MEMORY_UNVERIFIED']} [{BY_HEART}]"


def _row(id: str) -> Mapping[str, str]:
    if id not in _table():
        raise PluginError(f"{TABLE.name} has no control {id}")
    return _table()[id]


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as text:
        return {row["id_kgnet"]: row for row in csv.DictReader(text)}
