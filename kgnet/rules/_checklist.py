"""Rules over what people answer for a building: a topic each, judged item by item."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.checklist import items
from kgnet.errors import MissingFact
from kgnet.model.facility import Checklist
from kgnet.model.facts import Snapshot
from kgnet.ports import Wrong


def open_items(have: Snapshot, topic: str) -> Iterator[Wrong]:
    """Yield what is not answered, no more so, or answered with no; MissingFact if there is no question."""
    checklist = have.get(Checklist)
    asked = [item for item in checklist.items if item.topic == topic]
    if not asked:
        raise MissingFact(f"the checklist has no item on {topic}")
    yield from filter(None, map(checklist.wrong, asked))


def references(topic: str) -> tuple[str, ...]:
    """Return on whose word the items of *topic* are asked, each once."""
    return tuple(dict.fromkeys(each for item in items() if item.topic == topic for each in item.references))
