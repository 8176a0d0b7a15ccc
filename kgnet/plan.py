"""want, have → Plan: the exact lines to add and remove, by comparing trees of indented lines.

The order of lines counts only in blocks where the platform's part says so (`Part.ordered`);
elsewhere a block is a set of lines. Blocks whose text is the same on both sides are never taken apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from functools import cache

from kgnet.errors import ReadError
from kgnet.model.config import HEADER, Config
from kgnet.model.outcome import Action, Change, Plan
from kgnet.plugins import found
from kgnet.ports import Part, Platform

Path = tuple[str, ...]
Block = tuple[tuple[str, str], ...]  # the lines of a block, each with the text that stands inside it

MARKS = {Action.ADD: "+", Action.REMOVE: "-"}


def plan(want: Config, have: Config, *, parts: Mapping[str, Part] | None = None) -> Plan:
    """Return what turns *have* into *want*: a part after the other, first what goes, then what comes.

    Lines go from the last to the first. ReadError if no platform has such a part.
    """
    known = known_parts() if parts is None else parts
    changes: list[Change] = []
    for name in dict.fromkeys((*want.parts, *have.parts)):
        if name not in known:
            raise ReadError(f"{want.device}: no platform has a part {name!r} — known: {', '.join(known)}")
        changes += compare(known[name], want.parts.get(name, ""), have.parts.get(name, ""))
    return Plan(want.device, tuple(changes))


@cache
def known_parts() -> Mapping[str, Part]:
    """Return the parts of all platforms by name."""
    return {part.name: part for platform in found(Platform).values() for part in platform.parts}


def compare(part: Part, want: str, have: str) -> Iterator[Change]:
    """Yield the changes of one part, in applying order."""
    if want == have:
        return
    changes = tuple(_differences(part, (), want, have))
    yield from reversed([change for change in changes if change.action is Action.REMOVE])
    yield from (change for change in changes if change.action is Action.ADD)


def reverse(todo: Plan) -> Plan:
    """Return the plan that undoes *todo*."""
    other = {Action.ADD: Action.REMOVE, Action.REMOVE: Action.ADD}
    undone = (replace(change, action=other[change.action]) for change in reversed(todo.changes))
    return Plan(todo.device, tuple(undone))


# ── comparing ───────────────────────────────────────────────────────────────


def _differences(part: Part, path: Path, want: str, have: str) -> Iterator[Change]:
    wanted, had = _block(part, want), _block(part, have)
    if part.ordered(path):
        yield from _in_order(part, path, wanted, had)
    else:
        yield from _as_sets(part, path, wanted, had)


def _as_sets(part: Part, path: Path, want: Block, have: Block) -> Iterator[Change]:
    wanted, had = _merged(want), _merged(have)
    for line, inner in had.items():
        if line not in wanted:
            yield from _whole(part, Change(Action.REMOVE, part.name, path, line), inner)
    for line, inner in wanted.items():
        if line not in had:
            yield from _whole(part, Change(Action.ADD, part.name, path, line), inner)
        elif inner != had[line]:
            yield from _differences(part, (*path, line), inner, had[line])


def _in_order(part: Part, path: Path, want: Block, have: Block) -> Iterator[Change]:
    lines = [line for line, _ in have], [line for line, _ in want]
    for tag, old, old_end, new, new_end in SequenceMatcher(None, *lines, autojunk=False).get_opcodes():
        if tag == "equal":
            for (line, before), (_, after) in zip(have[old:old_end], want[new:new_end], strict=True):
                if before != after:
                    yield from _differences(part, (*path, line), after, before)
            continue
        for place in range(old, old_end):
            line, inner = have[place]
            yield from _whole(part, Change(Action.REMOVE, part.name, path, line, place), inner)
        for place in range(new, new_end):
            line, inner = want[place]
            yield from _whole(part, Change(Action.ADD, part.name, path, line, place), inner)


def _whole(part: Part, change: Change, inner: str) -> Iterator[Change]:
    """Yield the change of a line, and the same for everything inside it."""
    yield change
    path = (*change.path, change.line)
    ordered, block = part.ordered(path), _block(part, inner)
    for place, (line, deeper) in enumerate(block if ordered else _merged(block).items()):
        child = replace(change, path=path, line=line, position=place if ordered else None)
        yield from _whole(part, child, deeper)


def _block(part: Part, text: str) -> Block:
    """Take one level of *text* apart: its least indented lines, each with the deeper lines below it."""
    taken: list[tuple[str, list[str]]] = []
    depth: int | None = None
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line == "!" or line in part.closers:
            continue
        indent = len(raw) - len(raw.lstrip())
        if depth is None or indent <= depth:
            depth = indent if depth is None else depth
            taken.append((line, []))
        else:
            taken[-1][1].append(raw)
    return tuple((line, "\n".join(inner)) for line, inner in taken)


def _merged(block: Block) -> dict[str, str]:
    """Return the lines of a block where order does not count; a block that is opened twice is one."""
    merged: dict[str, str] = {}
    for line, inner in block:
        merged[line] = f"{merged[line]}\n{inner}" if merged.get(line) else inner
    return merged


# ── applying ────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Node:
    """A line while a plan is applied to it or shown on it."""

    line: str
    mark: str = " "
    inside: list[_Node] = field(default_factory=list)

    def child(self, line: str) -> _Node:
        """Return the last line *line* inside; a new one if there is none."""
        for node in reversed(self.inside):
            if node.line == line:
                return node
        self.inside.append(_Node(line))
        return self.inside[-1]

    def text(self, depth: int = 0) -> Iterator[str]:
        for node in self.inside:
            yield f"{' ' * depth}{node.line}"
            yield from node.text(depth + 1)

    def shown(self, depth: int = 0) -> Iterator[str]:
        for node in self.inside:
            yield f"{node.mark}{' ' * depth}{node.line}"
            yield from node.shown(depth + 1)


def apply(todo: Plan, have: Config, *, parts: Mapping[str, Part] | None = None) -> Config:
    """Return what *have* would be after *todo*; without lines that only close a block."""
    known = known_parts() if parts is None else parts
    trees = {name: _tree(known[name], "", text) for name, text in have.parts.items()}
    for change in todo.changes:
        node = trees.setdefault(change.part, _Node(""))
        for line in change.path:
            node = node.child(line)
        _change(node.inside, change)
    texts = {name: "".join(f"{line}\n" for line in tree.text()) for name, tree in trees.items()}
    return Config(have.device, texts, have.source)


def _tree(part: Part, line: str, text: str) -> _Node:
    return _Node(line, inside=[_tree(part, *each) for each in _block(part, text)])


def _change(inside: list[_Node], change: Change) -> None:
    if change.action is Action.ADD:
        place = len(inside) if change.position is None else change.position
        inside.insert(place, _Node(change.line))
    elif change.position is None:
        inside[:] = [node for node in inside if node.line != change.line]
    else:
        del inside[change.position]


# ── showing ─────────────────────────────────────────────────────────────────


def lines(todo: Plan) -> Iterator[str]:
    """Yield the plan for people: `+` or `-` and the line, within the blocks that it stands in."""
    for part in todo.parts:
        yield f" {HEADER}{part}"
        yield from _shown(change for change in todo.changes if change.part == part)


def _shown(changes: Iterable[Change]) -> Iterator[str]:
    every = tuple(changes)
    root = _Node("")
    for change in (
        *reversed([each for each in every if each.action is Action.REMOVE]),
        *(each for each in every if each.action is Action.ADD),
    ):
        node = root
        for line in change.path:
            node = node.child(line)
        node.inside.append(_Node(change.line, MARKS[change.action]))
    yield from root.shown()
