"""What goes and what comes inside a block, as operations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import takewhile

from kgnet.model.tree import inside, merged, top
from kgnet.platforms._indented.diff import Node, Trees, difference, read
from kgnet.platforms._indented.grammar import Said, Tables, found, pattern
from kgnet.platforms._indented.lists import relisted
from kgnet.platforms._indented.mode import Op
from kgnet.ports import Path

Renamed = Callable[[Path], str]  # the line that is sent for a path, e.g. with a list's other name


class Texts:
    """What the device has and will have, taken apart once somebody asks."""

    def __init__(self, tables: Tables, have: str, want: str) -> None:
        self.tables, self.have, self.want = tables, have, want

    @cached_property
    def top_had(self) -> dict[str, str]:
        return merged(top(self.have, self.tables.skipped))

    @cached_property
    def top_wanted(self) -> dict[str, str]:
        return merged(top(self.want, self.tables.skipped))

    def had(self, path: Path) -> dict[str, Node]:
        return self._inside(self.top_had, path)

    def wanted(self, path: Path) -> dict[str, Node]:
        """Return the lines that will stand in the block *path*, whole."""
        return self._inside(self.top_wanted, path)

    def _inside(self, lines: dict[str, str], path: Path) -> dict[str, Node]:
        text = inside(lines.get(path[0], ""), path[1:], self.tables.skipped) or ""
        return read(self.tables, path, text).inside


@dataclass(frozen=True)
class Blocks:
    """Makes operations of what goes and comes, by the rules of *tables*."""

    tables: Tables
    texts: Texts
    trees: Trees
    renamed: Renamed

    # ── what goes ───────────────────────────────────────────────────────────

    def gone(self, path: Path, gone: Node, come: Node, taken: tuple[str, ...] = ()) -> Iterator[Op]:
        """Undo what goes from the block *path*, but for what something takes the place of."""
        if self.tables.is_ordered(path):
            return  # goes as the rest comes
        keys = {self._said(path, node).key for node in come.inside.values() if node.itself}
        said = {line: self._said(path, node) for line, node in gone.inside.items() if node.itself}
        replaced = {line for line, each in said.items() if each.key in keys}
        taken += tuple(each.taken for line, each in said.items() if each.taken and line not in replaced)
        for line, node in gone.inside.items():
            here = (*path, line)
            if not node.itself or self.tables.is_permanent(here):
                yield from self.gone(here, node, come.get(line), taken)
            elif line in replaced:
                yield from self._freed(path, said[line], line)
            elif not any(each != said[line].taken and pattern(each).fullmatch(line) for each in taken):
                yield Op(path, (said[line].undo,))

    def _freed(self, path: Path, said: Said, line: str) -> Iterator[Op]:
        """Undo a value that another block is to have, although something takes its place here."""
        if said.rule and said.rule.unique and line in self._coming:
            yield Op(path, (said.undo,))

    @cached_property
    def _coming(self) -> frozenset[str]:
        def lines(node: Node) -> Iterator[str]:
            for line, each in node.inside.items():
                if each.itself:
                    yield line
                yield from lines(each)

        return frozenset(lines(self.trees.come))

    # ── what comes ──────────────────────────────────────────────────────────

    def come(self, path: Path, gone: Node, come: Node) -> Iterator[Op]:
        """Send what comes into the block *path*, and what the device forgets by that."""
        if self.tables.is_ordered(path):
            yield from self._arranged(path)
            return
        went = {line: self._said(path, node) for line, node in gone.inside.items() if node.itself}
        said = {line: self._said(path, node) for line, node in come.inside.items() if node.itself}
        old = {each.key: gone.inside[line] for line, each in went.items()}
        first = {
            line: None for line, each in said.items() if each.drops
        }  # what makes it forget, then the rest
        for line in first | dict.fromkeys(come.inside):
            node = come.inside[line]
            if not node.itself:
                yield from self.come((*path, line), gone.get(line), node)
            elif before := old.get(said[line].key):
                yield from self._changed(path, before, node, said[line])
            else:
                yield from self.whole(path, node)
        for line, node in gone.inside.items():
            if not node.itself and line not in come.inside:
                yield from self.come((*path, line), node, Node(line))
        drops = {each.drops for each in (*went.values(), *said.values()) if each.drops}
        for line, node in self.texts.wanted(path).items() if drops and path else ():
            if line not in come.inside and any(pattern(each).fullmatch(line) for each in drops):
                yield from self.whole(path, node)

    def whole(self, path: Path, node: Node, sent: str = "") -> Iterator[Op]:
        """Send a line with all that stands inside it; *sent*: in other words."""
        here = (*path, node.line)
        line = sent or self.renamed(here)
        if self.tables.is_opaque(here):
            close = self._said(path, node).close
            yield Op(path, (line, *node.body, *((close,) if close else ())))
            return
        opens = node.inside or self.tables.opens(node.line)
        yield Op(path, (line,), node.line if opens else "")
        for each in node.inside.values():
            yield from self.whole(here, each)

    def _said(self, path: Path, node: Node) -> Said:
        return self.tables.said((*path, node.line))

    def _changed(self, path: Path, before: Node, node: Node, said: Said) -> Iterator[Op]:
        """Send a line that takes the place of another."""
        here = (*path, node.line)
        if before.line != node.line and not said.single:
            yield Op(path, (self._said(path, before).undo,))
            yield from self.whole(path, node)
        elif before.line != node.line and said.rule and said.rule.listing:
            yield from (Op(path, (line,)) for line in relisted(said.rule, before.line, node.line))
        elif self.tables.is_opaque(here) or not (before.inside or node.inside):
            yield from self.whole(path, node)
        else:
            yield Op(path, (self.renamed(here),), node.line)
            yield from self._inside(here, before, node)

    def _inside(self, path: Path, before: Node, node: Node) -> Iterator[Op]:
        """Make what stands in a block another one."""
        old, new = difference(before, node)
        yield from self.gone(path, old, new)
        yield from self.come(path, old, new)

    def _arranged(self, path: Path) -> Iterator[Op]:
        """Bring the lines of a block into their order: what stands wrong is undone and sent again."""
        had, wanted = self.texts.had(path), self.texts.wanted(path)
        insert = found(self.tables.ordered, path[-1])
        stays = _stays(tuple(had), tuple(wanted), anywhere=bool(insert))
        for line in reversed(had):
            if line not in stays:
                yield Op(path, (self._said(path, had[line]).undo,))
        following, sent = "", []
        for line in reversed(wanted):
            if line not in stays:
                words = (
                    insert.format(line=line, next=following.partition(" ")[2]) if insert and following else ""
                )
                sent.append(list(self.whole(path, wanted[line], words)))
            following = line
        for ops in sent if insert else reversed(sent):  # each before the next one, or all at the end
            yield from ops
        for line in stays:
            yield from self._inside((*path, line), had[line], wanted[line])


def _stays(had: tuple[str, ...], wanted: tuple[str, ...], *, anywhere: bool) -> tuple[str, ...]:
    """Return the lines that can stay in their place: those before the first difference, or all such."""
    if not anywhere:
        same = takewhile(lambda pair: pair[0] == pair[1], zip(had, wanted, strict=False))
        return tuple(line for line, _ in same)
    blocks = SequenceMatcher(None, had, wanted, autojunk=False).get_matching_blocks()
    return tuple(line for block in blocks for line in had[block.a : block.a + block.size])
