"""Answers on the building of the data center are answers to a question."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.checklist import items
from kgnet.errors import Problem
from kgnet.inventory.draft import Draft
from kgnet.inventory.words import did_you_mean


def answers_have_a_question(draft: Draft) -> Iterator[Problem]:
    known = [item.name for item in items()]
    for entry in draft.facility:
        if entry.row.item not in known:
            what = f"{entry.row.item!r} is no item of the checklist"
            yield draft.facility.problem(entry, what, did_you_mean(entry.row.item, known))


CHECKS = (answers_have_a_question,)
