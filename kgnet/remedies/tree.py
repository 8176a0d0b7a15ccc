"""text → a tree of statements that a remedy edits → text; what is not touched stays as it stands.

Where braces and semicolons close statements (Junos), they count neither in what is looked for nor in what
is added: they are put where they belong when the text is printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from kgnet.model.tree import body, depth, merged, split
from kgnet.ports import Part

Path = tuple[str, ...]
ANYTHING = "*"


@cache
def glob(pattern: str) -> re.Pattern[str]:
    """Return what finds a whole line: `*` stands for anything, and is a group of its own."""
    return re.compile("(.*)".join(map(re.escape, pattern.split(ANYTHING))))


def braced(part: Part) -> bool:
    return "}" in part.closers


@dataclass(slots=True, eq=False)
class Node:
    """A statement; *text* holds what stands inside until somebody looks."""

    words: str
    path: Path = ()  # as printed, itself last; of the root: nothing
    text: str = ""
    width: int = 0
    inside: list[Node] | None = None
    literal: bool = False

    def children(self, part: Part) -> list[Node]:
        if self.inside is None:
            self.literal = bool(self.path) and part.opaque(self.path)
            self.inside = list(self._opened(part))
        return self.inside

    def _opened(self, part: Part) -> Iterator[Node]:
        if self.literal:
            lines = [(line, "") for line in body(self.text, self.width + len(part.indent))]
        else:
            lines = list(split(self.text, part.closers))
            if not part.ordered(self.path):
                lines = list(merged(tuple(lines)).items())
        width = depth(self.text)
        for line, inner in lines:
            words = line.removesuffix(" {").removesuffix(";") if braced(part) else line
            yield Node(words, (*self.path, line), inner, width)

    def printed(self, part: Part, level: int = -1) -> Iterator[str]:
        """Yield its lines, *level* levels deep, and what closes it."""
        line = self.line(part)
        if level >= 0:
            yield f"{part.indent * level}{line}" if line else ""
        if self.inside is None and self._as_printed(part.indent * (level + 1)):
            yield self.text
        else:
            for child in self.children(part):
                yield from child.printed(part, level + 1)
        if level >= 0 and (close := part.close((*self.path[:-1], line))):
            yield f"{part.indent * level}{close}"

    def _as_printed(self, pad: str) -> bool:
        """Whether what stands inside, which nobody looked at, can stay as it is."""
        first = self.text[len(pad) : len(pad) + 1]
        return not self.text or (self.text.startswith(pad) and bool(first.strip()))

    def line(self, part: Part) -> str:
        """Return its own line: of a container in braces it says whether something stands inside."""
        if not braced(part):
            return self.words
        holds = bool(self.text.strip()) if self.inside is None else bool(self.inside)
        return f"{self.words} {{" if holds else f"{self.words};"

    def matching(self, part: Part, pattern: str) -> list[tuple[Node, Path]]:
        """Return the statements inside that *pattern* finds, each with what its stars stand for."""
        found = ((child, glob(pattern).fullmatch(child.words)) for child in self.children(part))
        return [(child, match.groups()) for child, match in found if match]

    def add(self, part: Part, words: str, *, first: bool = False) -> Node:
        """Return the statement *words* inside; a new one if there is none."""
        here = next((child for child in self.children(part) if child.words == words), None)
        if here is None:
            here = Node(words, (*self.path, f"{words} {{" if braced(part) else words), inside=[])
            self.children(part).insert(0 if first else len(self.children(part)), here)
        return here

    def remove(self, part: Part, gone: Sequence[Node]) -> None:
        kept = [child for child in self.children(part) if not any(child is node for node in gone)]
        self.children(part)[:] = kept


@dataclass(frozen=True, slots=True)
class Tree:
    """A part's text, open to be edited."""

    part: Part
    root: Node = field(default_factory=lambda: Node(""))

    @classmethod
    def of(cls, part: Part, text: str) -> Tree:
        return cls(part, Node("", text=text))

    def blocks(self, patterns: Sequence[str], *, make: bool) -> Iterator[tuple[Node, Path]]:
        """Yield the blocks that *patterns*, outermost first, lead to, and what their stars stand for.

        To *make*: one that is named without a star, and is not there, is opened.
        """
        yield from self._below(self.root, (), patterns, make=make)

    def _below(
        self, node: Node, stars: Path, patterns: Sequence[str], *, make: bool
    ) -> Iterator[tuple[Node, Path]]:
        if not patterns:
            yield node, stars
            return
        first, *rest = patterns
        found = node.matching(self.part, first)
        if not found and make and ANYTHING not in first:
            found = [(node.add(self.part, first), ())]
        for child, groups in found:
            yield from self._below(child, (*stars, *groups), rest, make=make)

    def text(self) -> str:
        return "".join(f"{line}\n" for line in self.root.printed(self.part))
