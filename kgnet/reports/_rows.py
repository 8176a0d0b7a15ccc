"""A finding as plain data: what programs read, in reports and in the record."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

from kgnet import __version__
from kgnet.findings import Findings
from kgnet.model.history import Baseline
from kgnet.model.outcome import Evidence, Finding, Remedy, Stand, Status
from kgnet.ports import About

REMEMBERED = 1 << 10
ENCODE = json.JSONEncoder(ensure_ascii=False).encode  # `dumps` would make an encoder for each


def head(findings: Findings, about: About) -> dict[str, Any]:
    """Return what is said of the audit before its findings; *baseline* is null where nothing is compared."""
    return {
        "kgnet": __version__,
        "time": about.when.isoformat(timespec="seconds") if about.when else None,
        "pack": about.pack,
        "notes": list(about.notes),
        "baseline": _baseline(about.baseline, findings.statuses()[Status.ERROR]),
    }


def _baseline(told: Baseline | None, errors: int) -> dict[str, Any] | None:
    """Return what the findings are held against: the others stand as they stood."""
    if told is None:
        return None
    when = told.when.isoformat(timespec="seconds") if told.when else None
    counts = {"new": told.new, "fixed": told.fixed, "standing": len(told.standing), "errors": errors}
    return {"asked": told.asked, "run": told.run or None, "time": when, **counts}


def page(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield the rows as JSON, one a line, so that a diff of two reports is readable."""
    before = "["
    for finding in findings:
        yield f"{before}{line(finding)}"
        before = ",\n "
    yield "]\n" if before != "[" else "[]\n"


def line(finding: Finding) -> str:
    """Return {rule, device, site, status, severity, evidence, found, wanted, remedy, …, since} as JSON.

    *evidence* is a list of texts; of a failure *found* and *wanted* are, too, one for each of them;
    *remedy* is {commands, note}, null where nothing failed;
    *source* is the file that was judged, or `live`, and *as_of* its time;
    *state* (new, standing, fixed) and *since* are null where no history was asked, and for what is not open.
    """
    texts = finding.rule, finding.device, finding.site, finding.status.value, finding.severity.value
    rule, device, site, status, severity = map(_text, texts)
    who = f'"rule": {rule}, "device": {device}, "site": {site}, "status": {status}, "severity": {severity}'
    said = _said(finding.evidence, finding.remedy)
    return f"{{{who}, {said}, {_when(finding.source, finding.as_of, finding.stand)}}}"


# ── the same few texts stand in most findings ───────────────────────────────

_text = lru_cache(REMEMBERED)(ENCODE)


@lru_cache(REMEMBERED)
def _said(evidence: tuple[Evidence, ...], remedy: Remedy) -> str:
    told = {
        "evidence": [str(each) for each in evidence],
        "found": [each.found for each in evidence if each.wanted],
        "wanted": [each.wanted for each in evidence if each.wanted],
        "remedy": {"commands": list(remedy.commands), "note": remedy.note} if remedy else None,
    }
    return ENCODE(told)[1:-1]


@lru_cache(REMEMBERED)
def _when(source: str, as_of: datetime | None, stand: Stand | None) -> str:
    told = {
        "source": source,
        "as_of": as_of.isoformat(timespec="seconds") if as_of else None,
        "state": stand.state.value if stand else None,
        "since": stand.since.isoformat(timespec="seconds") if stand else None,
    }
    return ENCODE(told)[1:-1]
