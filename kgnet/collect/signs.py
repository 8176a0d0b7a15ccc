"""text → which systems its lines are signs of: most lines were seen before, and most are no sign."""

from __future__ import annotations

import re
from collections.abc import Mapping

REMEMBERED = 1 << 14  # lines
LONG = 1 << 8  # characters of a line: a longer one is not remembered
NONE: frozenset[str] = frozenset()


class Signs:
    """Expressions for the beginnings of lines, by the names of the systems that print such."""

    def __init__(self, signs: Mapping[str, re.Pattern[str]]) -> None:
        self._signs = signs
        self._any = re.compile("|".join(f"(?:{sign.pattern})" for sign in signs.values()), re.MULTILINE)
        self._silent: set[str] = set()
        self._once: set[str] = set()  # silent, and seen in one text

    def of(self, text: str) -> frozenset[str]:
        """Return the names of those that have a sign in a line of *text*."""
        fresh = set(text.split("\n")) - self._silent
        loud = [line for line in fresh if self._any.match(line)]
        self._remember(fresh.difference(loud))
        return NONE.union(*map(self._named, loud))

    def _named(self, line: str) -> frozenset[str]:
        return frozenset(name for name, sign in self._signs.items() if sign.match(line))

    def _remember(self, silent: set[str]) -> None:
        """Remember lines that come again: the others are of one device alone."""
        for kept, more in ((self._silent, self._once & silent), (self._once, silent)):
            if len(kept) + len(more) > REMEMBERED:
                kept.clear()
            kept.update(line for line in more if len(line) < LONG)
