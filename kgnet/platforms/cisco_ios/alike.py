"""Blocks that say the same, but for what is each one's own, are read once: most ports are set alike."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

from kgnet.platforms.cisco_ios.lines import Block

T = TypeVar("T")
REMEMBERED = 1 << 12  # different ones; their order is part of what they say
OWN = {  # how a line begins → what stands for all that begin so
    "description ": "description -",
    "encapsulation dot1Q ": "encapsulation dot1Q 1",
    "bandwidth ": "bandwidth 1",
}
ADDRESS = "ip address "
NO_ADDRESS = "ip address 0.0.0.0 0.0.0.0"
OTHERS = (*OWN, ADDRESS)
ASPECTS: dict[str, Callable[[Block], object]] = {}  # what is `alike`, by its name


def alike(reads: Callable[[Block], T]) -> Callable[[Block], T]:
    """Return *reads* for what looks at nothing of a block's own: header, numbers, addresses, OWN."""

    @lru_cache(REMEMBERED)
    def read(lines: tuple[str, ...]) -> T:
        return reads(Block("", 0, [Block(line, 0) for line in lines]))

    @wraps(reads)
    def of(block: Block) -> T:
        return read(said(block))

    ASPECTS[aspect(of)] = of
    return of


def aspect(reads: Callable[[Block], object]) -> str:
    """Return the name of what is `alike`."""
    return f"{reads.__module__}.{reads.__qualname__}"


def said(block: Block) -> tuple[str, ...]:
    """Return the lines right inside without what is the block's own."""
    if block.said is None:
        lines = tuple([_common(line) if line.startswith(OTHERS) else line for line in block.lines])
        block.said = _same(lines)
    return block.said


@lru_cache(REMEMBERED)
def _same(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return one tuple for all that are equal: what is the same object is found sooner."""
    return lines


def _common(line: str) -> str:
    if line.startswith(ADDRESS):
        words = line.split(maxsplit=4)
        if len(words) < 4 or not (words[2][0].isdecimal() and words[3][0].isdecimal()):
            return line  # it asks for one
        return " ".join((NO_ADDRESS, *words[4:]))
    return next(common for start, common in OWN.items() if line.startswith(start))
