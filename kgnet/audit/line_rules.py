"""A rule that an office wrote in its pack, without code → Rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kgnet.errors import MissingFact
from kgnet.model.config import Line
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Evidence
from kgnet.model.pack import LineRule
from kgnet.ports import Rule, Wrong


def as_rule(id: str, written: LineRule) -> Rule:
    """Return the rule that looks for the lines that *written* wants, or does not want."""

    def judge(want: Device, have: Snapshot) -> Iterator[Wrong]:
        lines = list(have.config.lines(written.part))
        if not lines:
            raise MissingFact(f"{want.name}: no configuration text of {written.part or 'any part'}")
        for opening, block in _blocks(lines, written.inside):
            yield from _wrong(written, have, opening, block)

    return Rule(
        id=id,
        title=written.title,
        severity=written.severity,
        judge=judge,
        needs=(),
        references=(),
        roles=written.roles,
        platforms=written.platforms,
        why=written.why,
    )


def _blocks(lines: list[Line], inside: str | None) -> Iterator[tuple[Line | None, list[Line]]]:
    """Yield each block whose opening line matches *inside*, with the lines in it; without it: everything."""
    if inside is None:
        yield None, lines
        return
    for opening in lines:
        if re.search(inside, opening.text):
            depth = len(opening.path)
            within = [line for line in lines if len(line.path) > depth and line.path[:depth] == opening.path]
            yield opening, within


def _wrong(written: LineRule, have: Snapshot, opening: Line | None, block: Iterable[Line]) -> Iterator[Wrong]:
    lines = list(block)
    source = have.config.source or have.device
    if written.must is not None and not any(re.search(written.must, line.text) for line in lines):
        where = f"{source}:{opening.number}" if opening else source
        inside = f" in {opening.text!r}" if opening else ""
        yield Evidence(f"no line matches {written.must!r}{inside}", where)
    for line in lines:
        if written.must_not is not None and re.search(written.must_not, line.text):
            yield Evidence(line.text, f"{source}:{line.number}")
