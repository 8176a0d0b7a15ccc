"""plan, have → Drift: what a plan would change, as what is missing, extra and misplaced, by section."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from kgnet.model.config import Config
from kgnet.model.drift import Drift, Section
from kgnet.model.facts import Snapshot
from kgnet.model.outcome import Action, Change, Plan

Key = tuple[str, str]  # part, opening line of the section
Place = tuple[str, ...]  # part, the lines around, the line itself
MISSING, EXTRA, MISPLACED = "missing", "extra", "misplaced"


def seen(have: Snapshot, found: Drift | str) -> Snapshot:
    """Return *have* with what was *found*: the drift, or why it cannot be told."""
    if isinstance(found, str):
        return have.without(Drift, found)
    return have.having(found, have.config.source or have.device)


def drift(todo: Plan, have: Config) -> Drift:
    """Return what *todo* would change of *have*, told section by section in the order of the plan."""
    if not todo:
        return Drift(())
    headers = {(change.part, change.path[0]) for change in todo.changes if change.path}
    sections: dict[Key, dict[str, list[str]]] = {}
    for kind, change, inside in _differences(todo):
        opening = change.path[0] if change.path else change.line
        key = change.part, opening if (change.part, opening) in headers else ""
        sections.setdefault(key, {}).setdefault(kind, []).append(_told(change, inside))
    lines = _openings(have)
    return Drift(tuple(_section(key, told, lines.get(key, 0)) for key, told in sections.items()))


def _section(key: Key, told: Mapping[str, Iterable[str]], line: int) -> Section:
    missing, extra, misplaced = (tuple(told.get(kind, ())) for kind in (MISSING, EXTRA, MISPLACED))
    return Section(*key, missing, extra, misplaced, line)


def _told(change: Change, inside: int) -> str:
    """Return the line, with those around it but for the one that opens its section."""
    line = " > ".join((*change.path[1:], change.line))
    return f"{line} (with {inside} lines inside)" if inside else line


def _place(change: Change) -> Place:
    return change.part, *change.path, change.line


def _differences(todo: Plan) -> Iterator[tuple[str, Change, int]]:
    """Yield what is wrong with each line, and how many lines go with it; lines inside it are not told."""
    places = {
        action: {_place(change) for change in todo.changes if change.action is action} for action in Action
    }
    both = places[Action.REMOVE] & places[Action.ADD]
    inside = Counter(
        (change.action, around)
        for change in todo.changes
        for around in _around(_place(change))
        if around in places[change.action] and around not in both
    )
    for change in todo.changes:
        place, adds = _place(change), change.action is Action.ADD
        outer = next((around for around in _around(place) if around in places[change.action]), place)
        if place not in both and (outer == place or outer in both):
            yield MISSING if adds else EXTRA, change, inside[change.action, place]
        elif outer == place and adds and change.position is not None:
            yield MISPLACED, change, 0


def _around(place: Place) -> Iterator[Place]:
    """Yield the places of the lines around one, outermost first."""
    return (place[:end] for end in range(2, len(place)))


def _openings(have: Config) -> Mapping[Key, int]:
    """Return where each line outside of any block stands first."""
    lines: dict[Key, int] = {}
    for part, line, number in have.outer():
        lines.setdefault((part, line), number)
    return lines
