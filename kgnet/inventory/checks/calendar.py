"""Freezes hold something still that there is."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import Problem
from kgnet.inventory.draft import Draft
from kgnet.inventory.words import did_you_mean
from kgnet.model.calendar import EVERYTHING


def freezes_hold_something(draft: Draft) -> Iterator[Problem]:
    for entry in draft.freezes:
        scope = entry.row.scope
        if scope == EVERYTHING or not (draft.sites.lacks(scope) and draft.lacks_device(scope)):
            continue
        if draft.circuits.lacks(scope):
            what = f"{entry.row.id}: scope {scope!r} is no site, circuit or device, nor {EVERYTHING!r}"
            known = [EVERYTHING, *draft.sites.known, *draft.circuits.known, *sorted(draft.device_names)]
            yield draft.freezes.problem(entry, what, did_you_mean(scope, known))


CHECKS = (freezes_hold_something,)
