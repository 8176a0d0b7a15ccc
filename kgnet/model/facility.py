"""The building of a data center, as people answer for it: what they are asked, and what they said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from kgnet.model.subject import Kind


class Word(StrEnum):
    """What one may answer; NONE: the building has no such thing, and the evidence says why it need not."""

    YES = "yes"
    NO = "no"
    NONE = "n/a"


@dataclass(frozen=True, slots=True)
class Item:
    """One question; its answer holds for *days*."""

    name: str
    topic: str  # power, cooling, access, fire, paths, environment, place, upkeep
    days: int
    question: str  # in English; data/texts.<code>.csv has the others
    references: tuple[str, ...]  # each with the mark of how it is known


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody said of an item, and where that is written down."""

    item: str
    word: Word
    by: str
    on: date
    proof: str

    def until(self, days: int) -> date:
        """Return the last day on which an answer that holds for *days* does so."""
        return self.on + timedelta(days=days)


@dataclass(frozen=True, slots=True)
class Checklist:
    """The items of a building and their answers as they stood on the day *asked*."""

    items: tuple[Item, ...]
    answers: tuple[Answer, ...]
    asked: date

    def of(self, item: Item) -> Answer | None:
        return next((each for each in self.answers if each.item == item.name), None)

    def wrong(self, item: Item) -> str:
        """Return what is wrong with the answer to *item*, in words an operator can act on; "" if nothing."""
        found = self.of(item)
        if found is None:
            return f"{item.name}: nobody has answered: {item.question}"
        if found.on > self.asked:
            return f"{item.name}: its answer of {found.on} lies in the future ({found.proof})"
        if found.until(item.days) < self.asked:
            return (
                f"{item.name}: the answer of {found.on} by {found.by} held {item.days} days, "
                f"until {found.until(item.days)}: {item.question}"
            )
        if found.word is Word.NO:
            return f"{item.name}: {found.by} answered no on {found.on} ({found.proof}): {item.question}"
        return ""


@dataclass(frozen=True, slots=True)
class Facility:
    """The building of a site as a subject of the audit: no device tells of it."""

    site: str

    @property
    def name(self) -> str:
        return self.site

    @property
    def kind(self) -> Kind:
        return Kind.BUILDING
