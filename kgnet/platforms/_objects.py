"""Lines of an indented configuration → the names that they define and use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from kgnet.model.naming import Name, Names

Numbered = tuple[int, str]
Words = Mapping[str, Sequence[tuple[str, str]]]  # first word of a line → kind, and what finds the names
Found = dict[tuple[str, str], int]
Told = list[tuple[str, re.Pattern[str]]]
Compiled = dict[str, tuple[dict[str, Told], Told]]  # by the second word, where an expression begins with two
TWO = re.compile(r"\^[\w-]+ ([\w-]+) ")


def compiled(words: Words) -> Compiled:
    """Return *words* with expressions; their groups, or all of the one group's words, are names."""
    found: Compiled = {}
    for first, told in words.items():
        seconds = dict.fromkeys(two[1] for _, each in told if (two := TWO.match(each)))
        found[first] = {second: _told_by(told, second) for second in seconds}, _told_by(told, "")
    return found


def _told_by(told: Sequence[tuple[str, str]], second: str) -> Told:
    """Return what finds names in lines whose second word is *second*, in its order."""
    fitting = ((kind, each) for kind, each in told if not (two := TWO.match(each)) or two[1] == second)
    return [(kind, re.compile(each)) for kind, each in fitting]


def names(lines: Iterable[Numbered], defines: Compiled, uses: Compiled) -> Names:
    """Return the names in *lines*, each at its first place."""
    defined: Found = {}
    used: Found = {}
    seen: set[str] = set()
    for number, text in lines:
        first, _, rest = text.partition(" ")
        if (first not in defines and first not in uses) or text in seen:
            continue
        seen.add(text)
        for found, table in ((defined, defines), (used, uses)):
            if first in table:
                seconds, others = table[first]
                for kind, name in _named(text, seconds.get(rest.partition(" ")[0], others)):
                    found.setdefault((kind, name), number)
    return Names(_told(defined), _told(used))


def _named(text: str, told: Iterable[tuple[str, re.Pattern[str]]]) -> Iterator[tuple[str, str]]:
    for kind, pattern in told:
        for match in pattern.finditer(text):
            for group in filter(None, match.groups()):
                yield from ((kind, name) for name in group.split())


def _told(found: Found) -> tuple[Name, ...]:
    return tuple(Name(kind, name, line) for (kind, name), line in found.items())
