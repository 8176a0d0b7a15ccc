"""text → tree: a configuration's lines, each with the deeper lines below it, taken apart a level at a time.

What stands inside a line stays a text until somebody asks: most blocks of two configurations are the same,
and are compared as they stand.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache, lru_cache

Block = tuple[tuple[str, str], ...]  # the lines of a block, each with the text that stands inside it

LINE = re.compile(r"^([ \t]*)[^ \t\n]", re.MULTILINE)
SEPARATOR = "!"


@cache
def _level(depth: int) -> re.Pattern[str]:
    """Return what finds a line of at most *depth* blanks together with the deeper lines below it."""
    return re.compile(rf"^[ \t]{{0,{depth}}}[^ \t\n].*(?:\n+[ \t]{{{depth + 1}}}.*)*", re.MULTILINE)


def depth(text: str) -> int:
    """Return how far the first line of *text* is indented."""
    first = LINE.search(text)
    return len(first[1]) if first else 0


@lru_cache(maxsize=8)
def top(text: str, closers: Collection[str]) -> Block:
    """Do the same as `split` for a whole text, which several verbs take apart one after the other."""
    return split(text, closers)


def split(text: str, closers: Collection[str] = ()) -> Block:
    """Take one level of *text* apart; blank lines, `!` and *closers* do not count.

    What is indented below a line that does not count belongs to the line before it.
    """
    parted = [block.partition("\n") for block in _level(depth(text)).findall(text)]
    block = [(line.strip(), inner) for line, _, inner in parted]
    lines = {line for line, _ in block}
    if SEPARATOR not in lines and lines.isdisjoint(closers):
        return tuple(block)
    taken: list[tuple[str, str]] = []
    for line, inner in block:
        if line != SEPARATOR and line not in closers:
            taken.append((line, inner))
        elif inner and taken:
            last, before = taken[-1]
            taken[-1] = (last, f"{before}\n{inner}" if before else inner)
    return tuple(taken)


def merged(block: Block) -> dict[str, str]:
    """Return the lines of a block where order does not count; a block that is opened twice is one."""
    once = dict(block)
    if len(once) == len(block):
        return once
    both: dict[str, str] = {}
    for line, inner in block:
        both[line] = f"{both[line]}\n{inner}" if both.get(line) else inner
    return both


def body(inner: str, width: int) -> tuple[str, ...]:
    """Return the lines of a literal (a banner, a certificate), *width* blanks taken from before each.

    Blank lines count, those at the end do not.
    """
    lines = inner.rstrip().split("\n") if inner.strip() else []
    return tuple(line[width:].rstrip() if line[:width].isspace() else line.strip() for line in lines)


def inside(text: str, path: tuple[str, ...], closers: Collection[str] = ()) -> str | None:
    """Return the text inside the block *path*; None if there is no such block."""
    for line in path:
        found = merged(split(text, closers))
        if line not in found:
            return None
        text = found[line]
    return text


def walk(text: str, closers: Collection[str] = (), path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every line, itself last."""
    for line, inner in split(text, closers):
        yield (*path, line)
        if inner:
            yield from walk(inner, closers, (*path, line))
