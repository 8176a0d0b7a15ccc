"""A device's configuration as text: its parts, its lines, and where each line stands."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from kgnet.errors import ReadError

HEADER = "#= "  # opens a part in a `.cfg` file that holds several
HEAD = re.compile(rf"^{HEADER}(\S+)[ \t\r]*(?:\n|\Z)", re.MULTILINE)
LONGEST_LINE = 1 << 16  # characters; the longest that devices print are keys and lists of some thousands
BLANK = ("", "!")
DEEPEST = 100  # blocks in each other; devices print some ten
LONG = re.compile(rf"^.{{{LONGEST_LINE + 1}}}", re.MULTILINE)
INDENTED = re.compile(rf"^[ \t]{{{DEEPEST}}}", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: *path* are the lines of the blocks it stands in, outermost first, itself last."""

    part: str
    number: int  # 1-based, in the whole text as written to a file
    path: tuple[str, ...]

    @property
    def text(self) -> str:
        return self.path[-1]


@dataclass(frozen=True, slots=True)
class Config:
    """The configuration of one device: an ordered mapping of part name → canonical text.

    A router that runs FRR on Linux has the parts `frr`, `nftables` and `qos`; a vendor's device has one.
    """

    device: str
    parts: Mapping[str, str]
    source: str = ""  # the file it was read from, or how it was asked for
    bare: bool = False  # in that file the first part stands without a line above that names it
    # Part → the line that tells the release, where its text has none: what is so by default hangs on it.
    released: Mapping[str, str] = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        """Return the text of all parts, each under a line `#= name`; `parse` reads it back."""
        return "".join(f"{HEADER}{name}\n{text}" for name, text in self.parts.items())

    @classmethod
    def parse(
        cls, device: str, text: str, *, default: str, source: str = "", names: Collection[str] = ()
    ) -> Config:
        """Read what `str` wrote; a text that begins with no header is the one part named *default*.

        Only *names* (empty: all) head a part: any other such line is the device's, a banner's maybe.
        ReadError if one stands there twice: what hides behind the second would be judged by nobody.
        """
        every = HEAD.finditer(text) if text.startswith(HEADER) else ()
        heads = [found for found in every if not names or found[1] in names]
        if not heads or heads[0].start():
            return cls(device, {default: text} if text else {}, source, bare=True)
        ends = [*(head.start() for head in heads[1:]), len(text)]
        parts = {head[1]: text[head.end() : end] for head, end in zip(heads, ends, strict=True)}
        if len(parts) < len(heads):
            raise ReadError("has a part twice: " + ", ".join(f"`{HEADER}{head[1]}`" for head in heads))
        return cls(device, parts, source)

    def lines(self, part: str | None = None) -> Iterator[Line]:
        """Yield every line that is not blank, with the blocks it stands in, by indentation.

        Numbers count as in `str(self)`, or in the file it was read from: a finding names file and line.
        """
        number = -1 if self.bare else 0
        for name, text in self.parts.items():
            number += 1  # the header
            stack: list[tuple[int, str]] = []
            for raw in text.splitlines():
                number += 1
                stripped = raw.strip()
                if stripped in BLANK:
                    continue
                depth = len(raw) - len(raw.lstrip())
                while stack and stack[-1][0] >= depth:
                    stack.pop()
                stack.append((depth, stripped))
                if part in (None, name):
                    yield Line(name, number, tuple(line for _, line in stack))

    def outer(self) -> Iterator[tuple[str, str, int]]:
        """Yield part, text and number of each line of `lines` that stands in no block."""
        number = -1 if self.bare else 0
        for name, text in self.parts.items():
            least, raws = LONGEST_LINE, text.splitlines()
            number += 1
            for place, raw in enumerate(raws, number + 1):
                if least or not raw[:1].isspace():
                    line, depth = raw.strip(), len(raw) - len(raw.lstrip())
                    if line not in BLANK and depth <= least:
                        least = depth
                        yield name, line, place
            number += len(raws)

    def line(self, number: int) -> Line | None:
        """Return the line with that number, counted as in `lines`; None: there is none, or it is blank."""
        before = -1 if self.bare else 0
        for name, text in self.parts.items():
            raws = text.splitlines()
            place = number - before - 2  # below the header
            if 0 <= place < len(raws) and raws[place].strip() not in BLANK:
                return Line(name, number, tuple(_path(raws, place)))
            before += 1 + len(raws)
        return None


def _path(raws: list[str], place: int) -> list[str]:
    """Return the lines of the blocks that a line stands in, outermost first, itself last."""
    path, depth = [], 1 << 20
    for raw in reversed(raws[: place + 1]):
        line = raw.strip()
        if line not in BLANK and (here := len(raw) - len(raw.lstrip())) < depth:
            path.append(line)
            depth = here
            if not depth:
                break
    return path[::-1]


def unfit(text: str) -> str:
    """Return why *text* is no configuration that any device prints; empty: it may be one.

    What passes takes a reader bounded time: no endless line, no bottomless nesting.
    """
    if not text.strip():
        return "is empty"
    if "\0" in text:
        return f"is binary: line {1 + text.count(chr(10), 0, text.index(chr(0)))} holds a zero byte"
    if len(text) > LONGEST_LINE and (found := LONG.search(text)):
        line = 1 + text.count("\n", 0, found.start())
        return f"line {line} is longer than {LONGEST_LINE} characters: no device prints such a line"
    if (" " * DEEPEST in text or "\t" in text) and INDENTED.search(text) and (line := _too_deep(text)):
        return f"line {line} stands inside more than {DEEPEST} blocks: no device nests so deeply"
    return ""


def _too_deep(text: str) -> int:
    """Return the number of the first line that is nested too deeply, by indentation; 0: none is."""
    open_: list[int] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        depth = len(line) - len(line.lstrip())
        while open_ and open_[-1] >= depth:
            open_.pop()
        open_.append(depth)
        if len(open_) > DEEPEST:
            return number
    return 0
