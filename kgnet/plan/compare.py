"""want, have → changes: the exact lines to add and remove, by comparing trees of indented lines.

The order of lines counts only in blocks where the platform's part says so (`Part.ordered`);
elsewhere a block is a set of lines. Blocks whose text is the same on both sides are never taken apart,
and a literal (`Part.opaque`) is replaced whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from kgnet.model.outcome import Action, Change
from kgnet.model.tree import Block, body, depth, merged, split, top
from kgnet.ports import Part

Path = tuple[str, ...]
Owns = Callable[[Path], bool]


def everything(path: Path) -> bool:
    return True


def compare(part: Part, want: str, have: str, *, whole: bool = False) -> Iterator[Change]:
    """Yield the changes of one part, in applying order: first what goes, from the last line to the first.

    What the part does not own stays, unless the device shall be *whole* as wanted.
    """
    if want == have:
        return
    differ = _Differ(part, everything if whole else part.owns)
    changes = tuple(differ.texts((), want, have))
    yield from reversed([change for change in changes if change.action is Action.REMOVE])
    yield from (change for change in changes if change.action is Action.ADD)


@dataclass(frozen=True, slots=True)
class _Differ:
    """Compares two texts of *part*, where only what is owned is ever removed."""

    part: Part
    owns: Owns

    def texts(self, path: Path, want: str, have: str) -> Iterator[Change]:
        """Yield what differs inside *path*, in the order of the lines."""
        take = split if path else top
        wanted, had = take(want, self.part.closers), take(have, self.part.closers)
        widths = depth(want), depth(have)
        if self.part.ordered(path):
            yield from self._in_order(path, wanted, had, widths)
        else:
            yield from self._as_sets(path, wanted, had, widths)

    def _as_sets(self, path: Path, want: Block, have: Block, widths: tuple[int, int]) -> Iterator[Change]:
        wanted, had = merged(want), merged(have)
        for line, inner in had.items():
            if line not in wanted:
                yield from self._gone(path, line, inner, widths[1])
        for line, inner in wanted.items():
            if line not in had:
                yield from self._new(path, line, inner, widths[0])
            elif inner != had[line]:
                yield from self._inside((*path, line), inner, had[line], widths)

    def _gone(self, path: Path, line: str, inner: str, width: int) -> Iterator[Change]:
        """Yield the end of a line that is not wanted; of a block that is always there, of all inside it."""
        here = (*path, line)
        if not self.owns(here):
            return
        if self.part.permanent(here):
            yield from self.texts(here, "", inner)
        else:
            yield from self._whole(Change(Action.REMOVE, self.part.name, path, line), inner, width)

    def _new(self, path: Path, line: str, inner: str, width: int) -> Iterator[Change]:
        if inner or not self.part.permanent((*path, line)):
            yield from self._whole(Change(Action.ADD, self.part.name, path, line), inner, width)

    def _inside(self, path: Path, want: str, have: str, widths: tuple[int, int]) -> Iterator[Change]:
        """Yield what differs inside a line that both have."""
        if not self.part.opaque(path):
            yield from self.texts(path, want, have)
        elif self._body(want, widths[0]) != self._body(have, widths[1]):
            *outer, line = path
            remove = Change(Action.REMOVE, self.part.name, tuple(outer), line)
            add = Change(Action.ADD, self.part.name, tuple(outer), line)
            yield from self._whole(remove, have, widths[1])
            yield from self._whole(add, want, widths[0])

    def _in_order(self, path: Path, want: Block, have: Block, widths: tuple[int, int]) -> Iterator[Change]:
        lines = [line for line, _ in have], [line for line, _ in want]
        name, kept = self.part.name, 0  # lines that stay because they are not owned, before this place
        for tag, old, old_end, new, new_end in SequenceMatcher(None, *lines, autojunk=False).get_opcodes():
            if tag == "equal":
                for (line, before), (_, after) in zip(have[old:old_end], want[new:new_end], strict=True):
                    if before != after:
                        yield from self._inside((*path, line), after, before, widths)
                continue
            for place in range(old, old_end):
                line, inner = have[place]
                if self.owns((*path, line)):
                    yield from self._whole(Change(Action.REMOVE, name, path, line, place), inner, widths[1])
                else:
                    kept += 1
            for place in range(new, new_end):
                line, inner = want[place]
                change = Change(Action.ADD, name, path, line, place + kept)
                yield from self._whole(change, inner, widths[0])

    def _body(self, inner: str, width: int) -> tuple[str, ...]:
        return body(inner, width + len(self.part.indent))

    def _whole(self, change: Change, inner: str, width: int) -> Iterator[Change]:
        """Yield the change of a line, and the same for everything inside it; *width* is its indentation."""
        yield change
        if not inner:
            return
        path = (*change.path, change.line)
        lines: Iterable[tuple[str, str]]
        opaque, ordered = self.part.opaque(path), self.part.ordered(path)
        if opaque:
            lines = ((line, "") for line in self._body(inner, width))
        else:
            lines = split(inner, self.part.closers)
        if not (opaque or ordered):
            lines = merged(tuple(lines)).items()
        for place, (line, deeper) in enumerate(lines):
            position = place if opaque or ordered else None
            child = Change(change.action, change.part, path, line, position)
            yield from self._whole(child, deeper, 0 if opaque else depth(inner))
