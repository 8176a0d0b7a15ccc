"""Lines of an indented configuration → the names that they define and use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from kgnet.model.naming import Name, Names

Numbered = tuple[int, str]
Words = Mapping[str, Sequence[tuple[str, str]]]  # first word of a line → kind, and what finds the names
Found = dict[tuple[str, str], int]
Compiled = dict[str, list[tuple[str, re.Pattern[str]]]]


def compiled(words: Words) -> Compiled:
    """Return *words* with expressions; their groups, or all of the one group's words, are names."""
    return {first: [(kind, re.compile(each)) for kind, each in told] for first, told in words.items()}


def names(lines: Iterable[Numbered], defines: Compiled, uses: Compiled) -> Names:
    """Return the names in *lines*, each at its first place."""
    defined: Found = {}
    used: Found = {}
    for number, text in lines:
        first = text.partition(" ")[0]
        for found, table in ((defined, defines), (used, uses)):
            for kind, name in _named(text, table.get(first, ())):
                found.setdefault((kind, name), number)
    return Names(_told(defined), _told(used))


def _named(text: str, told: Iterable[tuple[str, re.Pattern[str]]]) -> Iterator[tuple[str, str]]:
    for kind, pattern in told:
        for match in pattern.finditer(text):
            for group in filter(None, match.groups()):
                yield from ((kind, name) for name in group.split())


def _told(found: Found) -> tuple[Name, ...]:
    return tuple(Name(kind, name, line) for (kind, name), line in found.items())
