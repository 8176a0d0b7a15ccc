"""Which lines of a text may hold a secret: few do, and only these are searched."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from types import MappingProxyType

from kgnet.model.blurted import EVERYWHERE, HINTS, unsaid
from kgnet.model.lined import Lined

Hidden = Callable[[re.Match[str]], str]  # a match, whose group 1 is the secret → what stands in its place
Inside = tuple[tuple[str, ...], re.Pattern[str]]  # how a block begins, what finds a secret in its lines

PEM, URL = EVERYWHERE
BEGIN = "-----BEGIN"
NOTHING: Mapping[str, Inside] = MappingProxyType({})
NOWHERE: Inside = ((), URL)
DIGITS, SMALL = b"0123456789", bytes(range(256)).lower()
REMEMBERED = 1 << 12  # lines, and shapes of lines
LONG = 256  # characters of a line: a longer one is not remembered


class Suspects:
    """Lines that have one of *hints* in whatever letters, and what may match such a line.

    That hangs on the line's first word, behind a `no`; for some words on how the block begins in which it
    stands, too.  What holds none is remembered: the line as it is, as most stand on many devices, and its
    shape, in small letters and without digits, in which the others mostly differ.
    """

    def __init__(
        self,
        hints: Iterable[bytes],
        by_word: Mapping[str, tuple[re.Pattern[str], ...]],
        inside: Mapping[str, Inside] = NOTHING,
    ) -> None:
        self._hints = tuple(_shape(hint) for hint in (*HINTS, *hints, b"://"))
        self._by_word = by_word
        self._inside = inside
        self._harmless: set[str] = set()
        self._once: set[str] = set()  # seen so on one device
        self._silent: set[str] = set()  # lines without their secrets in which no table finds another
        self._harmless_shapes: set[bytes] = set()

    def places(self, text: str) -> list[int]:
        """Return which lines of *text* may hold one; counted from 0, by line feeds."""
        shapes = _shape(text.encode("ascii", "replace")).split(b"\n")
        harmless = self._harmless_shapes
        return [at for at, shape in enumerate(shapes) if shape not in harmless and self._hinted(shape)]

    def searched(self, text: str, hidden: Hidden) -> str:
        """Return *text* with what *hidden* makes of the secrets in such lines, of those everywhere, too."""
        lines, unknown, told = self._parted(text)
        keys, blocks = BEGIN in told, _Blocks(lines)  # where a key was, no block begins any more
        if keys:  # over many lines, each of which stays where it was
            lines, unknown, told = self._parted(PEM.sub(hidden, text))
        found = set[int]()
        for place in self.places(told):
            line = lines[at := unknown[place]]
            first = line.lstrip().removeprefix("no ").partition(" ")[0]
            starts, pattern = self._inside.get(first, NOWHERE)
            patterns = self._by_word.get(first, ())
            if "://" in line:
                patterns = (URL, *patterns)
            if starts and blocks.begin_of(at).startswith(starts):
                patterns = (pattern, *patterns)
            lines[at] = self._unsaid(searched(line, patterns, hidden), hidden)
            if starts or lines[at] != line:
                found.add(at)
        if not keys:
            self._remember([line for at in unknown if at not in found and len(line := lines[at]) < LONG])
        return Lined.of(lines)

    def _parted(self, text: str) -> tuple[list[str], list[int], str]:
        """Return the lines of *text*, the places of those that are not known as harmless, and these."""
        lines, harmless = text.split("\n"), self._harmless
        unknown = [at for at, line in enumerate(lines) if line not in harmless]
        return lines, unknown, "\n".join([lines[at] for at in unknown])

    def _unsaid(self, line: str, hidden: Hidden) -> str:
        """Return a line without what no table knows; its known secrets are gone, so that many are alike."""
        if line in self._silent:
            return line
        told = unsaid(line, hidden)
        if told == line and len(line) < LONG:
            if len(self._silent) >= REMEMBERED:
                self._silent.clear()
            self._silent.add(line)
        return told

    def _remember(self, harmless: Collection[str]) -> None:
        """Remember lines that come again: few do, and the fewer there are, the sooner one is found."""
        again = self._once.intersection(harmless)
        if len(self._harmless) + len(again) > REMEMBERED:
            self._harmless.clear()
        self._harmless |= again
        if len(self._once) + len(harmless) > REMEMBERED:
            self._once.clear()
        self._once.update(harmless)

    def _hinted(self, shape: bytes) -> bool:
        if any(hint in shape for hint in self._hints):
            return True
        if len(self._harmless_shapes) >= REMEMBERED:
            self._harmless_shapes.clear()
        if len(shape) < LONG:
            self._harmless_shapes.add(shape)
        return False


def searched(text: str, patterns: Iterable[re.Pattern[str]], hidden: Hidden) -> str:
    """Return *text* with what *hidden* makes of each match."""
    for pattern in patterns:
        text = pattern.sub(hidden, text)
    return text


class _Blocks:
    """How the blocks begin in which lines stand that one asks for from the first to the last."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._seen, self._begin = -1, ""

    def begin_of(self, at: int) -> str:
        """Return the line that begins the block in which the line at the place *at* stands; "": none does."""
        above = (self._lines[each] for each in range(at, self._seen, -1))
        self._begin = next((line for line in above if not line[:1].isspace()), self._begin)
        self._seen = at
        return self._begin


def _shape(text: bytes) -> bytes:
    return text.translate(SMALL, DIGITS)


ANYWHERE = Suspects((), {})  # beside what a platform's own patterns find
