"""Which lines of a text may hold a secret: few do, and only these are searched."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType

from kgnet.model.blurted import EVERYWHERE, HINTS, unsaid
from kgnet.model.lined import Lined

Hidden = Callable[[re.Match[str]], str]  # a match, whose group 1 is the secret → what stands in its place

PEM, URL = EVERYWHERE
BEGIN = "-----BEGIN"
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
        inside: Mapping[str, tuple[tuple[str, ...], re.Pattern[str]]] = MappingProxyType({}),
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
        lines = text.split("\n")
        harmless = self._harmless
        unknown = [at for at, line in enumerate(lines) if line not in harmless]
        found = set()
        for place in self.places("\n".join([lines[at] for at in unknown])):
            line = lines[at := unknown[place]]
            if BEGIN in line and (told := PEM.sub(hidden, text)) != text:
                return self.searched(told, hidden)
            first = line.lstrip().removeprefix("no ").partition(" ")[0]
            if first in self._inside:
                starts, pattern = self._inside[first]
                lines[at] = pattern.sub(hidden, line) if _head(lines, at).startswith(starts) else line
            patterns = self._by_word.get(first, ())
            lines[at] = self._unsaid(
                searched(lines[at], (URL, *patterns) if "://" in line else patterns, hidden), hidden
            )
            if lines[at] != line or first in self._inside or BEGIN in line:
                found.add(at)
        self._remember([line for at in unknown if at not in found and len(line := lines[at]) < LONG])
        return Lined.of(lines)

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


def _head(lines: list[str], at: int) -> str:
    """Return the line that begins the block in which the line at place *at* stands."""
    return next((lines[each] for each in range(at, -1, -1) if not lines[each][:1].isspace()), "")


def _shape(text: bytes) -> bytes:
    return text.translate(SMALL, DIGITS)


ANYWHERE = Suspects((), {})  # beside what a platform's own patterns find
