"""Which lines of a text may hold a secret: few do, and only these are searched."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from kgnet.model.blurted import HINTS, unsaid

Hidden = Callable[[re.Match[str]], str]  # a match, whose group 1 is the secret → what stands in its place

DIGITS, SMALL = b"0123456789", bytes(range(256)).lower()
REMEMBERED = 1 << 14  # shapes of lines


class Suspects:
    """Lines that have one of *hints* in whatever letters, and what may match such a line.

    That hangs on the line's first word, behind a `no`.  A line is known by its shape: in small letters and
    without digits, in which the lines of a fleet mostly differ.
    """

    def __init__(self, hints: Iterable[bytes], by_word: Mapping[str, tuple[re.Pattern[str], ...]]) -> None:
        self._hints = tuple(_shape(hint) for hint in (*HINTS, *hints))
        self._by_word = by_word
        self._harmless: set[bytes] = set()

    def places(self, text: str) -> list[int]:
        """Return which lines of *text* may hold one; counted from 0, by line feeds."""
        shapes = _shape(text.encode("ascii", "replace")).split(b"\n")
        harmless = self._harmless
        return [at for at, shape in enumerate(shapes) if shape not in harmless and self._hinted(shape)]

    def searched(self, text: str, hidden: Hidden) -> str:
        """Return *text* with what *hidden* makes of the secrets in such lines, of those everywhere, too."""
        lines = text.split("\n")
        for at in self.places(text):
            first = lines[at].lstrip().removeprefix("no ").partition(" ")[0]
            lines[at] = unsaid(searched(lines[at], self._by_word.get(first, ()), hidden), hidden)
        return "\n".join(lines)

    def _hinted(self, shape: bytes) -> bool:
        if any(hint in shape for hint in self._hints):
            return True
        if len(self._harmless) >= REMEMBERED:
            self._harmless.clear()
        self._harmless.add(shape)
        return False


def searched(text: str, patterns: Iterable[re.Pattern[str]], hidden: Hidden) -> str:
    """Return *text* with what *hidden* makes of each match."""
    for pattern in patterns:
        if pattern.search(text):
            text = pattern.sub(hidden, text)
    return text


def _shape(text: bytes) -> bytes:
    return text.translate(SMALL, DIGITS)


ANYWHERE = Suspects((), {})
