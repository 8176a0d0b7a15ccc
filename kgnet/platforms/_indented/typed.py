"""changes → commands: what is typed, in which order, in which mode.

lists in use are built under another name      (see `_indented_filters`)
definitions come, then what goes inside them   nothing is named before it is there
the rest goes, then the rest comes             an address is free before another port has it
lists in use get their own names back
definitions go                                 nothing is gone while it is named

What can neither change in place nor go while it is in use goes there by a detour (`_indented_detour`).
"""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.outcome import Change
from kgnet.platforms._indented.blocks import Blocks, Texts
from kgnet.platforms._indented.detour import detour
from kgnet.platforms._indented.diff import Node, Trees, grown
from kgnet.platforms._indented.filters import Swaps
from kgnet.platforms._indented.grammar import Tables
from kgnet.platforms._indented.mode import Op, keyed_in


def typed(tables: Tables, changes: tuple[Change, ...], have: str, want: str) -> tuple[str, ...]:
    """Return what one types to make *changes*; *want* is what the device will then have."""
    trees = grown(tables, changes)
    texts = Texts(tables, have, want)
    first, then = detour(tables, trees, texts)
    steps = (*((first,) if first else ()), then)
    return tuple(line for step in steps for line in keyed_in(tables, _step(tables, *step)))


def _step(tables: Tables, trees: Trees, texts: Texts) -> Iterator[Op]:
    swaps = Swaps(tables, trees, texts)
    return _ordered(tables, Blocks(tables, texts, trees, swaps.renamed), swaps)


def _ordered(tables: Tables, blocks: Blocks, swaps: Swaps) -> Iterator[Op]:
    gone, come = blocks.trees.gone, blocks.trees.come
    ranks = {line: tables.rank(line) for line in (*gone.inside, *come.inside) if line not in swaps.lines}
    swapped = min(map(tables.rank, swaps.lines), default=0)  # a list may name what is defined before it

    def some(node: Node, first: int, last: int) -> Node:
        """Return the lines of the top level that have one of these ranks, in their order."""
        lines = [line for line in node.inside if line in ranks and first <= ranks[line] <= last]
        return node.only(sorted(lines, key=ranks.__getitem__))

    least = -len(tables.definitions)
    old, new = some(gone, least, -1), some(come, least, -1)
    yield from blocks.come((), some(gone, least, swapped - 1), some(come, least, swapped - 1))
    yield from swaps.made(blocks)
    yield from blocks.come((), some(gone, swapped, -1), some(come, swapped, -1))
    yield from blocks.gone((), old.only(line for line, node in old.inside.items() if not node.itself), new)
    rest = [(some(gone, rank, rank), some(come, rank, rank)) for rank in (0, 1)]
    for goes, comes in reversed(rest):
        yield from blocks.gone((), goes, comes)
    for goes, comes in rest:
        yield from blocks.come((), goes, comes)
    over = [line for line, node in old.inside.items() if node.itself]
    yield from blocks.gone((), old.only(sorted(over, key=lambda line: -ranks[line])), new)
    yield from swaps.back(blocks)
