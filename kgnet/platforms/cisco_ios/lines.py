"""IOS's text as blocks of numbered lines: by indentation, with banners and certificates as literals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from kgnet.errors import ReadError

BANNER = re.compile(r"banner (\S+) (\^C|\x03|\S)(.*)")
CERTIFICATE = re.compile(r"certificate .+")
CLOSERS = ("exit-address-family", "exit-vrf", "exit", "end", "quit")


@dataclass(slots=True)
class Block:
    """A line, and what stands inside it; *literal*: text that is no configuration, line by line."""

    line: str
    number: int
    inside: list[Block] = field(default_factory=list)
    literal: tuple[str, ...] = ()

    @property
    def lines(self) -> list[str]:
        return [each.line for each in self.inside]

    def starting(self, start: str) -> Iterator[Block]:
        return (each for each in self.inside if each.line.startswith(start))

    def rest(self, start: str) -> str | None:
        """Return what follows *start* in the first line that has it."""
        return next((each.line.removeprefix(start).strip() for each in self.starting(start)), None)


def blocks(text: str) -> Block:
    """Take *text* apart; its root has no line.  ReadError if a banner does not end."""
    lines = text.splitlines()
    root = Block("", 0)
    stack: list[tuple[int, Block]] = [(-1, root)]
    at = 0
    while at < len(lines):
        raw, at = lines[at], at + 1
        line = raw.strip()
        if not line or line.startswith("!") or line in CLOSERS:
            continue
        depth = len(raw) - len(raw.lstrip())
        while stack[-1][0] >= depth:
            stack.pop()
        block = Block(line, at)
        if found := BANNER.fullmatch(line):
            block.line = f"banner {found[1]}"
            block.literal, at = _banner(found, lines, at)
        elif CERTIFICATE.fullmatch(line) and depth:
            body, at = _indented(lines, at, depth)
            block.literal = body[:-1] if body and body[-1].strip() == "quit" else body
        stack[-1][1].inside.append(block)
        stack.append((depth, block))
    return root


def _banner(found: re.Match[str], lines: list[str], at: int) -> tuple[tuple[str, ...], int]:
    """Return the text of a banner and where it ends: as IOS prints it, or as the canonical text has it."""
    end, first = found[2], found[3]
    if first.endswith(end) and first:
        return (first.removesuffix(end),), at
    told = [first] if first else []
    for place in range(at, len(lines)):
        if lines[place].rstrip().endswith(end) and not BANNER.fullmatch(lines[place].strip()):
            last = lines[place].rstrip().removesuffix(end)
            return _trimmed([*told, *lines[at:place], *([last] if last else [])]), place + 1
        if BANNER.fullmatch(lines[place]):
            break
    body, after = _indented(lines, at, 0)
    if not body or told:
        raise ReadError(f"line {at}: the banner does not end: {end} is missing — the text was cut off")
    return body, after


def _indented(lines: list[str], at: int, depth: int) -> tuple[tuple[str, ...], int]:
    """Return the lines from *at* on that are deeper than *depth*, less one level, and where they end."""
    end = at
    while end < len(lines) and (not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > depth):
        end += 1
    return _trimmed([line[depth + 1 :] for line in lines[at:end]]), end


def _trimmed(body: list[str]) -> tuple[str, ...]:
    """Return *body* without blanks at the ends of lines and without empty lines at its end."""
    return tuple("\n".join(line.rstrip() for line in body).rstrip("\n").split("\n")) if any(body) else ()


def printed(root: Block, *, end: str) -> Iterator[str]:
    """Yield the text of all blocks, one blank a level, `!` between those at the top."""
    after_block = False
    for block in root.inside:
        opens = bool(block.inside or block.literal)
        if opens or after_block:
            yield "!"
        yield from _printed(block, 0, end)
        after_block = opens


def _printed(block: Block, depth: int, end: str) -> Iterator[str]:
    banner = f" {end}" if block.line.startswith("banner ") else ""
    yield f"{' ' * depth}{block.line}{banner}"
    for line in block.literal:
        yield f"{' ' * (depth + 1)}{line}".rstrip()
    for inner in block.inside:
        yield from _printed(inner, depth + 1, end)
    if block.line.startswith("address-family "):
        yield f"{' ' * depth}exit-address-family"
