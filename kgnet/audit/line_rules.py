"""A rule that an office wrote in its pack, without code → Rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from kgnet.audit.search import search
from kgnet.errors import MissingFact, NotOurs
from kgnet.model.config import Line
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Evidence
from kgnet.model.pack import LineRule
from kgnet.ports import Rule, Wrong

MOST = 50  # lines that are told one by one
LONG = 200  # characters of a line


@dataclass(frozen=True, slots=True)
class _Judge:
    """Judges by what is *written*; a value, so that it can be sent to who judges elsewhere."""

    written: LineRule

    def __call__(self, want: Device, have: Snapshot) -> Iterator[Wrong]:
        lines = list(have.config.lines(self.written.part))
        if not lines:
            raise MissingFact(f"{have.device}: no configuration text of {self.written.part or 'any part'}")
        wrong = list(_wrong(self.written, lines, have.config.source or have.device))
        yield from wrong[:MOST]
        if len(wrong) > MOST:
            yield f"and {len(wrong) - MOST} more"


def as_rule(id: str, written: LineRule) -> Rule:
    """Return the rule that looks for the lines that *written* wants, or does not want."""
    return Rule(
        id=id,
        title=written.title,
        severity=written.severity,
        judge=_Judge(written),
        needs=(),
        references=(),
        roles=written.roles,
        platforms=written.platforms,
        why=written.why,
    )


def _wrong(written: LineRule, lines: Sequence[Line], source: str) -> Iterator[Evidence]:
    texts = [line.text for line in lines]
    within = _within(written, lines, texts)
    if not within:
        raise NotOurs(f"no block here matches {written.inside!r}")
    if written.must is not None:
        there = search(written.must, texts)
        for opening, places in within:
            if there.isdisjoint(places):
                where = source if opening is None else f"{source}:{opening.number}"
                inside = "" if opening is None else f" in {_cut(opening.text)!r}"
                yield Evidence(f"no line matches {written.must!r}{inside}", where)
    if written.must_not is not None:
        inside_any = frozenset(place for _, places in within for place in places)
        for place in sorted(search(written.must_not, texts) & inside_any):
            yield Evidence(_cut(texts[place]), f"{source}:{lines[place].number}")


def _within(
    written: LineRule, lines: Sequence[Line], texts: Sequence[str]
) -> list[tuple[Line | None, range]]:
    """Return each block whose opening line matches `inside`, and where its lines are; without it: all."""
    if written.inside is None:
        return [(None, range(len(lines)))]
    return [(lines[place], _block(lines, place)) for place in sorted(search(written.inside, texts))]


def _block(lines: Sequence[Line], opening: int) -> range:
    """Return the places of the lines inside the one at *opening*."""
    depth, after = len(lines[opening].path), opening + 1
    inside = takewhile(lambda place: len(lines[place].path) > depth, range(after, len(lines)))
    return range(after, after + sum(1 for _ in inside))


def _cut(text: str) -> str:
    return text if len(text) <= LONG else f"{text[: LONG - 1]}…"
