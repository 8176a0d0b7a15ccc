"""What an emulated Junos takes for configuration: a hierarchy of statements, in the order it prints them.

One statement a line, its words first, a mark last: none a container or an entry of a list, `?` a container
that is printed on one line while it holds one thing, `!` a word alone, `=` a value, `+` a list of values,
`~` an entry with the rest of its line, `^` an entry whose whole line is its name.  `*` stands for any word.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

KINDS = "?!=+~^"
TEXT = Path(__file__).with_name("junos.schema")


@dataclass(slots=True)
class Schema:
    """One statement that may stand here: its words, its kind, and what may stand inside it."""

    words: tuple[str, ...]
    kind: str
    place: int
    inside: list[Schema] = field(default_factory=list)

    @property
    def named(self) -> bool:
        """Whether there may be several, each with a name of its own."""
        return "*" in self.words or self.kind == "^"

    def fits(self, words: list[str]) -> bool:
        """Whether *words* begin as this statement does; a missing name is judged by who asks."""
        return all(mine in ("*", theirs) for mine, theirs in zip(self.words, words, strict=False)) and bool(
            words
        )

    def find(self, words: list[str]) -> Schema | None:
        """Return what may stand inside and begins as *words* do; a literal word goes before any word."""
        fitting = [each for each in self.inside if each.fits(words)]
        return min(fitting, key=lambda each: each.words[0] == "*") if fitting else None


@cache
def schema() -> Schema:
    """Return the root."""
    root = Schema((), "", 0)
    stack: list[tuple[int, Schema]] = [(-1, root)]
    for place, raw in enumerate(TEXT.read_text(encoding="utf-8").splitlines()):
        line = raw.strip()
        if not line:
            continue
        depth = len(raw) - len(raw.lstrip())
        while stack[-1][0] >= depth:
            stack.pop()
        kind = line[-1] if line[-1] in KINDS else ""
        made = Schema(tuple(line.rstrip(KINDS).split()), kind, place)
        stack[-1][1].inside.append(made)
        stack.append((depth, made))
    _interfaces_everywhere(root)
    return root


def _interfaces_everywhere(root: Schema) -> None:
    """A routing instance has routing options and protocols of its own."""
    top = {each.words[0]: each for each in root.inside}
    instance = top["routing-instances"].inside[0]
    instance.inside += [top["routing-options"], top["protocols"]]
