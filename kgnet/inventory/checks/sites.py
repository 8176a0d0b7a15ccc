"""Sites form one tree with the data center at its root."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import Problem
from kgnet.inventory.draft import Draft
from kgnet.inventory.rows import Entry
from kgnet.inventory.words import did_you_mean
from kgnet.model.province import Site, SiteKind

PARENTS = {  # a commune stands directly below the province where there are no districts (since 2025-07-01)
    SiteKind.DATACENTER: (),
    SiteKind.DEPARTMENT: (SiteKind.DATACENTER,),
    SiteKind.DISTRICT: (SiteKind.DATACENTER,),
    SiteKind.COMMUNE: (SiteKind.DISTRICT, SiteKind.DATACENTER),
}


def there_is_one_center(draft: Draft) -> Iterator[Problem]:
    centers = [entry for entry in draft.sites if entry.row.kind is SiteKind.DATACENTER]
    if not centers and not draft.sites.problems:
        yield Problem(draft.sites.file, 0, "has no data center", "one row has the kind datacenter, no parent")
    for entry in centers[1:]:
        what = f"{entry.row.code} is a second data center; the first is on line {centers[0].line}"
        yield draft.sites.problem(entry, what, "one site is the data center, the others hang on it")


def parents_exist(draft: Draft) -> Iterator[Problem]:
    for entry in draft.sites:
        parent = entry.row.parent
        if parent is not None and draft.sites.lacks(parent):
            remedy = did_you_mean(parent, draft.sites.known)
            yield draft.sites.problem(entry, f"{entry.row.code}: parent {parent!r} is no site", remedy)


def sites_of_broken_rows_exist(draft: Draft) -> Iterator[Problem]:
    """Rows that are told to be wrong anyway are not told of a second time when that is put right."""
    for table in draft.tables:
        for line, cells in table.broken:
            for column in ("parent", "site", "host"):
                code = cells.get(column)
                if code and draft.sites.lacks(code):
                    remedy = did_you_mean(code, draft.sites.known)
                    yield Problem(table.file, line, f"{column} {code!r} is no site", remedy)


def parents_are_of_the_right_kind(draft: Draft) -> Iterator[Problem]:
    for entry in draft.sites if draft.has_center else ():
        remedy = _wrong_parent(draft, entry.row)
        if remedy:
            said = entry.row.parent or "no site"
            what = f"{entry.row.code} hangs on {said}"
            yield draft.sites.problem(entry, what, remedy)


def _wrong_parent(draft: Draft, site: Site) -> str:
    """Return what would be right; empty if it is, or if the parent is told to be wrong already."""
    wanted = " or a ".join(PARENTS[site.kind])
    if site.parent is None:
        return f"a {site.kind} hangs on a {wanted}" if wanted else ""
    if not wanted:
        return "the data center is the root: leave its parent empty"
    parent = draft.site.get(site.parent)
    return f"a {site.kind} hangs on a {wanted}" if parent and parent.kind not in PARENTS[site.kind] else ""


def parents_do_not_go_round(draft: Draft) -> Iterator[Problem]:
    """Told once, at the first row of each loop."""
    told: set[str] = set()
    for entry in draft.sites:
        loop = _loop(draft, entry)
        if loop and told.isdisjoint(loop):
            told.update(loop)
            what = f"parents go round in a loop: {' → '.join([*loop, loop[0]])}"
            yield draft.sites.problem(entry, what, "one of them hangs on a site outside the loop")


def _loop(draft: Draft, entry: Entry[Site]) -> list[str]:
    """Return the codes on the way from a site back to itself; empty if the way ends."""
    way = draft.ancestors(entry.row.code)
    last = draft.site.get(way[-1])
    return way if last is not None and last.parent == entry.row.code else []


CHECKS = (
    there_is_one_center,
    parents_exist,
    sites_of_broken_rows_exist,
    parents_are_of_the_right_kind,
    parents_do_not_go_round,
)
