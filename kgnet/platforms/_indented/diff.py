"""changes → two trees: what goes, and what comes; and a block's text as such a tree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from kgnet.model.outcome import Action, Change
from kgnet.model.tree import body, split
from kgnet.platforms._indented.grammar import Tables
from kgnet.ports import Path


@dataclass(slots=True)
class Node:
    """A line that goes or comes itself, or only something inside it."""

    line: str = ""
    itself: bool = False
    inside: dict[str, Node] = field(default_factory=dict)
    body: list[str] = field(default_factory=list)  # of a literal

    def child(self, line: str) -> Node:
        if line not in self.inside:
            self.inside[line] = Node(line)
        return self.inside[line]

    def get(self, line: str) -> Node:
        """Return the child *line*; an empty one if there is none."""
        return self.inside.get(line) or Node(line)

    def only(self, lines: Iterable[str]) -> Node:
        """Return a copy with these of its lines, in their order."""
        some = {line: self.inside[line] for line in lines if line in self.inside}
        return Node(self.line, self.itself, some, self.body)


@dataclass(slots=True)
class Trees:
    gone: Node = field(default_factory=Node)
    come: Node = field(default_factory=Node)

    def comes(self, path: Path) -> bool:
        """Is the line *path* itself one that comes?"""
        node = self.come
        for line in path:
            if line not in node.inside:
                return False
            node = node.inside[line]
        return node.itself


def grown(tables: Tables, changes: Iterable[Change]) -> Trees:
    """Return *changes* as trees."""
    trees = Trees()
    for change in changes:
        node = trees.come if change.action is Action.ADD else trees.gone
        for line in change.path:
            node = node.child(line)
        if not tables.is_opaque(change.path):
            node.child(change.line).itself = True
        elif change.action is Action.ADD:
            node.body.append(change.line)
    return trees


def read(tables: Tables, path: Path, text: str) -> Node:
    """Return what stands inside the block *path* as lines that come."""
    node = Node(path[-1] if path else "", itself=True)
    if tables.is_opaque(path):
        node.body += body(text, len(tables.indent) * len(path))
        return node
    for line, inner in split(text, tables.skipped):
        node.inside[line] = read(tables, (*path, line), inner)
    return node


def difference(old: Node, new: Node) -> tuple[Node, Node]:
    """Return what goes and what comes between two lines' insides."""
    gone, come = Node(old.line), Node(new.line)
    for line, node in old.inside.items():
        if line not in new.inside:
            gone.inside[line] = node
    for line, node in new.inside.items():
        if line not in old.inside:
            come.inside[line] = node
            continue
        goes, comes = difference(old.inside[line], node)
        changed = old.inside[line].body != node.body
        if goes.inside or changed:
            gone.inside[line] = replace(goes, itself=changed)
        if comes.inside or changed:
            come.inside[line] = replace(comes, itself=changed, body=node.body)
    return gone, come
