"""operations → commands: entering and leaving the blocks that they are typed in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kgnet.platforms._indented.grammar import Tables
from kgnet.ports import Path


@dataclass(frozen=True, slots=True)
class Op:
    """Lines that are typed inside the block *path*; *into*: the block that one is in afterwards."""

    path: Path
    lines: tuple[str, ...]
    into: str = ""


def keyed_in(tables: Tables, ops: Iterable[Op]) -> Iterator[str]:
    """Yield every line that is typed, the headers of blocks and the words that leave them included."""
    here: Path = ()
    for op in ops:
        shared = _shared(here, op.path)
        yield from _left(tables, here, shared)
        yield from op.path[shared:]
        yield from op.lines
        here = (*op.path, op.into) if op.into else op.path
    yield from _left(tables, here, 0)


def _shared(one: Path, other: Path) -> int:
    """Return how many blocks both paths have in common."""
    count = 0
    for first, second in zip(one, other, strict=False):
        if first != second:
            break
        count += 1
    return count


def _left(tables: Tables, here: Path, keep: int) -> Iterator[str]:
    for header in reversed(here[keep:]):
        yield tables.word(header)
