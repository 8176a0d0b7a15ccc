"""What lines of IOS begin with: as many of their words as tell most lines apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

from kgnet.model.traced import Question

SPLIT = ("interface", "ip", "ipv6", "no", "router", "snmp-server")  # one word does not tell these apart
LONG_LINE, REMEMBERED = 1 << 8, 1 << 12  # characters, lines


class _Heads(dict[str, str]):
    """Line → its head, remembered; not of more lines than it is worth."""

    def __missing__(self, line: str) -> str:
        word, _, rest = line.partition(" ")
        head = f"{word} {rest.partition(' ')[0]}" if word in SPLIT else word
        if len(line) < LONG_LINE:
            self[line] = head
        return head


HEADS = _Heads()


def by_head(lines: Sequence[str]) -> dict[str, list[int]]:
    """Return the places of *lines* by their heads."""
    if len(HEADS) > REMEMBERED:
        HEADS.clear()
    places: dict[str, list[int]] = defaultdict(list)
    for place, head in enumerate(map(HEADS.__getitem__, lines)):
        places[head].append(place)
    return places


@lru_cache(1 << 10)
def head_of_start(start: str) -> tuple[str, bool]:
    """Return the head of all lines that begin with *start*, or how it begins, and which of the two it is."""
    word, blank, rest = start.partition(" ")
    if not blank or word not in SPLIT:
        return word, bool(blank)
    second, whole, _ = rest.partition(" ")
    return f"{word} {second}", bool(whole)


@lru_cache(1 << 10)
def section(start: str) -> Question:
    """Return the question for all lines that may begin with *start*, so that there are fewer questions."""
    head, whole = head_of_start(start)
    return "starting", f"{head} " if whole else head


@lru_cache(1 << 10)
def presence(start: str) -> Question:
    """Return the question whether a line begins with *start*: all of its first word tells as well."""
    return ("has", start) if start.startswith(SPLIT) else section(start)
