"""One part of a configuration → the facts in it, with its lines counted in the whole text."""

from __future__ import annotations

import re
import shlex
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any

from kgnet.errors import ReadError
from kgnet.model.config import Config
from kgnet.model.managed import Release
from kgnet.model.traced import Answers, Question, Questions, Traced
from kgnet.ports import Part, Questioned, Reading

LONG = 80  # characters of a command in a message


def as_typed(argv: Sequence[str]) -> str:
    """Return *argv* as one types it, a constant script as such, cut where it gets long."""
    line = argv[2] if argv[:2] == ("sh", "-c") else shlex.join(argv)
    return line if len(line) <= LONG else f"{line[: LONG - 1]}…"


class Promise:
    """What a `Reading` has taken apart and nobody has asked for yet."""

    __slots__ = ("asked", "left", "part", "reading", "source", "taken")

    def __init__(self, reading: Reading, taken: Any, part: str, source: str) -> None:
        self.reading, self.taken, self.part, self.source = reading, taken, part, source
        self.left = dict(reading.readers)
        self.asked: dict[type, frozenset[Question] | None] = {}  # what was asked of the text for a fact

    def read(self, kind: type, known: dict[type, Any], missing: dict[type, str]) -> None:
        """Read the fact *kind*, with those that are read by the way, or note why it cannot be."""
        reader = self.left[kind]
        kinds = self.reading.kinds[reader]
        for each in kinds:
            del self.left[each]
        if questioned := isinstance(self.taken, Questioned):
            self.taken.noted()
        try:
            known.update((type(fact), fact) for fact in self.reading.read(reader, self.taken, self.part))
        except ReadError as reason:
            missing.update(dict.fromkeys(kinds, f"{self.source}: {reason}"))
        self.asked.update(dict.fromkeys(kinds, self.taken.noted() if questioned else None))


class Facts(Traced):
    """The facts of a device: what was read, and what is read once somebody asks for it.

    Why one could not be read is told in *missing*.
    """

    __slots__ = ("_missing", "_wanted", "known", "pending")

    def __init__(self, missing: dict[type, str]) -> None:
        self.known: dict[type, Any] = {}
        self.pending: list[Promise] = []
        self._missing = missing
        self._wanted: set[type] = set()

    def __getitem__(self, kind: type) -> Any:
        self._wanted.add(kind)
        if kind not in self.known:
            for promise in self.pending:
                if kind in promise.left:
                    promise.read(kind, self.known, self._missing)
        return self.known[kind]

    def __contains__(self, kind: object) -> bool:
        assert isinstance(kind, type)
        self._wanted.add(kind)
        return kind in self.known or super().__contains__(kind)

    def _all(self) -> dict[type, Any]:
        for promise in self.pending:
            while promise.left:
                promise.read(next(iter(promise.left)), self.known, self._missing)
        return self.known

    def __iter__(self) -> Iterator[type]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    # ── of one text that is asked: what each fact was read from ─────────────

    @property
    def origin(self) -> Hashable:
        if len(self.pending) != 1 or not isinstance(self.pending[0].taken, Questioned):
            return None
        return self.pending[0].reading, frozenset(self.known), frozenset(self._missing)

    def promises(self, kind: type) -> bool:
        return any(kind in promise.left for promise in self.pending)

    def watch(self) -> None:
        self._wanted = set()

    def looked_at(self) -> Questions | None:
        asked = self.pending[0].asked
        found: set[Question] = set()
        for kind in self._wanted:
            if kind in asked or kind in self.known:
                told = asked.get(kind)
                if told is None:
                    return None
                found |= told
        return tuple(sorted(found))

    def answers(self, questions: Iterable[Question]) -> Answers:
        told: Answers = self.pending[0].taken.answers(questions)
        return told


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of a device."""

    facts: Facts
    sources: dict[type, str]
    missing: dict[type, str]

    @classmethod
    def nothing(cls) -> Read:
        missing: dict[type, str] = {}
        return cls(Facts(missing), {}, missing)

    def add(self, facts: Mapping[type, object], source: str) -> None:
        self.facts.known.update(facts)
        self.sources.update(dict.fromkeys(facts, source))

    def miss(self, kinds: Iterable[type], why: str) -> None:
        self.missing.update(dict.fromkeys(kinds, why))

    def add_part(self, part: Part, config: Config, source: str) -> None:
        """Read one part; lines count as in `config.lines()`."""
        first = 1 if config.bare else 2  # below the line that names the part
        for name, text in config.parts.items():
            if name == part.name:
                break
            first += 1 + len(text.splitlines())
        own = config.parts[part.name]
        text = own + released if (released := config.released.get(part.name)) else own
        try:
            if isinstance(part.read, Reading):
                taken = part.read.take(text, part.name, first)
                self.facts.pending.append(Promise(part.read, taken, part.name, source))
                self.sources.update(dict.fromkeys(part.read.readers, source))
            else:
                found = part.read(text, part.name)
                self.add({type(fact): _moved(fact, first - 1) for fact in found}, source)
            told = part.released.search(text) if part.released and part.releases in f"\n{text}" else None
            if told and Release not in self.facts.known:
                line = first + own.count("\n", 0, told.start()) if told.start() < len(own) else 0
                self.add({Release: _release(told, line)}, source)
        except ReadError as reason:
            self.miss(part.facts, f"{source}: {reason}")


def _release(told: re.Match[str], line: int) -> Release:
    """Return what the groups of `Part.released` say: all of it, or its first numbers."""
    parts = told.groupdict()
    return Release(parts.get("version") or parts["series"], "version" in parts, line)


def part_facts(part: Part, config: Config, source: str) -> Read:
    """Return what one part of *config* tells."""
    read = Read.nothing()
    read.add_part(part, config, source)
    return read


def _moved(value: Any, by: int) -> Any:
    """Return *value* with every `line` in it *by* further down."""
    if names := _fields(value.__class__):
        moved = {name: _moved(getattr(value, name), by) for name in names}
        if moved.get("line"):
            moved["line"] += by
        return value.__class__(**moved)
    if isinstance(value, tuple):
        return tuple(_moved(item, by) for item in value)
    if isinstance(value, Mapping):
        return {key: _moved(item, by) for key, item in value.items()}
    return value


@cache
def _fields(kind: type) -> tuple[str, ...]:
    """Return the names of the fields of a dataclass or a named tuple; none of any other type."""
    if is_dataclass(kind):
        return tuple(field.name for field in fields(kind))
    return tuple(getattr(kind, "_fields", ()))
