"""Two texts of Junos → what one types between them: delete, set, insert, activate and deactivate.

All of them edit the candidate, which takes effect as one at the commit: the order in which they are typed
leaves no trace on the wire.  Where order is meant, what is new or has moved is put in its place.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from kgnet.model.outcome import Change
from kgnet.platforms.juniper_junos.text import INACTIVE, Statement, parse
from kgnet.ports import Path

# How many words name an entry of a list, beside the first; anything else is named by its first word alone.
ENTRIES = {
    **dict.fromkeys(("address", "address-set", "application", "application-set"), 1),
    **dict.fromkeys(("class", "client-list", "community", "contents", "family", "file", "filter"), 1),
    **dict.fromkeys(("forwarding-class", "group", "host", "interface", "loss-priority", "neighbor"), 1),
    **dict.fromkeys(("oid", "policy", "policy-statement", "prefix-list", "queue", "rib", "route"), 1),
    **dict.fromkeys(("route-filter-list", "scheduler", "server", "source-prefix-list", "ssh-rsa"), 1),
    **dict.fromkeys(("ssh-ecdsa", "ssh-ed25519", "term", "unit", "user", "view"), 1),
    **dict.fromkeys(("route-filter", "source-address-filter", "prefix-list-filter"), 9),  # the whole of it
}
VALUED = ("then", "match", "from", "to")  # in these most of the same words take a value
LISTED = ("prefix-list", "source-prefix-list", "route-filter", "source-address-filter", "prefix-list-filter")

ORDERED = ("policy-statement ", "from-zone ", "rule-set ", "tacplus-server", "radius-server", "name-server")


def ordered(path: Path) -> bool:
    """Return whether the order of this block's statements is meant: the first one that fits decides."""
    if not path:
        return False
    words = _words(path[-1])
    if words == "global":
        return len(path) > 1 and _words(path[-2]) == "policies"
    if words.startswith("filter "):
        return _words(path[0]) == "firewall"
    return words.startswith(ORDERED)


def commands(changes: tuple[Change, ...], have: str, want: str) -> tuple[str, ...]:
    """Return what one types to make *want* of *have*."""
    typed = _Typed()
    typed.block((), _read(have), _read(want))
    return (*typed.deletes, *typed.sets, *typed.inserts, *typed.flags)


def _words(line: str) -> str:
    """Return a line without flag, brace and semicolon: the statement, whatever it holds."""
    return line.removeprefix(INACTIVE).removesuffix(";").removesuffix(" {")


def _read(text: str) -> Statement:
    return parse(text) if text.strip() else Statement("", 0)


@dataclass(frozen=True, slots=True)
class _Typed:
    """What is typed, by kind: first what goes, then what comes, its place, and whether it counts."""

    deletes: list[str] = field(default_factory=list)
    sets: list[str] = field(default_factory=list)
    inserts: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)

    def block(self, path: Path, have: Iterable[Statement], want: Iterable[Statement]) -> None:
        """Make the block at *path* as wanted."""
        old = {each.words: each for each in have}
        new = {each.words: each for each in want}
        kept = [words for words in old if words in new]
        for words, each in old.items():
            if words not in new:
                self.deletes.append(_line("delete", path, _name(path, each, kept)))
        for words, each in new.items():
            if words in old:
                self._kept(path, old[words], each, list(new))
            else:
                self._new(path, each, list(new))
        if ordered(path):
            current = [*kept, *(words for words in new if words not in old)]
            self.inserts.extend(_line("insert", path, move) for move in _moves(current, list(new)))

    def _kept(self, path: Path, old: Statement, new: Statement, others: Sequence[str]) -> None:
        if old.inactive != new.inactive:
            self._flag(path, new, others)
        self.block((*path, new.words), old, new)
        if new.inside is None and old.inside is not None:
            self.sets.append(_line("set", path, new.words))  # what has become empty may be gone

    def _new(self, path: Path, new: Statement, others: Sequence[str]) -> None:
        if new.inside is None:
            self.sets.append(_line("set", path, new.words))
        for each in new:
            self._new((*path, new.words), each, [sibling.words for sibling in new])
        if new.inactive:
            self._flag(path, new, others)

    def _flag(self, path: Path, new: Statement, others: Sequence[str]) -> None:
        verb = "deactivate" if new.inactive else "activate"
        self.flags.append(_line(verb, path, _name(path, new, [each for each in others if each != new.words])))


def _line(verb: str, path: Path, words: str) -> str:
    return " ".join((verb, *path, words))


def _name(path: Path, statement: Statement, others: Iterable[str]) -> str:
    """Return the words that name a statement among *others*: a value is no part of a name."""
    words = statement.words.split(" ")
    if statement.inside is not None:
        return statement.words
    valued = bool(path) and path[-1] in VALUED and words[0] not in LISTED
    valued |= words[0] == "class" and bool(path) and path[-1].startswith("user ")
    count = 0 if valued else ENTRIES.get(words[0], 0)
    if words[0] == "authentication-key" and len(words) > 2:
        count = 1  # NTP's have a number; BGP's are a value
    if not count and any(each.split(" ")[0] == words[0] for each in others):
        count = 1  # there are several: it is a list, although none that is known here
    return " ".join(words[: 1 + count])


def _moves(current: list[str], final: list[str]) -> Iterator[str]:
    """Yield how the statements of *current* come into the order of *final*, with as few moves as can be."""
    staying = _rising([current.index(words) for words in final])
    for place in range(len(final) - 1, -1, -1):
        if place in staying:
            continue
        words = final[place]
        current.remove(words)
        if place + 1 < len(final):
            anchor = f"before {final[place + 1]}"
            current.insert(current.index(final[place + 1]), words)
        else:
            anchor = f"after {current[-1]}"
            current.append(words)
        yield f"{words} {anchor}"


def _rising(numbers: list[int]) -> set[int]:
    """Return the places of a longest rising row of *numbers*."""
    ends: list[int] = []  # place of the smallest number that a row of each length ends in
    before: dict[int, int | None] = {}
    for place, number in enumerate(numbers):
        length = bisect_left(ends, number, key=numbers.__getitem__)
        before[place] = ends[length - 1] if length else None
        ends[length : length + 1] = [place]
    row: set[int] = set()
    here = ends[-1] if ends else None
    while here is not None:
        row.add(here)
        here = before[here]
    return row
