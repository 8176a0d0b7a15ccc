"""KG-FW-06: every rule that permits something is met by packets."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import MissingFact
from kgnet.model.facts import Snapshot
from kgnet.model.filtering import FilterHits
from kgnet.model.fleet import Device
from kgnet.model.managed import Hardware
from kgnet.model.outcome import Severity
from kgnet.model.province import Role
from kgnet.ports import Wrong, rule
from kgnet.rules._filters import POLICIES

DAY_S = 86_400


@rule(
    id="KG-FW-06",
    title="Every rule of a filter that permits something is met within a season",
    severity=Severity.LOW,
    needs=[FilterHits, Hardware],
    references=POLICIES,
    roles=[Role.HUB, Role.BORDER, Role.BRANCH],
    live=True,
)
def rules_never_met(want: Device, have: Snapshot, *, least_days: int = 90) -> Iterator[Wrong]:
    """What nobody has used for months is a door that nobody will miss, and somebody may find.

    Judged by counters that have run for *least_days*; that somebody cleared them no device tells.
    """
    found = have.get(FilterHits)
    up_s = have.get(Hardware).uptime_s
    days = min(up_s, up_s if found.age_s is None else found.age_s) / DAY_S
    counted = [each for each in found.rules if each.permits and each.packets is not None]
    if not counted:
        raise MissingFact("no rule that permits anything counts what it meets")
    if days < least_days:
        raise MissingFact(f"the counters have run for {days:.0f} days: {least_days} are to be judged")
    for each in counted:
        if not each.packets:
            yield f"{each.list}: no packet in {days:.0f} days: {each.text}"
