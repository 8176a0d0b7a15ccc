"""plan → the smallest share of it that still does something: which of its changes are needed, which are not.

Changes that only make sense together stay together: a block that comes or goes, a block whose order is
meant, and the lines by which one value takes the place of another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from kgnet.model.outcome import Action, Change, Plan
from kgnet.ports import Part

Group = tuple[str, ...]  # part, the lines around, what the lines begin with
SHORT = 3  # words: a line that has no more is told apart by its first word


def needed(todo: Plan, does: Callable[[Plan], bool], parts: Mapping[str, Part]) -> Plan | None:
    """Return as few changes of *todo* as still do it, with what they name; None: all of it does not."""
    if not todo or not does(todo):
        return None
    groups = _groups(todo, parts)
    kept = _fewest(list(groups), lambda some: does(_share(todo, groups, some)))
    return _share(todo, groups, _with_what_they_name(groups, kept))


def _groups(todo: Plan, parts: Mapping[str, Part]) -> Mapping[Group, list[Change]]:
    whole = {
        action: {(each.part, *each.path, each.line) for each in todo.changes if each.action is action}
        for action in Action
    }
    groups: dict[Group, list[Change]] = {}
    for change in todo.changes:
        groups.setdefault(_group(change, whole[change.action], parts[change.part]), []).append(change)
    return groups


def _group(change: Change, whole: set[Group], part: Part) -> Group:
    path = (*change.path, change.line)
    for end in range(1, len(path)):
        if (change.part, *path[:end]) in whole or part.ordered(path[:end]) or part.opaque(path[:end]):
            return change.part, *path[:end]
    if any(len(other) > len(path) + 1 and other[1 : len(path) + 1] == path for other in whole):
        return change.part, *path
    words = change.line.removeprefix("no ").rstrip(";").split(" ")
    return change.part, *change.path, " ".join(words[: 1 if len(words) <= SHORT else 2])


def _share(todo: Plan, groups: Mapping[Group, Sequence[Change]], kept: Sequence[Group]) -> Plan:
    wanted = {id(change) for group in kept for change in groups[group]}
    return replace(todo, changes=tuple(change for change in todo.changes if id(change) in wanted))


def _fewest(groups: Sequence[Group], does: Callable[[Sequence[Group]], bool]) -> list[Group]:
    """Return as few groups as still do it: ever smaller shares of them are left out while they do."""
    kept, size = list(groups), max(1, len(groups) // 2)
    while True:
        place = 0
        while place < len(kept):
            trial = kept[:place] + kept[place + size :]
            if trial and does(trial):
                kept = trial
            else:
                place += size
        if size == 1:
            return kept
        size //= 2


def _with_what_they_name(groups: Mapping[Group, Sequence[Change]], needed: Sequence[Group]) -> list[Group]:
    """Return the groups with those that define what their new lines name: a list, a class, a policy."""
    names = {group: name for group, changes in groups.items() if (name := _defines(group, changes))}
    kept = set(needed)
    while True:
        coming = [each.line for group in kept for each in groups[group] if each.action is Action.ADD]
        words = {word.rstrip(";") for line in coming for word in line.split(" ")}
        more = {group for group, name in names.items() if name in words} - kept
        if not more:
            return [group for group in groups if group in kept]
        kept |= more


def _defines(group: Group, changes: Sequence[Change]) -> str:
    """Return the name of what a new block defines; empty: it is no new block, or has none."""
    opening = group[-1].removesuffix(" {")
    comes = any(each.action is Action.ADD and each.line == group[-1] for each in changes)
    name = opening.split(" ")[-1]
    return name if comes and len(changes) > 1 and " " in opening and not name.isdigit() else ""
