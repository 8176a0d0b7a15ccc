"""Junos's own text in curly braces: read into statements, and put into one form that no history changes.

`show configuration` prints a container that holds one thing on one line (`then accept;`) and otherwise as a
block; here the containers that the templates use always stand as blocks, so that one more thing in them is
one more line.  What is no configuration goes: `## Last commit`, `## SECRET-DATA`, the version, annotations.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kgnet.errors import ReadError
from kgnet.model.config import DEEPEST

TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)
    |(?P<comment>/\*)
    |(?P<mark>[{};])
    |(?P<word>\[|\]|(?:[^\s{};\[\]"]|"(?:\\.|[^"\\])*")+)
    |(?P<wrong>.)""",
    re.VERBOSE | re.DOTALL,
)
SIMPLE = re.compile(r'\s*([^\s"#{};/][^"#{};]*)?([{};])\s*')  # a line with nothing to look out for
PROMPTS = re.compile(r"^\{(?:master|backup|primary|secondary|linecard)(?:[:\w-]*)\}\s*$", re.MULTILINE)
INACTIVE = "inactive: "
FLAGS = ("inactive:", "protect:")
PLAIN = re.compile(r'"[\w.,:/@+%=-]+"')  # Junos prints no quotes around these
# Containers that may hold one thing on their own line, with the number of words that name them.
KEYS = {"from": 1, "to": 1, "then": 1, "pre-shared-key": 1, "route": 2, "loss-priority": 2}
SERVERS = ("tacplus-server", "radius-server")  # what is in these is named by its address
ORDER = (  # in which Junos prints the hierarchy; what is not here comes last, as it came
    *("groups", "apply-groups", "system", "chassis", "services", "security", "interfaces", "snmp"),
    *("forwarding-options", "event-options", "policy-options", "class-of-service", "firewall", "access"),
    *("routing-instances", "applications", "routing-options", "protocols", "vlans"),
)
INDENT = "    "


@dataclass(slots=True)
class Statement:
    """One statement without flag, brace or semicolon; *inside* is None for one that holds nothing."""

    words: str
    line: int
    inactive: bool = False
    inside: list[Statement] | None = None

    @property
    def first(self) -> str:
        return self.words.partition(" ")[0]

    @property
    def rest(self) -> str:
        """Return what follows the first word, without the quotes around it."""
        return bare(self.words.partition(" ")[2])

    def __iter__(self) -> Iterator[Statement]:
        return iter(self.inside or ())

    def one(self, *path: str) -> Statement | None:
        """Return the active statement below these words, each the whole of one."""
        here: Statement | None = self
        for words in path:
            found = (each for each in here if each.words == words and not each.inactive) if here else iter(())
            here = next(found, None)
        return here

    def every(self, *path: str) -> Iterator[Statement]:
        """Yield the active statements below; the last of *path* is a first word alone."""
        holder = self.one(*path[:-1])
        return (each for each in holder or () if each.first == path[-1] and not each.inactive)

    def value(self, *path: str) -> str | None:
        """Return what follows the first word that *path* ends in, the last time; None: it stands nowhere."""
        return next((each.rest for each in reversed([*self.every(*path)])), None)


