"""Lines of a configuration as blocks that know what stands in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kgnet.model.config import Line
from kgnet.platforms._again import heard


@dataclass(frozen=True, slots=True)
class Block:
    """A line, its number, and the lines that stand in the block that it opens."""

    text: str
    number: int
    inside: list[Block] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        return self.text.split()

    def starting(self, *starts: str) -> Iterator[Block]:
        return (line for line in self.inside if line.text.startswith(starts))

    def holds(self, text: str) -> bool:
        return any(line.text == text for line in self.inside)


def blocks(lines: Iterable[Line]) -> list[Block]:
    """Return the top-level blocks of a configuration's lines."""
    top: list[Block] = []
    stack: list[Block] = []
    for line in lines:
        block = Block(line.text, line.number)
        del stack[len(line.path) - 1 :]
        (stack[-1].inside if stack else top).append(block)
        stack.append(block)
    return _joined(top)


def _joined(told: list[Block]) -> list[Block]:
    """Return the lines of a block that count, those below them too."""
    for block in told:
        if len(block.inside) > 1:
            block.inside[:] = _joined(block.inside)
    groups = heard([block.text for block in told], lambda place: bool(told[place].inside))
    return [_one([told[place] for place in group]) for group in groups] if groups else told


def _one(again: list[Block]) -> Block:
    if len(again) == 1:
        return again[0]
    inside = [line for block in again for line in block.inside]
    return Block(again[0].text, again[0].number, _joined(inside))


def rest(block: Block, start: str) -> str | None:
    """Return what follows *start* in the last line of the block that starts so."""
    return next((line.text.removeprefix(start) for line in reversed([*block.starting(start)])), None)
