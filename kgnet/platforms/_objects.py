"""Lines of an indented configuration → the names that they define and use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from kgnet.model.naming import Key, Names

Words = Mapping[str, Sequence[tuple[str, str]]]  # first word of a line → kind, and what finds the names
Named = tuple[Key, ...]
Places = dict[Key, int]
Both = tuple[Named, Named]  # what a line defines, what it uses
NEITHER: Both = (), ()
TWO = re.compile(r"\^[\w-]+ ([\w-]+) ")
REMEMBERED = 1 << 12  # lines: a fleet writes the same ones again and again


class Compiled:
    """*words* with expressions; their groups, or all of the one group's words, are names."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def seconds(self, first: str) -> Iterable[str]:
        """Return the second words by which lines that begin with *first* are told apart."""
        return {two[1] for _, each in self.words.get(first, ()) if (two := TWO.match(each))}

    def finder(self, first: str, second: str) -> _Finder:
        """Return what finds names in lines with these first words; *second* "": in those with any other."""
        told = self.words.get(first, ())
        return _Finder(
            [(kind, each) for kind, each in told if not (two := TWO.match(each)) or two[1] == second]
        )


class _Finder:
    """Finds names in lines that begin alike; *any* finds whether there are any, which is seldom so."""

    def __init__(self, told: Sequence[tuple[str, str]]) -> None:
        self.told = [(kind, re.compile(each)) for kind, each in told]
        each_or_other = re.compile("|".join(f"(?:{each})" for _, each in told))
        at_start = all(each.startswith("^") for _, each in told)
        self._any = (each_or_other.match if at_start else each_or_other.search) if told else None
        self._alone = told[0][0] if at_start and len(told) == each_or_other.groups == 1 else None

    def names(self, text: str) -> Named:
        found = self._any(text) if self._any else None
        if not found:
            return ()
        if self._alone:
            return tuple([(self._alone, name) for name in found[1].split()])
        return tuple(
            named
            for kind, pattern in self.told
            for match in pattern.finditer(text)
            for named in _named(kind, match)
        )


def _named(kind: str, match: re.Match[str]) -> Iterator[Key]:
    return ((kind, name) for group in match.groups() if group for name in group.split())


@dataclass(frozen=True, slots=True)
class _Beginning:
    """What finds the names in lines with the same first word."""

    holding: tuple[str, ...]
    by_second: Mapping[str, tuple[_Finder, _Finder] | None]
    others: tuple[_Finder, _Finder] | None

    def names(self, rest: str, line: str) -> Both:
        """Return the names in *line*, which has *rest* behind its first word."""
        finders = self.others
        if self.by_second:
            finders = self.by_second.get(rest.partition(" ")[0], finders)
        return (finders[0].names(line), finders[1].names(line)) if finders else NEITHER


class Naming:
    """What a platform's lines define, and what they use.

    Most lines were seen before, and most name nothing.  Where a name stands is looked for in those cases only
    in which it is missing or idle.  *holding*: for a first word, what a line has one of if it names anything.
    """

    def __init__(
        self,
        defines: Compiled,
        uses: Compiled,
        holding: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    ) -> None:
        self._beginnings = {
            first: _beginning(first, defines, uses, holding.get(first, ("",)))
            for first in (*defines.words, *uses.words)
        }
        self._naming: dict[str, Both] = {}
        self._silent: set[str] = set()

    def whole(self, lines: Iterable[str]) -> bool:
        """Return whether all that *lines* use is defined in them, and nothing else is."""
        naming, look = self._known(), self._look
        silent = self._silent
        told = [both for line in lines if line not in silent and (both := naming.get(line) or look(line))]
        defined = {named for defines, _ in told for named in defines}
        return defined == {named for _, uses in told for named in uses}

    def names(self, lines: Sequence[str], numbers: Sequence[int]) -> Names:
        """Return the names in *lines* that are not both defined and used, each at its first place."""
        return Names() if self.whole(lines) else Names.of(*self._places(lines, numbers))

    def _places(self, lines: Sequence[str], numbers: Sequence[int]) -> tuple[Places, Places]:
        """Return the first places of what is defined, and of what is used."""
        places: tuple[Places, Places] = {}, {}
        for line, number in zip(lines, numbers, strict=True):
            if line not in self._silent and (both := self._naming.get(line) or self._look(line)):
                for found, named in zip(places, both, strict=True):
                    for each in named:
                        found.setdefault(each, number)
        return places

    def _known(self) -> dict[str, Both]:
        for lines in (self._naming, self._silent):
            if len(lines) > REMEMBERED:
                lines.clear()
        return self._naming

    def _look(self, line: str) -> Both | None:
        """Return what *line* defines and uses, if anything, and remember it."""
        first, _, rest = line.partition(" ")
        beginning = self._beginnings.get(first)
        if beginning is not None:
            for word in beginning.holding:
                if word in rest and any(found := beginning.names(rest, line)):
                    self._naming[line] = found
                    return found
        self._silent.add(line)
        return None


def _beginning(first: str, defines: Compiled, uses: Compiled, holding: tuple[str, ...]) -> _Beginning:
    def finders(second: str) -> tuple[_Finder, _Finder] | None:
        both = defines.finder(first, second), uses.finder(first, second)
        return both if both[0].told or both[1].told else None

    return _Beginning(
        holding,
        {second: finders(second) for second in (*defines.seconds(first), *uses.seconds(first))},
        finders(""),
    )
