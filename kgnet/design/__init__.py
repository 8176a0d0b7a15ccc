"""Province → Fleet: pure passes, one concern each, in the order that they ask for."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from graphlib import CycleError, TopologicalSorter

from kgnet.errors import DesignError
from kgnet.model.fleet import Fleet
from kgnet.model.province import Province
from kgnet.plugins import found
from kgnet.ports import Pass


def design(province: Province, *, only: Collection[str] | None = None) -> Fleet:
    """Run every pass, or those named in *only*; DesignError if the intent cannot be built."""
    settings = province.settings
    fleet = Fleet(
        name=province.settings.name,
        authority=settings.authority,
        slug=settings.slug,
        domain=settings.domain,
        sites=province.sites,
        devices={},
        circuits={},
        rooms={},
    )
    for each in in_order(found(Pass).values()):
        if only is None or each.name in only:
            fleet = each.run(province, fleet)
    return fleet


def in_order(passes: Iterable[Pass]) -> list[Pass]:
    """Return *passes* so that each stands after those that it names; DesignError if that is impossible."""
    by_name = {each.name: each for each in passes}
    sorter = TopologicalSorter({each.name: sorted(each.after) for each in by_name.values()})
    try:
        return [by_name[name] for name in sorter.static_order()]
    except CycleError as reason:
        raise DesignError(f"design passes wait for each other: {' → '.join(reason.args[1])}") from reason
    except KeyError as reason:
        raise DesignError(f"a design pass waits for {reason}, which does not exist") from reason
