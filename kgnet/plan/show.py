"""Plan → lines for people: `+` or `-` and the line, within the blocks that it stands in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kgnet.model.config import HEADER
from kgnet.model.outcome import Action, Change, Plan

MARKS = {Action.ADD: "+", Action.REMOVE: "-"}


@dataclass(slots=True)
class _Shown:
    """A line of the picture, with the lines inside it; *open*: where lines of that name go into."""

    line: str
    mark: str = " "
    inside: list[_Shown] = field(default_factory=list)
    open: dict[str, _Shown] = field(default_factory=dict)

    def child(self, line: str) -> _Shown:
        return self.open[line] if line in self.open else self.add(line, " ")

    def add(self, line: str, mark: str) -> _Shown:
        self.open[line] = shown = _Shown(line, mark)
        self.inside.append(shown)
        return shown

    def lines(self, depth: int = 0) -> Iterator[str]:
        for each in self.inside:
            yield f"{each.mark}{' ' * depth}{each.line}"
            yield from each.lines(depth + 1)


def lines(todo: Plan) -> Iterator[str]:
    """Yield the plan for people, a part after the other."""
    for part in todo.parts:
        yield f" {HEADER}{part}"
        yield from _picture(change for change in todo.changes if change.part == part)


def _picture(changes: Iterable[Change]) -> Iterator[str]:
    every = tuple(changes)
    root = _Shown("")
    for change in (
        *reversed([each for each in every if each.action is Action.REMOVE]),
        *(each for each in every if each.action is Action.ADD),
    ):
        node = root
        for line in change.path:
            node = node.child(line)
        node.add(change.line, MARKS[change.action])
    yield from root.lines()