def bare(text: str) -> str:
    """Return *text* as meant: without quotes and backslashes."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], text[1:-1])
    return text


def quoted(text: str) -> str:
    """Return *text* as one word of Junos, in ASCII: what its terminals can show."""
    letters = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D"))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    told = plain.encode("ascii", "replace").decode()
    word = '"' + told.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    return word.strip('"') if PLAIN.fullmatch(word) else word


def members(text: str) -> tuple[str, ...]:
    """Return the members of `[ a b ]`, or the one word."""
    return tuple(word for word in text.split() if word not in ("[", "]"))


# ── text → statements ───────────────────────────────────────────────────────


@dataclass(slots=True)
class _Reading:
    """Where the reader stands: the blocks that are open, and the words of the statement being read."""

    open: list[Statement]
    words: list[str] = field(default_factory=list)
    line: int = 1
    started: int = 1

    def take(self, holds: bool) -> None:
        if not self.words:
            raise ReadError(f"line {self.line}: a brace or a semicolon stands where a statement should")
        inactive = False
        while self.words[0] in FLAGS and len(self.words) > 1:
            inactive |= self.words.pop(0) == FLAGS[0]
        words = " ".join(self.words)
        statement = Statement(_listed(words), self.started, inactive, [] if holds else None)
        holder = self.open[-1].inside
        assert holder is not None
        holder.append(statement)
        self.words = []
        if holds:
            self.open.append(statement)
        if len(self.open) > DEEPEST:
            raise ReadError(f"line {self.line} stands inside more than {DEEPEST} blocks: no Junos nests so")

    def close(self) -> None:
        if self.words or len(self.open) == 1:
            raise ReadError(f"line {self.line}: a closing brace stands where none is expected")
        done = self.open.pop()
        done.inside = _going_on(done.inside or []) or None


def parse(text: str) -> Statement:
    """Return the root, which holds the statements of *text*; ReadError if it is cut off or no such text."""
    text = PROMPTS.sub("", text)
    reading = _by_lines(text)
    if len(reading.open) > 1 or reading.words:
        place = reading.open[-1].words or " ".join(reading.words)
        raise ReadError(f"the configuration ends in the middle of {place!r}: ask the device again")
    root = reading.open[0]
    root.inside = _going_on(root.inside or [])
    if not root.inside:
        raise ReadError("this holds no statement of Junos: the device printed no configuration")
    return root


def _going_on(statements: list[Statement]) -> list[Statement]:
    """Return the statements; a block that is opened again goes on: Junos merges what it loads."""
    if len({each.words for each in statements}) == len(statements):
        return statements
    told: list[Statement] = []
    begun: dict[tuple[str, bool], Statement] = {}
    for each in statements:
        first = begun.get((each.words, each.inactive))
        if first is None or not each.inside or not first.inside:
            told.append(each)
            begun[each.words, each.inactive] = each
        else:
            first.inside = _going_on([*first.inside, *each.inside])
    return told


def _by_lines(text: str) -> _Reading:
    """Read line by line, as Junos prints it; letter by letter where something spans lines."""
    reading = _Reading([Statement("", 0, inside=[])])
    if "/*" in text or any(line.count('"') % 2 for line in text.splitlines()):
        _by_letters(reading, text)
        return reading
    for number, line in enumerate(text.splitlines(), 1):
        reading.line = number
        if not reading.words and (simple := SIMPLE.fullmatch(line)):
            if simple[2] == "}":
                reading.close()
            else:
                reading.words, reading.started = (simple[1] or "").split(), number
                reading.take(holds=simple[2] == "{")
        else:
            _by_letters(reading, line)
    return reading


def _by_letters(reading: _Reading, text: str) -> None:
    place = 0
    while found := TOKEN.match(text, place):
        token, place = found[0], found.end()
        match found.lastgroup:
            case "comment":
                end = text.find("*/", place)
                if end < 0:
                    raise ReadError(f"line {reading.line}: a comment opens that is never closed")
                reading.line += text.count("\n", place, end)
                place = end + len("*/")
            case "word":
                reading.started = reading.line if not reading.words else reading.started
                reading.words.append(_word(token))
            case "wrong":
                raise ReadError(f"line {reading.line}: {token!r} opens what is never closed")
            case "mark" if token == "}":
                reading.close()
            case "mark":
                reading.take(holds=token == "{")
        reading.line += token.count("\n")


def _word(token: str) -> str:
    return token.strip('"') if PLAIN.fullmatch(token) else token.replace("\n", "\\n")


def _listed(words: str) -> str:
    """Return a list of one member as that member: Junos prints it so."""
    return re.sub(r"\[ (\S+) \]", r"\1", words) if "[" in words else words


# ── statements → text ───────────────────────────────────────────────────────


def canonical(text: str) -> str:
    """Return the configuration in *text* in the one form that plans compare."""
    root = parse(text)
    top = [each for each in root if each.first != "version"]
    if not top:
        raise ReadError("this holds no statement of Junos but its version")
    places = {words: place for place, words in enumerate(ORDER)}
    top.sort(key=lambda each: places.get(each.first, len(ORDER)))
    return "".join(f"{line}\n" for line in lines(map(_opened, _joined(top))))


def _joined(statements: Iterable[Statement]) -> list[Statement]:
    """Return the statements; a block that is opened twice is one."""
    found: dict[str, Statement] = {}
    for each in statements:
        first = found.setdefault(each.words, each)
        if first is not each and each.inside:
            inside = [*(first.inside or ()), *each.inside]
            found[each.words] = Statement(first.words, first.line, each.inactive, inside)
    return list(found.values())


def _opened(statement: Statement, holder: str = "") -> Statement:
    """Return the statement, in the block *holder*, with one-line containers as blocks."""
    inside = [_opened(each, statement.words) for each in _joined(statement)]
    words = statement.words.split(" ")
    keys = 1 if holder in SERVERS else KEYS.get(words[0])
    if statement.inside is None and keys and len(words) > keys:
        held = Statement(" ".join(words[keys:]), statement.line)
        return Statement(" ".join(words[:keys]), statement.line, statement.inactive, [held])
    return Statement(statement.words, statement.line, statement.inactive, inside or None)


def lines(statements: Iterable[Statement], depth: int = 0) -> Iterator[str]:
    """Yield the text of the statements, four spaces a level."""
    for each in statements:
        start = f"{INDENT * depth}{INACTIVE if each.inactive else ''}{each.words}"
        if each.inside is None:
            yield f"{start};"
            continue
        yield f"{start} {{"
        yield from lines(each.inside, depth + 1)
        yield f"{INDENT * depth}}}"
