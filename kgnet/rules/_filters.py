"""What is wrong within the lists of a packet filter, whatever the intent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kgnet.model.facts import PacketFilter, Snapshot
from kgnet.rules._cover import Covered, covered, lists

POLICIES = ("NIST SP 800-41r1 §4 [from memory, unverified]",)  # firewall policies, and their review
SAME = {"reject": "drop"}  # whoever is refused does not get through either
SOME = 3  # rules named in one sentence


@dataclass(frozen=True, slots=True)
class Void:
    """A rule that is never asked; *alike*: every rule before it that takes its packets does the same."""

    list: str
    text: str
    line: int
    takers: str
    alike: bool


def never_asked(have: Snapshot) -> Iterator[Void]:
    """Yield the rules that no packet comes to, list by list."""
    for name, rules in lists(have.get(PacketFilter).rules).items():
        for each in covered(rules):
            verdicts = {SAME.get(other.verdict, other.verdict) for other in (each.entry, *each.by)}
            first = each.entry.first
            yield Void(name, first.text, first.line, _told(each), alike=len(verdicts) == 1)


def _told(each: Covered) -> str:
    texts = [entry.first.comment or entry.first.text for entry in each.by]
    more = f" and {len(texts) - SOME} more" if len(texts) > SOME else ""
    return f"{len(texts)} before it ({'; '.join(texts[:SOME])}{more})"
