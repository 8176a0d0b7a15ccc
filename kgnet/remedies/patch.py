"""text, text → what to put where in the first to make the second of it, for tools that mend files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import takewhile
from operator import eq

from kgnet.model.config import Config
from kgnet.model.outcome import Replacement
from kgnet.model.tree import SEPARATOR
from kgnet.ports import Part
from kgnet.remedies.fill import open_places
from kgnet.remedies.tree import braced

SEALED = "<secret"
NOTHING = ("", SEPARATOR)

Numbered = list[tuple[int, str]]


def patch(parts: Iterable[Part], have: Config, after: Config) -> tuple[Replacement, ...]:
    """Return what makes *after* of the file that *have* was read from.

    Nothing where somebody has to fill in what is put there, or a secret is not told.
    """
    made: list[Replacement] = []
    closers = {part.name: () if braced(part) else part.closers for part in parts}
    start = 0 if have.bare else 1
    for name, text in have.parts.items():
        then = after.parts[name]
        if then != text:
            made += _replacements(*_counted(text, then, closers[name], start + 1))
        start += len(text.splitlines()) + 1
    unfit = any(open_places(line) or SEALED in line for each in made for line in each.lines)
    return () if unfit else tuple(made)


def _counted(text: str, then: str, closers: Sequence[str], first: int) -> tuple[Numbered, list[str]]:
    """Return the lines of both that count, those of *text* with their numbers in the file.

    What only closes something (`end`), and is not printed anew, stays.
    """
    new = [line for line in then.splitlines() if line.strip() not in NOTHING]
    kept = {line.strip() for line in new}
    lines = ((number, line) for number, line in enumerate(text.splitlines(), first))
    passed = {*NOTHING, *closers} - kept
    return [(number, line) for number, line in lines if line.strip() not in passed], new


def _replacements(have: Numbered, new: list[str]) -> Iterator[Replacement]:
    """Yield what differs; what both begin and end with is passed over before anything is compared."""
    old = [line for _, line in have]
    head = _alike(old, new)
    tail = _alike(reversed(old[head:]), reversed(new[head:]))
    middle = old[head : len(old) - tail], new[head : len(new) - tail]
    for what, i, k, m, n in SequenceMatcher(None, *middle, autojunk=False).get_opcodes():
        if what != "equal":
            yield _replacement(have, head + i, head + k, tuple(middle[1][m:n]))


def _alike(some: Iterable[str], others: Iterable[str]) -> int:
    """Return with how many lines both begin."""
    return sum(takewhile(bool, map(eq, some, others)))


def _replacement(have: Numbered, first: int, end: int, lines: tuple[str, ...]) -> Replacement:
    """Return that *lines* stand instead of those from *first* up to *end*; of none: behind the one before."""
    if first < end:
        return Replacement(have[first][0], have[end - 1][0] - have[first][0] + 1, lines)
    return Replacement(have[first - 1][0] + 1 if first else have[0][0] if have else 1, 0, lines)
