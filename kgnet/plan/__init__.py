"""want, have → Plan: what would change, what one would type for it, what the device would run then.

A plan is a neutral difference of lines; a part's own knowledge makes commands of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from kgnet.errors import ReadError, Refused
from kgnet.model.config import Config
from kgnet.model.outcome import Action, Change, Plan
from kgnet.plan.apply import applied
from kgnet.plan.compare import compare
from kgnet.plan.fill import filled
from kgnet.plan.show import MARKS, lines
from kgnet.plugins import found
from kgnet.ports import Part, Platform

__all__ = [
    "MARKS",
    "Ways",
    "apply",
    "between",
    "commands",
    "compare",
    "filled",
    "known_parts",
    "lines",
    "plan",
    "reverse",
    "sectional",
    "ways",
]

OTHER = {Action.ADD: Action.REMOVE, Action.REMOVE: Action.ADD}


def plan(want: Config, have: Config, *, parts: Mapping[str, Part] | None = None, whole: bool = False) -> Plan:
    """Return what turns *have* into *want*: a part after the other, first what goes, then what comes.

    What the intent does not speak for is left alone, unless the device shall be *whole* as wanted.
    ReadError if no platform has such a part; Refused where only some sections of a part are rendered.
    """
    known = known_parts() if parts is None else parts
    changes: list[Change] = []
    for name in dict.fromkeys((*want.parts, *have.parts)):
        if name not in known:
            raise ReadError(f"{want.device}: no platform has a part {name!r} — known: {', '.join(known)}")
        if whole and name in sectional():
            raise Refused(
                want.device,
                f"only sections of {name} are rendered: the rest would be lost — leave out --replace",
            )
        changes += compare(known[name], want.parts.get(name, ""), have.parts.get(name, ""), whole=whole)
    return Plan(want.device, tuple(changes))


def between(after: Config, have: Config) -> Plan:
    """Return the plan whose outcome is *after*, a text that was made of *have*: nothing is left alone."""
    known = known_parts()
    changes = (
        change
        for name, text in after.parts.items()
        for change in compare(known[name], text, have.parts.get(name, ""), whole=True)
    )
    return Plan(have.device, tuple(changes))


@cache
def known_parts() -> Mapping[str, Part]:
    """Return the parts of all platforms by name."""
    return {part.name: part for platform in found(Platform).values() for part in platform.parts}


@cache
def sectional() -> frozenset[str]:
    """Return the parts of which only some sections are rendered."""
    some = (platform for platform in found(Platform).values() if not platform.whole)
    return frozenset(part.name for platform in some for part in platform.parts)


def reverse(todo: Plan) -> Plan:
    """Return the plan that undoes *todo*."""
    undone = (replace(change, action=OTHER[change.action]) for change in reversed(todo.changes))
    return Plan(todo.device, tuple(undone))


def apply(todo: Plan, have: Config, *, parts: Mapping[str, Part] | None = None) -> Config:
    """Return what *have* would be after *todo*, as the device would print it."""
    return applied(todo, have, known_parts() if parts is None else parts)


def commands(
    todo: Plan,
    have: Config,
    after: Config | None = None,
    *,
    parts: Mapping[str, Part] | None = None,
    every: bool = False,
) -> tuple[str, ...]:
    """Return what one would type on the device to carry out *todo*; nothing for parts loaded as whole texts.

    *after* is the predicted configuration, where somebody has it already; *every*: also of lines that the
    intent does not speak for.
    """
    known = known_parts() if parts is None else parts
    after = after or applied(todo, have, known)
    typed: list[str] = []
    for name in todo.parts:
        part = known[name]
        make: Callable[..., tuple[str, ...]] | None = (every and part.spelled) or part.commands
        if make:
            changes = tuple(change for change in todo.changes if change.part == name)
            typed += make(changes, have.parts.get(name, ""), after.parts.get(name, ""))
    return tuple(typed)


@dataclass(frozen=True, slots=True)
class Ways:
    """The way there and the way back, as one would type them, and what the device has in between."""

    there: tuple[str, ...]
    back: tuple[str, ...]
    predicted: Config


def ways(todo: Plan, have: Config, *, parts: Mapping[str, Part] | None = None) -> Ways:
    """Return how to carry out *todo* on a device that has *have*, and how to take it back."""
    if not todo:
        return Ways((), (), have)
    predicted = apply(todo, have, parts=parts)
    there = commands(todo, have, predicted, parts=parts)
    return Ways(there, commands(reverse(todo), predicted, have, parts=parts), predicted)
