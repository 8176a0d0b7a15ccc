"""A configuration as a tree of lines, which commands edit in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Node:
    """One line, and the lines of the block that it opens; the root has no text.

    *body* is literal text that belongs to the line: a banner's, a certificate's.
    """

    text: str = ""
    children: list[Node] = field(default_factory=list)
    body: str = ""

    @classmethod
    def of(cls, text: str, separators: tuple[str, ...] = ("!", "#", "end")) -> Node:
        """Read a text with a tree by indentation; separators and blank lines count for nothing."""
        root = cls()
        stack: list[tuple[int, Node]] = [(-1, root)]
        for raw in text.splitlines():
            line = raw.strip()
            if not line or (line in separators):
                continue
            depth = len(raw) - len(raw.lstrip())
            while stack[-1][0] >= depth:
                stack.pop()
            stack.append((depth, stack[-1][1].add(line)))
        return root

    def add(self, text: str, place: int | None = None) -> Node:
        """Add a line as the last one, or at *place*, and return it."""
        node = Node(text)
        self.children.insert(len(self.children) if place is None else place, node)
        return node

    def find(self, text: str) -> Node | None:
        """Return the child that is this very line."""
        return next((child for child in self.children if child.text == text), None)

    def starting(self, *prefixes: str) -> Iterator[Node]:
        """Yield the children whose lines start with one of *prefixes*."""
        return (child for child in self.children if child.text.startswith(prefixes))

    def first(self, prefix: str, default: str = "") -> str:
        """Return what follows *prefix* in the first child that starts with it."""
        return next((c.text.removeprefix(prefix).strip() for c in self.starting(prefix)), default)

    def at(self, *path: str) -> Node | None:
        """Return the node below these lines."""
        here: Node | None = self
        for text in path:
            here = here.find(text) if here else None
        return here

    def make(self, *path: str) -> Node:
        """Return the node below these lines; what lacks is added."""
        here = self
        for text in path:
            here = here.find(text) or here.add(text)
        return here

    def remove(self, wanted: Callable[[Node], bool]) -> bool:
        """Remove the children that are *wanted* away; whether there were any."""
        kept = [child for child in self.children if not wanted(child)]
        gone = len(kept) < len(self.children)
        self.children[:] = kept
        return gone

    def copy(self) -> Node:
        return Node(self.text, [child.copy() for child in self.children], self.body)

    def lines(self, indent: str = " ", depth: int = 0) -> Iterator[str]:
        """Yield the lines of all children, indented."""
        for child in self.children:
            yield indent * depth + child.text
            yield from child.lines(indent, depth + 1)

    def walk(self, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
        """Yield the path of every line: the blocks it stands in, outermost first, itself last."""
        for child in self.children:
            here = (*path, child.text)
            yield here
            yield from child.walk(here)

    def text_of(self, indent: str = " ") -> str:
        return "".join(f"{line}\n" for line in self.lines(indent))
