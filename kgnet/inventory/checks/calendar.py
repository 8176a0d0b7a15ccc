"""Freezes hold something still that there is, and outages touch something."""

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


def outages_touch_something(draft: Draft) -> Iterator[Problem]:
    for entry in draft.outages:
        for name in entry.row.touched:
            if draft.sites.lacks(name) and draft.circuits.lacks(name) and draft.lacks_device(name):
                what = f"{entry.row.id}: scope {name!r} is no site, circuit or device"
                known = [*draft.sites.known, *draft.circuits.known, *sorted(draft.device_names)]
                yield draft.outages.problem(entry, what, did_you_mean(name, known))


def outages_name_a_carrier_that_has_circuits(draft: Draft) -> Iterator[Problem]:
    carriers = sorted({each.row.carrier for each in draft.circuits})
    readable = draft.circuits.names is not None and not draft.circuits.problems
    for entry in draft.outages:
        carrier = entry.row.carrier
        if readable and carrier is not None and carrier not in carriers:
            what = f"{entry.row.id}: carrier {carrier!r} has no circuit"
            yield draft.outages.problem(entry, what, did_you_mean(carrier, carriers))


CHECKS = (freezes_hold_something, outages_touch_something, outages_name_a_carrier_that_has_circuits)
