"""Lines of an indented configuration → the names that they define and use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from kgnet.model.naming import Name, Names

Numbered = tuple[int, str]
Words = Mapping[str, Sequence[tuple[str, str]]]  # first word of a line → kind, and what finds the names
Named = tuple[tuple[str, str], ...]  # kind and name
NEITHER: tuple[Named, Named] = (), ()
TWO = re.compile(r"\^[\w-]+ ([\w-]+) ")
REMEMBERED = 1 << 12  # lines: a fleet writes the same ones again and again


class Compiled:
    """*words* with expressions; their groups, or all of the one group's words, are names."""

    def __init__(self, words: Words) -> None:
        self._words: dict[str, tuple[dict[str, _Finder], _Finder]] = {}
        for first, told in words.items():
            seconds = dict.fromkeys(two[1] for _, each in told if (two := TWO.match(each)))
            by_second = {second: _Finder(_told_by(told, second)) for second in seconds}
            self._words[first] = by_second, _Finder(_told_by(told, ""))

    @property
    def firsts(self) -> Set[str]:
        """Return the words that lines with names begin with."""
        return self._words.keys()

    def names(self, first: str, second: str, text: str) -> Named:
        """Return the names in a line, whose first words are *first* and *second*."""
        if first not in self._words:
            return ()
        seconds, others = self._words[first]
        return seconds.get(second, others).names(text)


class _Finder:
    """Finds names in lines that begin alike; *any* finds whether there are any, which is seldom so."""

    def __init__(self, told: Sequence[tuple[str, str]]) -> None:
        self._told = [(kind, re.compile(each)) for kind, each in told]
        each_or_other = re.compile("|".join(f"(?:{each})" for _, each in told))
        at_start = all(each.startswith("^") for _, each in told)
        self._any = (each_or_other.match if at_start else each_or_other.search) if told else None
        self._alone = at_start and len(told) == 1

    def names(self, text: str) -> Named:
        found = self._any(text) if self._any else None
        if not found:
            return ()
        if self._alone:
            return tuple(_named(self._told[0][0], found))
        return tuple(
            named
            for kind, pattern in self._told
            for match in pattern.finditer(text)
            for named in _named(kind, match)
        )


def _named(kind: str, match: re.Match[str]) -> Iterator[tuple[str, str]]:
    return ((kind, name) for group in match.groups() if group for name in group.split())


def _told_by(told: Sequence[tuple[str, str]], second: str) -> Sequence[tuple[str, str]]:
    """Return what finds names in lines whose second word is *second*, in its order."""
    return [(kind, each) for kind, each in told if not (two := TWO.match(each)) or two[1] == second]


class Naming:
    """What a platform's lines define, and what they use."""

    def __init__(self, defines: Compiled, uses: Compiled) -> None:
        self._defines, self._uses = defines, uses
        self._firsts = defines.firsts | uses.firsts
        self._known: dict[str, tuple[Named, Named]] = {}

    def names(self, lines: Iterable[Numbered]) -> Names:
        """Return the names in *lines*, each at its first place."""
        defined: dict[tuple[str, str], int] = {}
        used: dict[tuple[str, str], int] = {}
        firsts, known = self._firsts, self._known
        for number, text in lines:
            first, _, rest = text.partition(" ")
            if first not in firsts:
                continue
            for_both = known.get(text) or self._look(first, rest.partition(" ")[0], text)
            if for_both is NEITHER:
                continue
            for named in for_both[0]:
                defined.setdefault(named, number)
            for named in for_both[1]:
                used.setdefault(named, number)
        return Names(_told(defined), _told(used))

    def _look(self, first: str, second: str, text: str) -> tuple[Named, Named]:
        found = self._defines.names(first, second, text), self._uses.names(first, second, text)
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[text] = told = found if any(found) else NEITHER
        return told


def _told(found: Mapping[tuple[str, str], int]) -> tuple[Name, ...]:
    return tuple(Name(kind, name, line) for (kind, name), line in found.items())
