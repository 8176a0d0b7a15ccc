"""have, plan → Config: what a device would run after a plan, printed as the device prints it.

Only the blocks that a plan touches are taken apart; all others stay as they stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kgnet.model.config import Config
from kgnet.model.outcome import Action, Change, Plan
from kgnet.model.tree import body, depth, merged, split, top
from kgnet.ports import Part

Path = tuple[str, ...]
BLANKS = ("", " ", "\t", "\n")


@dataclass(slots=True)
class _Node:
    """A line while a plan is applied to it; its text is taken apart once somebody looks inside."""

    line: str
    path: Path = ()
    text: str = ""
    width: int = 0  # how far the line itself is indented in the text that it comes from
    nodes: list[_Node] | None = None
    named: dict[str, _Node] = field(default_factory=dict)

    def inside(self, part: Part) -> list[_Node]:
        if self.nodes is None:
            self.nodes = list(self._opened(part))
            self.named = {node.line: node for node in self.nodes}
        return self.nodes

    def _opened(self, part: Part) -> Iterator[_Node]:
        if self.path and part.opaque(self.path):
            for line in body(self.text, self.width + len(part.indent)):
                yield _Node(line, (*self.path, line))
            return
        block = (split if self.path else top)(self.text, part.closers)
        width = depth(self.text)
        lines = block if part.ordered(self.path) else merged(block).items()
        for line, inner in lines:
            yield _Node(line, (*self.path, line), inner, width)

    def child(self, part: Part, line: str) -> _Node:
        """Return the last line *line* inside; a new one if there is none."""
        nodes = self.inside(part)
        if line not in self.named:
            self.add(part, line, len(nodes))
        return self.named[line]

    def add(self, part: Part, line: str, place: int | None) -> None:
        nodes, node = self.inside(part), _Node(line, (*self.path, line))
        nodes.insert(len(nodes) if place is None else place, node)
        self.named[line] = node

    def remove(self, part: Part, line: str, place: int | None) -> None:
        nodes = self.inside(part)
        gone = nodes[place] if place is not None else self.named.get(line)
        if gone is not None:
            nodes[:] = [node for node in nodes if node is not gone]
        if self.named.get(line) is gone:
            self.named.pop(line, None)
            self.named.update({node.line: node for node in nodes if node.line == line})

    def print(self, part: Part, level: int = 0) -> Iterator[str]:
        """Yield the lines inside, *level* levels deep, each block with what closes it."""
        pad = part.indent * level
        if self.nodes is None and self._as_printed(part, pad):
            yield self.text
            return
        for node in self.inside(part):
            yield f"{pad}{node.line}" if node.line else ""
            if node.text or node.nodes:
                yield from node.print(part, level + 1)
            if close := part.close(node.path):
                yield f"{pad}{close}"

    def _as_printed(self, part: Part, pad: str) -> bool:
        """Is the text inside indented as it would be printed, so that it can stay as it is?"""
        text, width = self.text, len(pad)
        return text.startswith(pad) and text[width : width + 1] not in BLANKS and not part.opaque(self.path)


def apply_part(part: Part, changes: tuple[Change, ...], have: str) -> str:
    """Return the text of *part* after *changes*."""
    root = _Node("", text=have)
    root.inside(part)
    for change in changes:
        node = root
        for line in change.path:
            node = node.child(part, line)
        if change.action is Action.ADD:
            node.add(part, change.line, change.position)
        else:
            node.remove(part, change.line, change.position)
    return "".join(f"{line}\n" for line in root.print(part))


def applied(todo: Plan, have: Config, known: Mapping[str, Part]) -> Config:
    """Return what *have* would be after *todo*."""
    texts = dict(have.parts)
    for name in todo.parts:
        changes = tuple(change for change in todo.changes if change.part == name)
        texts[name] = apply_part(known[name], changes, texts.get(name, ""))
    return Config(have.device, texts, have.source, released=have.released)
