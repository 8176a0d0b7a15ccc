"""Access lists in use are changed without a moment in which they say something else.

Emptied, a list permits everything; half filled, it denies what comes later in it; and IOS silently ignores an
entry that is there already, so that a list cannot be put in order in place. So a list in use is

    built under another name, whole
    named by that wherever it is used       each packet is judged by the old list or by the new one
    undone, which nobody notices now, and built anew under its own name
    named by its own name again             both say the same
    undone under its other name
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from kgnet.platforms._indented.blocks import Blocks, Texts
from kgnet.platforms._indented.diff import Node, Trees
from kgnet.platforms._indented.grammar import Filter, Tables, matches, pattern
from kgnet.platforms._indented.mode import Op
from kgnet.ports import Path

SUFFIX = "-KGNET"


@dataclass(frozen=True, slots=True)
class Use:
    """A line that names a list; *start* and *end*: where in it the name stands."""

    path: Path
    start: int
    end: int

    def naming(self, other: str) -> str:
        line = self.path[-1]
        return line[: self.start] + other + line[self.end :]


@dataclass(frozen=True, slots=True)
class Swap:
    """A list that changes: its header (or its lines) before and after, and who uses it before and after."""

    filter: Filter
    name: str
    old: tuple[str, ...]  # empty if it is new
    new: tuple[str, ...]
    before: tuple[Use, ...]
    after: tuple[Use, ...]
    other: str  # the name that it has meanwhile

    @property
    def in_use(self) -> bool:
        return bool(self.before and self.after)

    def naming(self, line: str, name: str) -> str:
        """Return a header or line of the list under another name."""
        match = pattern(self.filter.header).fullmatch(line)
        start, end = match.span("name") if match else (0, 0)
        return line[:start] + name + line[end:]

    def undo(self, tables: Tables, line: str, name: str) -> str:
        """Return what is rid of the whole list, which has this header or line and *name*."""
        if self.filter.undo:
            return f"{tables.negation} {self.filter.undo.format(name=name)}"
        return tables.said((self.naming(line, name),)).undo


class Swaps:
    """The lists that change, and what is typed for them."""

    def __init__(self, tables: Tables, trees: Trees, texts: Texts) -> None:
        self.tables, self.texts = tables, texts
        self.every = tuple(_swaps(tables, trees, texts))
        self.lines = frozenset(line for swap in self.every for line in (*swap.old, *swap.new))
        self.using = {use.path: (swap, use) for swap in self.every if swap.in_use for use in swap.after}
        self.bound: set[Path] = set()  # uses that were sent already, with the other name

    def renamed(self, path: Path) -> str:
        """Return the line of *path* as it is sent while a list that it names has another name."""
        if path not in self.using:
            return path[-1]
        swap, use = self.using[path]
        self.bound.add(path)
        return use.naming(swap.other)

    def made(self, blocks: Blocks) -> Iterator[Op]:
        """Build lists in use under their other names, and those that nobody uses yet in place."""
        for swap in self.every:
            if swap.in_use:
                yield from self._built(blocks, swap, swap.other)
            elif not swap.before:
                yield from self._rebuilt(blocks, swap)

    def back(self, blocks: Blocks) -> Iterator[Op]:
        """Bind what still uses the old lists, build these anew, give them back their names."""
        for path, (swap, use) in self.using.items():
            if path not in self.bound:
                yield from self._bound(path, use.naming(swap.other), path[-1])
        for swap in self.every:
            if swap.before:
                yield from self._rebuilt(blocks, swap)
        for path, (swap, use) in self.using.items():
            yield from self._bound(path, path[-1], use.naming(swap.other))
        for swap in self.every:
            if swap.in_use:
                yield Op((), (swap.undo(self.tables, swap.new[0], swap.other),))

    def _built(self, blocks: Blocks, swap: Swap, name: str) -> Iterator[Op]:
        for line in swap.new:
            sent = swap.naming(line, name)
            if swap.filter.undo:
                yield Op((), (sent,))
            elif inside := self.texts.wanted((line,)):
                yield from blocks.whole((), Node(line, itself=True, inside=inside), sent)
            else:
                yield Op((), (sent,), line)

    def _rebuilt(self, blocks: Blocks, swap: Swap) -> Iterator[Op]:
        if swap.old:
            yield Op((), (swap.undo(self.tables, swap.old[0], swap.name),))
        yield from self._built(blocks, swap, swap.name)

    def _bound(self, path: Path, line: str, before: str) -> Iterator[Op]:
        """Let a line name a list by *line* instead of by *before*."""
        yield Op(path[:-1], (line,))
        if not self.tables.said((*path[:-1], before)).single:
            yield Op(path[:-1], (self.tables.said((*path[:-1], before)).undo,))


# ── which lists, and who uses them ──────────────────────────────────────────


def _swaps(tables: Tables, trees: Trees, texts: Texts) -> Iterator[Swap]:
    for each in tables.filters:
        names = set(lists(each, (*trees.gone.inside, *trees.come.inside)))
        if not names:
            continue
        old, new = lists(each, texts.top_had), lists(each, texts.top_wanted)
        before, after = uses(each, texts.have, names), uses(each, texts.want, names)
        for name in (name for name in new if name in names):
            had, wanted = before.get(name, ()), after.get(name, ())
            if name in old or (had and wanted):
                yield Swap(each, name, old.get(name, ()), new[name], had, wanted, free(name, texts))


def lists(each: Filter, lines: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the headers or lines of lists among *lines*, by name."""
    lists: dict[str, tuple[str, ...]] = {}
    for line in lines:
        if match := pattern(each.header).fullmatch(line):
            lists[match["name"]] = (*lists.get(match["name"], ()), line)
    return lists


def free(name: str, texts: Texts) -> str:
    """Return a name that nothing has: one that broke off may have left the first one behind."""
    other, count = name + SUFFIX, 1
    while other in texts.have or other in texts.want:
        count += 1
        other = f"{name}{SUFFIX}{count}"
    return other


def uses(each: Filter, text: str, names: Collection[str]) -> dict[str, tuple[Use, ...]]:
    """Return the lines in *text* that name one of *names*, by name."""
    return {name: tuple(dict.fromkeys(_named(each, text, name))) for name in names}


def _named(each: Filter, text: str, name: str) -> Iterator[Use]:
    for path in _lines(text, name):
        for header, reference in each.references.items():
            if matches(header, path[-2] if len(path) > 1 else ""):
                match = pattern(reference).fullmatch(path[-1])
                if match and match["name"] == name:
                    yield Use(path, *match.span("name"))


def _lines(text: str, name: str) -> Iterator[Path]:
    """Yield every line that has *name* after a blank, each once."""
    word, end = f" {name}", 0
    while (found := text.find(word, end)) >= 0:
        start, end = text.rfind("\n", 0, found) + 1, text.find("\n", found + 1)
        end = len(text) if end < 0 else end
        if text[found + len(word) : found + len(word) + 1] in ("", " ", "\n"):
            yield _path(text, start, text[start:end])
        else:
            end = found + len(word)


def _path(text: str, start: int, line: str) -> Path:
    """Return the line that begins at *start* with the headers of the blocks that it stands in."""
    path, depth = [line.strip()], len(line) - len(line.lstrip())
    while depth and start > 0:
        end = start - 1
        start = text.rfind("\n", 0, end) + 1
        above = text[start:end]
        indent = len(above) - len(above.lstrip())
        if above.strip() not in ("", "!") and indent < depth:
            path.insert(0, above.strip())
            depth = indent
    return tuple(path)
