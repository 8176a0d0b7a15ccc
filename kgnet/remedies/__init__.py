"""rule, want, have, evidence → what mends it: edits of the configuration, or commands, or a word why not.

What is known of a platform is data: `kgnet/platforms/<platform>/remedies.yml` (see `book`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kgnet.model.config import Config
from kgnet.model.fleet import Device
from kgnet.model.outcome import Evidence
from kgnet.plugins import one
from kgnet.ports import Part, Platform
from kgnet.remedies.book import Entry, book
from kgnet.remedies.edit import Seen, edited, finder
from kgnet.remedies.fill import Asked, Known, asked, filled, lines, open_places
from kgnet.remedies.patch import patch

__all__ = [
    "Asked",
    "Case",
    "Entry",
    "after",
    "book",
    "entry",
    "example",
    "note",
    "open_places",
    "patch",
    "typed",
]

NOTHING = Entry()


@dataclass(frozen=True, slots=True)
class Case:
    """A finding as its remedy sees it."""

    rule: str
    want: Device
    have: Config
    evidence: tuple[Evidence, ...]
    parameters: Mapping[str, Any]  # as the rule was asked, defaults included

    @property
    def entry(self) -> Entry:
        return entry(self.rule, self.want.platform)

    def names(self, part: Part | None = None) -> dict[str, Any]:
        """Return what a template may speak of."""
        text = self.have.parts.get(part.name, "") if part else ""
        platform = one(Platform, self.want.platform)
        return {
            **self.parameters,
            "device": Known(self.want),
            "ports": platform.ports(self.want),
            **finder(part, text),
        }


def entry(rule: str, platform: str) -> Entry:
    """Return what the platform's book says of *rule*; an empty entry if nothing."""
    return book(platform).get(rule, NOTHING)


def after(case: Case) -> Config:
    """Return what the configuration would be after the entry's edits; the same if there are none."""
    texts = dict(case.have.parts)
    for part in one(Platform, case.want.platform).parts:
        edits = [each for each in case.entry.edits if (each.part or _first(case.want)) == part.name]
        if edits and part.name in texts:
            seen = Seen.of(case.evidence, case.have, part.name)
            texts[part.name] = edited(edits, part, texts[part.name], seen, case.names(part))
    return replace(case.have, parts=texts)


def typed(case: Case) -> tuple[str, ...]:
    """Return the entry's commands for a shell, filled."""
    return tuple(lines(case.entry.commands, case.names()))


def note(case: Case) -> str:
    return filled(case.entry.note, case.names())


def example(rule: str, platform: str, parameters: Mapping[str, Any]) -> Iterable[str]:
    """Return the entry for people who ask about no device: what goes with `-`, what comes with `+`.

    What a device, its evidence or its text would tell stands as `<its name>`.
    """
    names = {
        **parameters,
        "device": asked("device"),
        "ports": asked("ports"),
        "found": lambda *patterns, default="": default or asked("its name"),
        "every": lambda *patterns: [asked("name")],
    }
    known = entry(rule, platform)
    yield from lines(known.commands, names)
    for edit in known.edits:
        inside = filled(edit.inside, names)
        if inside:
            yield f"  {inside}"
        pad = "    " if inside else "  "
        gone = [filled(each, names) for each in edit.drop]
        yield from (f"-{pad}{each}" for each in (*gone, *(filled(each, names) for each in edit.turn)))
        come = [*(filled(each, names) for each in edit.turn.values()), *lines(edit.add, names)]
        yield from (f"+{pad}{each}" for each in come)


def _first(want: Device) -> str:
    """Return the part that an edit is of unless it says so: the platform's own, or its first."""
    names = [part.name for part in one(Platform, want.platform).parts]
    return want.platform if want.platform in names else names[0]
