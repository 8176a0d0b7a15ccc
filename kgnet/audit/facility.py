"""province, today → what people answer for the building of its data center, to be judged like a device."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from kgnet.checklist import items
from kgnet.model.config import Config
from kgnet.model.facility import Answer, Checklist, Facility, Word
from kgnet.model.facts import Snapshot
from kgnet.model.province import FacilityAnswer, Province

FILE = "facility.csv"
UNASKED = f"the inventory has no answer in {FILE} — `kgnet checklist form` prints the questions"


def checklist(rows: Iterable[FacilityAnswer], today: date) -> Checklist:
    """Return the questions with the answers that there are; a row without one is none."""
    return Checklist(
        items(),
        tuple(
            Answer(row.item, Word(row.answer), row.by, row.date, row.evidence)
            for row in rows
            if row.answer and row.date
        ),
        today,
    )


def facility(province: Province, folder: Path, today: date) -> tuple[Facility, Snapshot]:
    """Return the building, and what is known of it; nothing where nobody has answered anything."""
    subject, found = Facility(province.center().code), checklist(province.facility.values(), today)
    config = Config(subject.name, {})
    if not found.answers:
        return subject, Snapshot(subject.name, config, missing={Checklist: UNASKED})
    return subject, Snapshot(subject.name, config, {Checklist: found}, {Checklist: str(folder / FILE)})
