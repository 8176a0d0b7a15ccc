"""FortiOS' own text: what `show` prints, a tree of `config`, `edit` and `set`.

A value over several lines (a message, a certificate) becomes a block: `set buffer` with the text below it.
What `show` says in a value's stored form stays as it is: `ENC …`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kgnet.errors import ReadError

CLOSERS = ("next", "end")
HEADER = re.compile(r"^#config-version=(?P<model>[^-]+)-(?P<version>[^:]+):", re.MULTILINE)
INDENT = "    "
OPENERS = ("config ", "edit ")

Numbered = tuple[int, str]  # a line with its number in the text as it was printed, from 1


def quoted(value: str) -> str:
    """Return *value* as FortiOS prints it: within quotation marks."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def unquoted(value: str) -> str:
    if len(value) > 1 and value.startswith('"') and value.endswith('"'):
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value


def words(text: str) -> list[str]:
    """Take the value of a `set` apart: words, or texts within quotation marks, which go."""
    return [unquoted(found) for found in re.findall(r'"(?:[^"\\]|\\.)*"|\S+', text)]


def _open(line: str) -> bool:
    """Tell whether a quotation mark in *line* has no end."""
    return len(re.findall(r'(?<!\\)(?:\\\\)*"', line)) % 2 == 1


def canonical(text: str) -> str:
    """Return the configuration in *text*; ReadError unless it is whole: every block is closed."""
    if not HEADER.search(text) and not text.startswith("config "):
        raise ReadError(
            "no `#config-version=` above it — look whether the account may read the whole configuration"
        )
    return "".join(f"{line}\n" for _, line in numbered(text))


def numbered(text: str) -> Iterator[Numbered]:
    """Yield the lines in canonical form, each with the number of the printed one, from 1.

    ReadError unless every block is closed.
    """
    depth = 0
    for number, line in _lines(text):
        head, *body = line.split("\n")
        depth -= head in CLOSERS
        if depth < 0:
            raise ReadError(f"line {number}: `{head}` closes what nothing opened")
        yield number, INDENT * depth + head
        yield from ((number, INDENT * (depth + 1) + each) for each in body)
        depth += head.startswith(OPENERS)
    if depth:
        raise ReadError("its blocks are not closed: it was cut short — read it again")


def _lines(text: str) -> Iterator[Numbered]:
    """Yield the lines, stripped; a value over several lines as one line with line breaks in it."""
    rest = list(enumerate(text.replace("\r", "").splitlines(), 1))[::-1]
    while rest:
        number, raw = rest.pop()
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("set ") and line.count(" ") == 1:
            depth = len(raw) - len(raw.lstrip()) + len(INDENT)  # our own form, read again
            body: list[str] = []
            while rest and rest[-1][1][:depth].isspace():
                body.append(rest.pop()[1][depth:])
            yield number, "\n".join((line, *body))
        elif line.startswith("set ") and _open(line):
            yield number, _long(line, rest)
        else:
            found = re.fullmatch(r'set buffer "(.*)"', line)
            yield number, f"set buffer\n{found[1]}" if found else line


def _long(line: str, rest: list[Numbered]) -> str:
    """Return a value that goes on in *rest* to its quotation mark, under its name alone."""
    key, body = line.split(" ", 2)[1], [line.split('"', 1)[1]]
    while not _open(body[-1]) or len(body) == 1:
        if not rest:
            raise ReadError(f"the text of `set {key}` has no end: it was cut short — read it again")
        body.append(rest.pop()[1].rstrip())
    body[-1] = body[-1].rsplit('"', 1)[0]
    return "\n".join((f"set {key}", *(each for each in body if each)))


def opaque(path: tuple[str, ...]) -> bool:
    """Tell a `set` whose value stands below it."""
    return bool(path) and path[-1].startswith("set ") and path[-1].count(" ") == 1
