"""What a command line of indented blocks is like, as tables: how a line is undone, what takes whose place.

IOS, EOS and VRP differ in words only, so a platform writes one `Grammar` (see `_indented`).
All patterns match a whole line, as the canonical text has it, without its indentation. Where a table is keyed
by a pattern, it is that of the innermost block's header; "" is the top level.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TypeVar

from kgnet.ports import Path

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Listing:
    """A line with a list of numbers (the rule's group 2) that is changed by what comes and what goes."""

    add: str  # template, e.g. r"\1 add {}"
    remove: str
    between: str = ","
    to: str = "-"


@dataclass(frozen=True, slots=True)
class Rule:
    r"""What is special about the lines that *pattern* matches.

    Its groups, joined by a blank, are the line's key: in one block a line takes the place of another with the
    same key, and is sent alone. *undo* is what is sent after the negation to be rid of the line (a template;
    after a leading `=` as it stands); by default group 1 if it is the only one, else the whole line.
    """

    pattern: str
    undo: str = ""
    anew: bool = False  # the same key is refused or mixed with what is there: undo that first
    unique: bool = False  # may stand once on the device: where it moves to another block, it is undone first
    takes: str = ""  # template of a pattern: what goes with it, here and in the blocks below
    drops: str = ""  # pattern: what the device forgets in this block when such a line is set or undone
    listing: Listing | None = None


@dataclass(frozen=True, slots=True)
class Literal:
    """A block of free text (a banner, a certificate); *close* ends it (a template), *undo* as in a Rule."""

    close: str
    undo: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """Lists that decide over packets: never changed while in use, see `_indented_filters`.

    Group `name` of *header* and of each reference is the list's name. Where a list has no block of its own
    (`ip prefix-list P seq 5 …`), *header* is the pattern of its lines, and *undo* what is rid of all of them,
    e.g. `ip prefix-list {name}`.
    """

    header: str
    references: Mapping[str, str]  # block's header → line in it that names a list
    undo: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A line, understood: *key* is what it takes the place of, *undo* the command that is rid of it."""

    key: str
    undo: str
    rule: Rule | None = None
    single: bool = False  # setting another line of this key replaces this one
    taken: str = ""  # pattern of the lines that go with it
    close: str | None = None  # of a literal

    @property
    def drops(self) -> str:
        return self.rule.drops if self.rule else ""


@dataclass(frozen=True, eq=False)
class Tables:
    """The tables of one platform, and what they say of a line."""

    negation: str = "no"
    leave: str = "exit"
    leaves: Mapping[str, str] = field(default_factory=dict)  # header → its own word for leaving
    closes: Mapping[str, str] = field(default_factory=dict)  # header → line that closes it in a printed text
    closers: tuple[str, ...] = ("exit", "end")  # lines of a printed text that do not count
    indent: str = " "
    blocks: str = ""  # headers that open a mode even if nothing stands inside
    permanent: str = ""  # top-level headers that are never undone: ports, consoles
    ordered: Mapping[str, str] = field(default_factory=dict)  # header → how to insert, see `is_ordered`
    definitions: tuple[str, ...] = ()  # made before all else, in this order; undone after all else, backwards
    last: tuple[str, ...] = ()
    rules: Mapping[str, tuple[str | Rule, ...]] = field(default_factory=dict)
    literals: Mapping[str, Literal] = field(default_factory=dict)
    filters: tuple[Filter, ...] = ()
    kept: tuple[Filter, ...] = ()  # blocks that go under no other header while in use: see `_indented_detour`

    @property
    def skipped(self) -> frozenset[str]:
        """Return the lines of a printed text that only close a block."""
        return _skipped(self)

    def is_ordered(self, path: Path) -> bool:
        """Tell whether the order of the lines in this block is meant.

        Where its entry is a text such as `{line} insert-before {next}`, a line can be put before another
        one (*next*: without its first word); else all from the first difference on are undone and sent again.
        """
        return bool(path) and _in(self, "ordered", path[-1])

    def is_opaque(self, path: Path) -> bool:
        return bool(path) and _in(self, "literals", path[-1])

    def is_permanent(self, path: Path) -> bool:
        return len(path) == 1 and bool(self.permanent) and matches(self.permanent, path[0])

    def closer(self, path: Path) -> str:
        return _closer(self, path[-1])

    def opens(self, line: str) -> bool:
        return bool(self.blocks) and matches(self.blocks, line)

    def word(self, header: str) -> str:
        """Return how one leaves the block *header*."""
        return found(self.leaves, header) or self.leave

    def positive(self, line: str) -> str:
        return line.removeprefix(f"{self.negation} ")

    def rank(self, line: str) -> int:
        """Return when a top-level line is made: below 0 before all else, in that order; 1 after all else."""
        positive = self.positive(line)
        for place, each in enumerate(self.definitions):
            if matches(each, positive):
                return place - len(self.definitions)
        return int(any(matches(each, positive) for each in self.last))

    def said(self, path: Path) -> Said:
        """Tell what the line *path* is: what it takes the place of, and how one is rid of it."""
        return _said(self, path[-2] if len(path) > 1 else "", path[-1])

    def understood(self, header: str, line: str) -> Said:
        """Tell the same of a *line* in the block *header*, without looking whether it was asked before."""
        positive = self.positive(line)
        if literal := found(self.literals, positive) if self.literals else None:
            return self._literal(literal, positive)
        for rule in _rules(self, header):
            if match := pattern(rule.pattern).fullmatch(positive):
                return self._ruled(rule, match, positive, negated=positive != line)
        return Said(positive, positive if positive != line else f"{self.negation} {line}")

    def _literal(self, literal: Literal, header: str) -> Said:
        match = next(found for key in self.literals if (found := pattern(key).fullmatch(header)))
        undo = self._undo(literal.undo, match)
        return Said(header, undo, single=True, close=match.expand(literal.close))

    def _ruled(self, rule: Rule, match: re.Match[str], line: str, *, negated: bool) -> Said:
        groups = tuple(group for group in match.groups() if group)
        key = line if not groups else groups[0] if rule.listing else " ".join(groups)
        taken = _expanded(rule.takes, match)
        positive = negated and not rule.undo.startswith("=")
        undo = line if positive else self._undo(rule.undo, match, listing=bool(rule.listing))
        return Said(key, undo, rule, single=bool(groups) and not rule.anew, taken=taken)

    def _undo(self, template: str, match: re.Match[str], *, listing: bool = False) -> str:
        if template.startswith("="):
            return match.expand(template[1:])
        if template:
            return f"{self.negation} {match.expand(template)}"
        short = match.re.groups == 1 or listing
        return f"{self.negation} {match[1] if short else match[0]}"


@cache
def pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


@lru_cache(maxsize=1 << 12)
def matches(text: str, line: str) -> bool:
    return pattern(text).fullmatch(line) is not None


def found(table: Mapping[str, V], header: str) -> V | None:
    """Return the entry for *header*, None if there is none."""
    for key, value in table.items():
        if matches(key, header):
            return value
    return None


@lru_cache(maxsize=1 << 12)
def _said(tables: Tables, header: str, line: str) -> Said:
    return tables.understood(header, line)


@lru_cache(maxsize=1 << 12)
def _in(tables: Tables, name: str, header: str) -> bool:
    """Tell whether the table *name* has an entry for *header*."""
    return found(getattr(tables, name), header) is not None


@lru_cache(maxsize=1 << 12)
def _closer(tables: Tables, header: str) -> str:
    return found(tables.closes, header) or ""


@cache
def _skipped(tables: Tables) -> frozenset[str]:
    return frozenset((*tables.closers, tables.leave, *tables.leaves.values(), *tables.closes.values()))


@lru_cache(maxsize=1 << 12)
def _rules(tables: Tables, header: str) -> tuple[Rule, ...]:
    """Return the rules for lines in the block *header*."""
    listed = (rules for key, rules in tables.rules.items() if matches(key, header))
    return tuple(rule if isinstance(rule, Rule) else Rule(rule) for rules in listed for rule in rules)


def _expanded(template: str, match: re.Match[str]) -> str:
    r"""Return the pattern *template* with the text of the groups for `\1`, `\2` …"""
    return re.sub(r"\\(\d)", lambda number: re.escape(match[int(number[1])]), template)
