"""What a collector took out of a text before it kept it: nobody can judge that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kgnet.errors import MissingFact
from kgnet.model.facts import Snapshot
from kgnet.ports import Wrong
from kgnet.rules._places import at


def but_removed(
    wrong: Iterable[Wrong], have: Snapshot, fact: type, removed: Iterable[tuple[str, int]]
) -> Iterator[Wrong]:
    """Yield what is *wrong*; MissingFact if nothing is, but something was *removed* (what, its line)."""
    found = list(wrong)
    yield from found
    for what, line in removed if not found else ():
        raise MissingFact(str(at(have, fact, line, f"{what}: its secret was removed by the collector")))
