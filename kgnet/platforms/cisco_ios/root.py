"""All of a text as readers see it: what they ask of it is noted, and what it answers can be compared.

Most readers ask for lines that an office's standard sets, and for ports that are set like many others: the
texts of many devices give one answer.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, TypeVar

from kgnet.model.traced import Answers, Question
from kgnet.platforms.cisco_ios.alike import ADDRESS, ASPECTS, NO_ADDRESS, aspect, said
from kgnet.platforms.cisco_ios.alike import OWN as COMMON
from kgnet.platforms.cisco_ios.heads import by_head, head_of_start, presence, section
from kgnet.platforms.cisco_ios.lines import Block, blocks
from kgnet.platforms.cisco_ios.taken import Text
from kgnet.ports import Questioned

ALL = ("all", "")
T = TypeVar("T")
NO_DIGITS = {ord(digit): None for digit in "0123456789"}
OWN = re.compile(  # group 1 stays of what is a port's own (see `alike`)
    r"(\n (?:description|encapsulation dot1Q|bandwidth|ip address(?= \d[\d.]* \d))) "
    r"(?:(?<=ip address )[\d.]+ [\d.]+|(?<!ip address ).*)"
)
END, LEFT_OUT = "\n\0", "\1"  # of a port, and around what of its own was left out
LAST = "\U0010ffff"  # is sorted behind all that may follow how a line begins
NEVER = (END[-1], LEFT_OUT)  # in a text that can be compared
STAND_INS = {start.strip(): line for start, line in {**COMMON, ADDRESS: NO_ADDRESS}.items()}
LONG = 1 << 14  # characters of a port: what is longer is nothing that comes again


class Root(Block, Questioned):
    """The block of what stands in no other."""

    __slots__ = ("_answers", "_asked", "_every", "_heads", "_kinds", "_said", "_sorted")

    def __init__(self, text: Text) -> None:
        super().__init__("", 0)
        self._text, self._end, self._inside = text, len(text.raws), None
        self._asked: set[Question] = set()
        self._answers: dict[Question, Hashable] = {}
        self._every = frozenset(self._own())
        self._said: list[tuple[int, str]] | None = None
        self._kinds: list[tuple[str, _Port]] | None = None
        self._heads = by_head(self._own())
        self._sorted = sorted(self._heads)

    @property
    def comparable(self) -> bool:
        return self._text is not None and not any(each in self._text.text for each in NEVER)

    # ── what readers ask ────────────────────────────────────────────────────

    @property
    def lines(self) -> list[str]:
        self._asked.add(ALL)
        return super().lines

    @property
    def inside(self) -> list[Block]:
        self._asked.add(ALL)
        return super().inside

    @inside.setter
    def inside(self, blocks: list[Block]) -> None:
        self._text, self._inside = None, blocks

    @property
    def below(self) -> list[str]:
        self._asked.add(ALL)
        return super().below

    def numbered(self) -> tuple[Sequence[int], list[str]]:
        self._asked.add(ALL)
        return super().numbered()

    def different(self, *but: str) -> list[str]:
        self._asked.add(ALL)
        text, places, kept, end = self._text, self._places, list[str](), 0
        if text is None or text.banners:
            return super().different(*but)
        found = sorted(chain.from_iterable(map(self._starting, ("interface ", *but))))
        ends = [*places[1:], self._end]
        without = [(places[index], ends[index]) for index in found]
        without += [(at + 1, after) for at, (_, _, after) in text.literals.items()]
        for first, after in sorted(without):
            if first > end:
                kept += text.lines[end:first]
            end = after
        kept += text.lines[end:]
        for _, port in self._ports():
            kept += port.below
        return kept

    def printed(self, start: str) -> str:
        self._asked.add(section(start))
        return self._printed(self._starting(start))

    def starting(self, start: str) -> Iterator[Block]:
        self._asked.add(section(start))
        return super().starting(start)

    def told(self, start: str) -> list[tuple[int, str]]:
        self._asked.add(section(start))
        return super().told(start)

    def sections(self, start: str) -> Iterator[tuple[int, str, Sequence[str]]]:
        self._asked.add(section(start))
        return super().sections(start)

    def rest(self, start: str) -> str | None:
        self._asked.add(section(start))
        return super().rest(start)

    def holding(self, words: str) -> Iterator[Block]:
        self._asked.add(("holding", words))
        return super().holding(words)

    def has(self, start: str) -> bool:
        self._asked.add(presence(start))
        return bool(self._starting(start))

    def shown(self, start: str) -> Block | None:
        self._asked.add(presence(start))
        return next(super().starting(start), None)

    def number_of(self, *starts: str) -> int:
        self._asked.update(map(presence, starts))
        return min((each.number for start in starts for each in Block.starting(self, start)), default=0)

    def says(self, line: str) -> bool:
        self._asked.add(("says", line))
        return line in self._every

    def ports(self, *aspects: Callable[[Block], object]) -> Iterator[Block]:
        self._asked.add(("ports", " ".join(map(aspect, aspects))))
        for index, body in self._bodies():
            port = self._child(index)
            port.said = _port(body).said
            yield port

    def aspects(self, reads: Callable[[Block], T]) -> set[T]:
        self._asked.add(("aspect", aspect(reads)))
        return self._told(aspect(reads))

    # ── what it noted of that ───────────────────────────────────────────────

    def noted(self) -> frozenset[Question] | None:
        asked, self._asked = self._asked, set()
        return None if ALL in asked else frozenset(asked)

    def answers(self, questions: Iterable[Question]) -> Answers:
        told = self._answers
        for question in questions:
            if question not in told:
                told[question] = self._answer(*question)
        return told

    def _answer(self, kind: str, words: str) -> Hashable:
        told: Hashable
        match kind:
            case "starting":
                told = self._printed(self._section(words))
            case "says":
                told = words in self._every
            case "has":
                told = bool(self._starting(words))
            case "aspect":
                told = frozenset(self._told(words))
            case "ports":
                told = frozenset(
                    [(shape, *map(port.__getitem__, words.split())) for shape, port in self._ports()]
                )
            case _:
                told = self._printed([index for index, line in enumerate(self._own()) if words in line])
        return told

    def _bodies(self) -> list[tuple[int, str]]:
        """Return the place of each port, and what it says but for its own."""
        if self._said is None:
            found = self._starting("interface ")
            whole = END.join([f"\n{self._between(self._places[index] + 1, index)}" for index in found])
            told = LEFT_OUT.join(OWN.split(whole)).split(END)
            self._said = list(zip(found, told, strict=True)) if found else []
        return self._said

    def _ports(self) -> list[tuple[str, _Port]]:
        """Return what ports are called, but for their places, and say: of those that are alike one."""
        if self._kinds is None:
            lines = self._own()
            kinds = {(_shape(lines[index]), body) for index, body in self._bodies()}
            self._kinds = [(shape, _port(body)) for shape, body in kinds]
        return self._kinds

    def _told(self, name: str) -> set[Any]:
        return {port[name] for _, port in self._ports()}

    def _printed(self, found: Sequence[int]) -> str:
        """Return the lines at the places that were *found*, with all that stands in them."""
        if found and found[-1] - found[0] == len(found) - 1:  # they stand together
            return self._between(self._places[found[0]], found[-1])
        return "\n".join([self._between(self._places[index], index) for index in found])

    def _between(self, first: int, last: int) -> str:
        """Return what stands from the place *first* to where the line at the place *last* of ours ends."""
        assert self._text is not None
        places, after = self._places, last + 1
        return "\n".join(self._text.raws[first : places[after] if after < len(places) else self._end])

    # ── where what stands ───────────────────────────────────────────────────

    def _starting(self, start: str) -> Sequence[int]:
        found = self._section(start)
        if not found or head_of_start(start)[0] == start:
            return found
        lines = self._own()
        return [place for place in found if lines[place].startswith(start)]

    def _section(self, start: str) -> Sequence[int]:
        """Return the places of all lines that may begin with *start*: by as many words as tell them apart."""
        head, whole = head_of_start(start)
        if whole:
            return self._heads.get(head, ())
        first = bisect_left(self._sorted, head)
        heads = self._sorted[first : bisect_left(self._sorted, f"{head}{LAST}", first)]
        return sorted(chain.from_iterable(map(self._heads.__getitem__, heads))) if heads else ()


def taken_apart(text: str, first: int) -> Block:
    """Return the root of *text*, whose first line has the number *first*.

    Where a header comes again, or a line is taken back, lines stand for no places in the text: it is a block
    like others, which nobody compares.
    """
    root = Root(Text.of(text, first))
    return root if root.comparable else blocks(text, first)


class _Port(dict[str, Any]):
    """What a port says, but for its own; by their names its aspects, each read once."""

    __slots__ = ("below", "said")

    def __init__(self, body: str) -> None:
        for start, line in STAND_INS.items():
            body = body.replace(f"{LEFT_OUT}\n {start}{LEFT_OUT}", f"\n {line}")
        port = blocks(body)
        self.said, self.below = said(port), port.below

    def __missing__(self, aspect: str) -> object:
        port = Block("", 0)
        port.said = self.said
        told = self[aspect] = ASPECTS[aspect](port)
        return told


_remembered = lru_cache(1 << 10)(_Port)


def _port(body: str) -> _Port:
    return _remembered(body) if len(body) < LONG else _Port(body)


@lru_cache(1 << 12)
def _shape(header: str) -> str:
    """Return the header of a port without its place in a box: one of many like it."""
    return header.translate(NO_DIGITS) if "/" in header else header
