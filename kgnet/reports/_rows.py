"""A finding as plain data: what programs read, in reports and in the record."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from kgnet import __version__
from kgnet.findings import Findings
from kgnet.model.history import Baseline
from kgnet.model.outcome import Finding, Status
from kgnet.ports import About

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


def row(finding: Finding) -> dict[str, Any]:
    """Return {rule, device, site, status, severity, evidence, found, wanted, remedy, source, …, since}.

    *evidence* is a list of texts; of a failure *found* and *wanted* are, too, one for each of them;
    *remedy* is {commands, note}, null where nothing failed;
    *source* is the file that was judged, or `live`, and *as_of* its time;
    *state* (new, standing, fixed) and *since* are null where no history was asked, and for what is not open.
    """
    stand = finding.stand
    return {
        "rule": finding.rule,
        "device": finding.device,
        "site": finding.site,
        "status": finding.status.value,
        "severity": finding.severity.value,
        "evidence": [str(evidence) for evidence in finding.evidence],
        "found": [each.found for each in finding.evidence if each.wanted],
        "wanted": [each.wanted for each in finding.evidence if each.wanted],
        "remedy": {"commands": list(finding.remedy.commands), "note": finding.remedy.note}
        if finding.remedy
        else None,
        "source": finding.source,
        "as_of": finding.as_of.isoformat(timespec="seconds") if finding.as_of else None,
        "state": stand.state.value if stand else None,
        "since": stand.since.isoformat(timespec="seconds") if stand else None,
    }


def page(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield the rows as JSON, one a line, so that a diff of two reports is readable."""
    before = "["
    for finding in findings:
        yield f"{before}{line(finding)}"
        before = ",\n "
    yield "]\n" if before != "[" else "[]\n"


def line(finding: Finding) -> str:
    """Return the row as one line of JSON."""
    return ENCODE(row(finding))
