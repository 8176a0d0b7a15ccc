"""IOS's text line by line: which lines stand in which, and which are text that is no configuration."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import compress
from operator import eq

from kgnet.errors import ReadError
from kgnet.model.lined import lines_of
from kgnet.platforms._again import heard

BANNER = re.compile(r"banner (\S+) (\^C|\x03|\S)(.*)")
CERTIFICATE = re.compile(r"certificate .+")
CLOSERS = ("exit-address-family", "exit-vrf", "exit", "end", "quit")
SKIPPED = frozenset(("", *CLOSERS))
OPENING = ("banner ", "certificate ")  # a text, maybe
BLANKS = frozenset(chr(code) for code in range(0x3001) if chr(code).isspace())

Literal = tuple[str, tuple[str, ...], int]  # the line, the text that follows it, where that ends


@dataclass(frozen=True, slots=True)
class Text:
    """All lines as they are and without the blanks around; *first* is the number of the first."""

    text: str
    raws: list[str]
    lines: list[str]
    first: int
    outer: list[int]  # places of the lines that are not indented and say something
    opening: list[int]  # of these, those of banners
    banners: list[int]  # places of the banners inside blocks, maybe of others
    literals: dict[int, Literal] = field(default_factory=dict)  # by the place of their first line

    @classmethod
    def of(cls, text: str, first: int) -> Text:
        raws = lines_of(text)
        starts = list(map(str.lstrip, raws))
        lines = list(map(str.rstrip, starts))
        level = compress(range(len(raws)), map(eq, raws, starts))
        outer = [at for at in level if (line := lines[at]) not in SKIPPED and line[0] != "!"]
        said = text.count("banner ")
        opening = [at for at in outer if lines[at].startswith("banner ")] if said else []
        inside = (
            [at for at, line in enumerate(lines) if line.startswith("banner ")] if said > len(opening) else []
        )
        return cls(text, raws, lines, first, outer, opening, inside)

    def tops(self) -> list[int]:
        """Return the places of the lines that stand in no block; none if there may be others than these."""
        before = self.lines[: self.outer[0]] if self.outer else self.lines
        if any(line and line[0] != "!" for line in before):
            return []
        if not self.opening:
            return self.outer
        found, end = list(self.outer), 0
        for at in self.opening:
            if at >= end:
                end = self.after(at, 0)
                del found[bisect_right(found, at) : bisect_left(found, end)]
        return found

    def children(self, start: int, end: int) -> list[int]:
        """Return the places of the lines that stand right inside a block, from *start* to before *end*."""
        lines = self.lines
        if start and not self.banners and (found := self._next_in(start, end)):
            return found
        found = []
        here, at = 1 << 20, start
        while at < end:
            line, raw = lines[at], self.raws[at]
            if line in SKIPPED or line[0] == "!":
                at += 1
                continue
            depth = len(raw) - len(raw.lstrip())
            if depth <= here:
                here = depth
                found.append(at)
            at = self.after(at, depth) if line.startswith(OPENING) else at + 1
        return found

    def _next_in(self, start: int, end: int) -> list[int]:
        """Return the places of the lines that stand one blank further in than the line before *start*.

        None if others stand right inside as well, or one may be a certificate.
        """
        header, lines = self.raws[start - 1], self.lines[start:end]
        depth = len(header) - len(header.lstrip()) + 1
        every = [at for at, line in enumerate(lines, start) if line not in SKIPPED and line[0] != "!"]
        found = [at for at in every if self.raws[at][depth] not in BLANKS]
        if len(found) == len(every):
            return found
        if found[:1] != every[:1] or any(self.lines[at].startswith("certificate ") for at in found):
            return []
        return found

    def level(self, start: int, end: int) -> tuple[str, ...]:
        """Return the lines of a block whose lines all count and stand at one level; none: look at each."""
        return _counted(tuple(self.lines[start:end])) if self._even(start, end) else ()

    def uneven(self) -> list[int]:
        """Return the places of the lines that stand more than one blank in, and of banners inside blocks."""
        deeper = (at for at, raw in enumerate(self.raws) if raw[1:2] in BLANKS)
        return sorted({*deeper, *self.banners})

    def _even(self, start: int, end: int) -> bool:
        """Whether all lines of a block stand one blank in, and none is a banner."""
        if any(start <= at < end for at in self.banners):
            return False
        return BLANKS.isdisjoint([raw[1:2] for raw in self.raws[start:end]])

    def after(self, at: int, depth: int) -> int:
        """Return where what the line at place *at* opens as a literal ends."""
        line = self.lines[at]
        if found := BANNER.fullmatch(line):
            body, end = _banner(found, self.raws, at + 1)
            self.literals[at] = f"banner {found[1]}", body, end
        elif depth and CERTIFICATE.fullmatch(line):
            body, end = _indented(self.raws, at + 1, depth)
            self.literals[at] = line, body[:-1] if body and body[-1].strip() == "quit" else body, end
        else:
            return at + 1
        return end


@lru_cache(1 << 12)
def _counted(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of *lines* that are no comment; none if one of them takes another back or comes again."""
    found = [line for line in lines if line not in SKIPPED and line[0] != "!"]
    return () if heard(found, lambda place: False) else tuple(found)


def _banner(found: re.Match[str], lines: list[str], at: int) -> tuple[tuple[str, ...], int]:
    """Return the text of a banner and where it ends: as IOS prints it, or as the canonical text has it."""
    end, first = found[2], found[3]
    if first.endswith(end) and first:
        return (first.removesuffix(end),), at
    told = [first] if first else []
    for place in range(at, len(lines)):
        if lines[place].rstrip().endswith(end) and not BANNER.fullmatch(lines[place].strip()):
            last = lines[place].rstrip().removesuffix(end)
            return _trimmed([*told, *lines[at:place], *([last] if last else [])]), place + 1
        if BANNER.fullmatch(lines[place]):
            break
    body, after = _indented(lines, at, 0)
    if not body or told:
        raise ReadError(f"line {at}: the banner does not end: {end} is missing — the text was cut off")
    return body, after


def _indented(lines: list[str], at: int, depth: int) -> tuple[tuple[str, ...], int]:
    """Return the lines from *at* on that are deeper than *depth*, less one level, and where they end."""
    end = at
    while end < len(lines) and (not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > depth):
        end += 1
    return _trimmed([line[depth + 1 :] for line in lines[at:end]]), end


def _trimmed(body: list[str]) -> tuple[str, ...]:
    """Return *body* without blanks at the ends of lines and without empty lines at its end."""
    return tuple("\n".join(line.rstrip() for line in body).rstrip("\n").split("\n")) if any(body) else ()
