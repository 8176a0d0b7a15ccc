"""An emulated Junos's configuration: a tree of statements that set, delete, insert and load edit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from kgnet.emulate.juniper_junos.schema import Schema, schema

INDENT = 4
NEEDS_QUOTES = re.compile(r"[^\w.,:/@+%=*<>^&~!?|()'-]")
SECRET = ("encrypted-password", "authentication-key", "privacy-key", "secret", "ascii-text")
NO_TEXT = ("address", "unit", "interface", "route")  # entries of lists, which stand empty too


class Wrong(ValueError):
    """What the device says to a statement that it does not take."""


class Missing(ValueError):
    """A statement that should be deleted is not there: a warning."""


@dataclass(slots=True, eq=False)
class Node:
    """A statement: its words, of which those of *schema* name it, its values, and what is inside."""

    schema: Schema
    words: tuple[str, ...] = ()
    values: list[str] = field(default_factory=list)
    inside: list[Node] = field(default_factory=list)
    inactive: bool = False
    note: str = ""

    @property
    def name(self) -> str:
        return " ".join(self.words)

    # ── finding ─────────────────────────────────────────────────────────────

    def at(self, *path: str) -> Node | None:
        """Return the active node below these names; each may be several words."""
        here: Node | None = self
        for name in path:
            found = here.inside if here else []
            here = next((each for each in found if each.name == name and not each.inactive), None)
        return here

    def every(self, word: str) -> Iterator[Node]:
        """Yield the active nodes whose first word is *word*."""
        return (each for each in self.inside if each.words[0] == word and not each.inactive)

    def value(self, *path: str) -> str:
        """Return the value below, "" if there is none; without quotes."""
        found = self.at(*path)
        return bare(found.values[0]) if found and found.values else ""

    def named(self, *path: str) -> list[str]:
        found = self.at(*path)
        return [bare(each) for each in found.values] if found else []

    def copy(self) -> Node:
        return Node(
            self.schema,
            self.words,
            list(self.values),
            [each.copy() for each in self.inside],
            self.inactive,
            self.note,
        )

    # ── editing ─────────────────────────────────────────────────────────────

    def set(self, words: list[str]) -> Node:
        """Add or change the statement at *words*, with all that is above it."""
        if not words:
            return self
        held = self._held(words)
        count = len(words) if held.kind == "^" else len(held.words)
        if len(words) < count:
            raise Wrong("missing argument.")
        node = self._child(held, tuple(words[:count])) or self._add(Node(held, tuple(words[:count])))
        rest = words[count:]
        if held.kind in ("=", "+", "~"):
            node._take(rest)
            return node
        if rest and not held.inside:
            raise Wrong("syntax error.")
        return node.set(rest)

    def _take(self, rest: list[str]) -> None:
        values = [word for word in rest if word not in ("[", "]")]
        if not values and self.schema.kind != "~":
            raise Wrong("missing argument.")
        if self.schema.kind == "=" and len(values) > 1:
            raise Wrong("syntax error.")
        if self.schema.kind == "+":
            self.values += [each for each in values if each not in self.values]
        elif values or not self.values:
            self.values = values

    def delete(self, words: list[str]) -> None:
        """Take the statement at *words* away, with all that is inside; empty containers go with it."""
        held = self._held(words)
        count = len(words) if held.kind == "^" else len(held.words)
        if len(words) < count:
            raise Wrong("missing argument.")
        node = self._child(held, tuple(words[:count]))
        if node is None:
            raise Missing("statement not found")
        rest = words[count:]
        if rest and held.kind == "+":
            node._without(rest)
        elif rest and held.kind in ("=", "!"):
            raise Wrong("syntax error.")
        elif rest and held.kind != "~":
            node.delete(rest)
        gone = not rest or held.kind == "~" or (held.kind == "+" and not node.values)
        if gone or (not node.inside and not held.named and not node.values):
            self.inside.remove(node)

    def _without(self, values: list[str]) -> None:
        wanted = [each for each in values if each not in ("[", "]")]
        if any(each not in self.values for each in wanted):
            raise Missing("statement not found")
        self.values = [each for each in self.values if each not in wanted]

    def seek(self, words: list[str]) -> tuple[Node, Node]:
        """Return the statement at *words* and what holds it."""
        held = self._held(words)
        count = len(words) if held.kind == "^" else len(held.words)
        node = self._child(held, tuple(words[:count]))
        if node is None:
            raise Wrong("statement not found")
        rest = words[count:]
        return node.seek(rest) if rest and held.kind not in ("=", "+", "~") else (self, node)

    def insert(self, words: list[str], where: str, anchor: list[str]) -> None:
        """Move the entry at *words* before or after its neighbour *anchor*."""
        holder, node = self.seek(words)
        held = holder._held(anchor)
        other = holder._child(held, tuple(anchor))
        if other is None:
            raise Wrong("statement not found")
        holder.inside.remove(node)
        holder.inside.insert(holder.inside.index(other) + (where == "after"), node)

    def _held(self, words: list[str]) -> Schema:
        held = self.schema.find(words)
        if held is None:
            raise Wrong("syntax error.")
        return held

    def _child(self, held: Schema, words: tuple[str, ...]) -> Node | None:
        return next((each for each in self.inside if each.schema is held and each.words == words), None)

    def _add(self, node: Node) -> Node:
        """Put a new statement where Junos prints it: by kind, within a kind as it comes."""
        later = (n for n, each in enumerate(self.inside) if each.schema.place > node.schema.place)
        self.inside.insert(next(later, len(self.inside)), node)
        return node

    # ── printing ────────────────────────────────────────────────────────────

    def text(self, depth: int = 0) -> Iterator[str]:
        """Yield the lines of what is inside, as `show configuration` prints them."""
        for each in self.inside:
            yield from each.lines(depth)

    def lines(self, depth: int = 0) -> Iterator[str]:
        pad = " " * (INDENT * depth)
        if self.note:
            yield f"{pad}/* {self.note} */"
        start = f"{pad}{'inactive: ' if self.inactive else ''}{self.line()}"
        alone = self.inside[0] if len(self.inside) == 1 and self.schema.kind == "?" else None
        if alone and not alone.inside and not alone.inactive:
            yield f"{start} {alone.line()};{alone.remark()}"
        elif self.inside:
            yield f"{start} {{"
            yield from self.text(depth + 1)
            yield f"{pad}}}"
        else:
            yield f"{start};{self.remark()}"

    def line(self) -> str:
        """Return the statement without brace or semicolon."""
        words = [quoted(each) for each in self.words]
        told = [secret_quoted(self.words[-1], each) for each in self.values]
        if self.schema.kind == "+" and len(told) > 1:
            told = ["[", *told, "]"]
        return " ".join((*words, *told))

    def remark(self) -> str:
        return " ## SECRET-DATA" if self.words[-1] in SECRET else ""

    def paths(self, path: tuple[str, ...] = ()) -> Iterator[str]:
        """Yield what one types to make all of it: `show | display set`."""
        for each in self.inside:
            here = (*path, *(quoted(word) for word in each.words))
            if each.schema.kind == "+":
                yield from (f"set {' '.join((*here, quoted(value)))}" for value in each.values)
            elif each.inside:
                yield from each.paths(here)
            else:
                yield f"set {' '.join((*path, each.line()))}"
            if each.inactive:
                yield f"deactivate {' '.join(here)}"


def empty() -> Node:
    return Node(schema())


def bare(word: str) -> str:
    """Return *word* without quotes and backslashes."""
    if len(word) > 1 and word[0] == word[-1] == '"':
        return word[1:-1].replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")
    return word


def quoted(word: str) -> str:
    """Return *word* with quotes where Junos prints them."""
    inner = word[1:-1] if len(word) > 1 and word[0] == word[-1] == '"' else word
    return f'"{inner}"' if not inner or NEEDS_QUOTES.search(inner) else inner


def secret_quoted(name: str, word: str) -> str:
    return f'"{bare(word)}"' if name in SECRET else quoted(word)
