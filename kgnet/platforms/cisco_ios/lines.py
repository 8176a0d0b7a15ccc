"""IOS's text as blocks of numbered lines: by indentation, with banners and certificates as literals.

A text is taken apart a level at a time, where somebody looks inside: into most blocks nobody does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from kgnet.platforms._again import heard
from kgnet.platforms.cisco_ios.taken import OPENING, SKIPPED, Text

T = TypeVar("T")
MANY = 1 << 9  # lines in a block, from which on an index of their first words is worth its making


class Block:
    """A line, and what stands inside it; *literal*: text that is no configuration, line by line."""

    __slots__ = (
        *("line", "number", "literal", "said"),
        *("_text", "_start", "_end", "_inside", "_lines", "_body", "_places", "_made", "_words"),
    )

    def __init__(self, line: str, number: int, inside: list[Block] | None = None) -> None:
        self.line = line
        self.number = number
        self.literal: tuple[str, ...] = ()
        self.said: tuple[str, ...] | None = None  # what `alike` knows it by
        self._inside: list[Block] | None = [] if inside is None else inside
        self._text: Text | None = None  # where the lines inside are found, until somebody exchanges them
        self._start = self._end = 0
        self._lines: list[str] | None = None
        self._body: str | None = None  # the lines as one text: what is not there is known at a glance
        self._places: list[int] = []
        self._made: list[Block | None] = []
        self._words: dict[str, list[int]] | None = None

    @classmethod
    def of(cls, text: Text, at: int, end: int) -> Block:
        """Return the block that the line at place *at* opens, which ends at *end*; -1: all of *text*."""
        block = Block(text.lines[at] if at >= 0 else "", text.first + at if at >= 0 else 0)
        start = at + 1
        if at in text.literals:
            block.line, block.literal, start = text.literals[at]
        block._text, block._start, block._end, block._inside = text, start, end, None
        return block

    @property
    def inside(self) -> list[Block]:
        if self._inside is None:
            self._inside = [self._child(index) for index in range(len(self._own()))]
        return self._inside

    @inside.setter
    def inside(self, blocks: list[Block]) -> None:
        self._text, self._inside = None, blocks

    @property
    def lines(self) -> list[str]:
        return self._own()

    @property
    def numbers(self) -> list[int]:
        """Return the numbers of the lines inside."""
        if self._text is None or not self.lines or self._inside is not None:
            return [each.number for each in self.inside]
        first = self._text.first
        return [first + place for place in self._places]

    @property
    def opens(self) -> bool:
        return bool(self.literal or self.lines)

    @property
    def below(self) -> list[str]:
        """Return the lines inside, at any depth."""
        if self._text is None or any(self._start <= at < self._end for at in self._text.literals):
            return [line for each in self.inside for line in (each.line, *each.below)]
        lines = self._text.lines[self._start : self._end]
        return [line for line in lines if line not in SKIPPED and line[0] != "!"]

    def starting(self, start: str) -> Iterator[Block]:
        if self._text is None:
            return (each for each in self.inside if each.line.startswith(start))
        return map(self._child, self._starting(start))

    def told(self, start: str) -> list[tuple[int, str]]:
        """Return the lines that begin with *start* with their numbers, for whom looks at nothing inside."""
        if self._text is None:
            return [(each.number, each.line) for each in self.inside if each.line.startswith(start)]
        lines, places, first = self._own(), self._places, self._text.first
        return [(first + places[index], lines[index]) for index in self._starting(start)]

    def sections(self, start: str) -> Iterator[tuple[int, str, Sequence[str]]]:
        """Yield number, header and lines right inside of what begins with *start*."""
        text = self._text
        if text is None:
            yield from (
                (each.number, each.line, each.lines) for each in self.inside if each.line.startswith(start)
            )
            return
        lines, ends = self._own(), [*self._places[1:], self._end]
        for index in self._starting(start):
            place = self._places[index]
            inside = text.level(place + 1, ends[index])
            yield text.first + place, lines[index], inside or self._child(index).lines

    def shown(self, start: str) -> Block | None:
        """Return the first line that begins with *start*, for whom needs the rest of it to show only."""
        return next(self.starting(start), None)

    def ports(self, *aspects: Callable[[Block], object]) -> Iterator[Block]:
        """Yield the interfaces, for whom looks at their *aspects* only, each of which is `alike`.

        What they are called he may show; that one is a loopback or has no other's place he may ask as well.
        """
        return self.starting("interface ")

    def aspects(self, reads: Callable[[Block], T]) -> set[T]:
        """Return what *reads*, which is `alike`, says of the interfaces, each once."""
        return set(map(reads, self.ports(reads)))

    def holding(self, words: str) -> Iterator[Block]:
        """Yield the lines inside that have *words* anywhere."""
        if self._text is None:
            return (each for each in self.inside if words in each.line)
        return (self._child(index) for index, line in enumerate(self._own()) if words in line)

    def rest(self, start: str) -> str | None:
        """Return what follows *start* in the last line that has it."""
        lines = self._own()
        if self._text is None:
            return next(
                (line[len(start) :].strip() for line in reversed(lines) if line.startswith(start)), None
            )
        if len(lines) > MANY:
            places = self._starting(start)
            return lines[places[-1]][len(start) :].strip() if places else None
        body = self._as_text()
        at = body.rfind(f"\n{start}") + 1
        return body[at + len(start) : body.index("\n", at)].strip() if at else None

    def has(self, start: str) -> bool:
        """Return whether a line inside begins with *start*."""
        return next(self.starting(start), None) is not None

    def numbered(self) -> tuple[Sequence[int], list[str]]:
        """Return the numbers of the lines inside, at any depth, and these; comments may be among them."""
        text = self._text
        if text is None:
            told = [([each.number], [each.line], *each.numbered()) for each in self.inside]
            numbers = [number for one, _, more, _ in told for number in (*one, *more)]
            return numbers, [line for _, one, _, more in told for line in (*one, *more)]
        lines = text.lines[self._start : self._end]
        self._open_literals(text)
        for at, (header, _, end) in text.literals.items():
            if self._start <= at < self._end:
                lines[at - self._start : end - self._start] = [header, *[""] * (end - at - 1)]
        return range(text.first + self._start, text.first + self._end), lines

    def different(self, *but: str) -> list[str]:
        """Return the lines inside, at any depth, but for what begins with one of *but* and what is in it.

        What is a port's own may be left out, as may ports that say the same as another.
        """
        every = [each for each in self.inside if not each.line.startswith(but)]
        return [line for each in every for line in (each.line, *each.below)]

    def printed(self, start: str) -> str:
        """Return the lines that begin with *start*, with all that stands in them, as one text."""
        return "\n".join([line for each in self.starting(start) for line in (each.line, *each.below)])

    def number_of(self, *starts: str) -> int:
        """Return the number of the first line that begins with one of *starts*; 0: none does."""
        found = (each.number for start in starts for each in self.starting(start))
        return min(found, default=0)

    def says(self, line: str) -> bool:
        """Return whether *line* stands right inside."""
        lines = self._own()
        if self._text is not None and len(lines) > MANY:
            return any(lines[index] == line for index in self._by_word().get(line.partition(" ")[0], ()))
        return line in lines

    def _own(self) -> list[str]:
        if self._text is None:
            return [each.line for each in self.inside]
        return self._found(self._text) if self._lines is None else self._lines

    # ── a text that nobody has exchanged anything in ────────────────────────

    def _open_literals(self, text: Text) -> None:
        """Find those inside blocks as well, which are uneven, or what follows them is."""
        if not text.banners and "certificate " not in text.text:
            return
        end = 0
        for uneven in text.uneven():
            before = uneven - 1
            while text.lines[uneven] and before > end and not text.lines[before]:
                before -= 1
            for at in (before, uneven):
                if at >= end and text.lines[at].startswith(OPENING):
                    raw = text.raws[at]
                    end = text.after(at, len(raw) - len(raw.lstrip()))

    def _found(self, text: Text) -> list[str]:
        tops = text.tops() if self._start == 0 else []
        places = tops or text.children(self._start, self._end)
        told = text.literals
        self._places, self._made = places, [None] * len(places)
        self._lines = [told[place][0] if place in told else text.lines[place] for place in places]
        if counting := heard(self._lines, lambda index: self._child(index).opens):
            self._made = [_joined([self._child(index) for index in group]) for group in counting]
            self.inside = [each for each in self._made if each is not None]
            self._lines = [each.line for each in self.inside]
        return self._lines

    def _child(self, index: int) -> Block:
        made = self._made[index]
        if made is None:
            assert self._text is not None
            end = self._places[index + 1] if index + 1 < len(self._places) else self._end
            made = self._made[index] = Block.of(self._text, self._places[index], end)
        return made

    def _starting(self, start: str) -> Sequence[int]:
        """Return which of the lines inside begin with *start*."""
        lines = self._own()
        if len(lines) <= MANY:
            if f"\n{start}" not in self._as_text():
                return []
            return [index for index, line in enumerate(lines) if line.startswith(start)]
        word, blank, _ = start.partition(" ")
        if blank:
            return [index for index in self._by_word().get(word, ()) if lines[index].startswith(start)]
        words = self._by_word()
        return sorted(index for each in words if each.startswith(word) for index in words[each])

    def _as_text(self) -> str:
        body = self._body
        if body is None:
            body = self._body = "\n" + "".join(f"{line}\n" for line in self._own())
        return body

    def _by_word(self) -> dict[str, list[int]]:
        """Return the lines inside by their first words."""
        words = self._words
        if words is None:
            words = self._words = defaultdict(list)
            for index, line in enumerate(self._own()):
                words[line.partition(" ")[0]].append(index)
        return words


def _joined(again: list[Block]) -> Block:
    """Return the blocks of one header as one; of texts, as banners are, the last."""
    if len(again) == 1 or again[-1].literal:
        return again[-1]
    inside = [each for block in again for each in block.inside]
    groups = heard([each.line for each in inside], lambda index: inside[index].opens)
    if groups:
        inside = [_joined([inside[index] for index in group]) for group in groups]
    return Block(again[0].line, again[0].number, inside)


def blocks(text: str, first: int = 1) -> Block:
    """Take *text* apart, whose first line has the number *first*; its root has no line.

    ReadError if a banner does not end.
    """
    taken = Text.of(text, first)
    root = Block.of(taken, -1, len(taken.raws))
    root._found(taken)
    return root
