"""Findings for programs that read line by line (jsonlines.org): what was asked, then a finding a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from kgnet.findings import Findings
from kgnet.model.history import Baseline
from kgnet.model.outcome import Status
from kgnet.ports import About, Report, Rule
from kgnet.reports._rows import line


def write(findings: Findings, rules: Mapping[str, Rule], about: About) -> Iterator[str]:
    """Yield {time, pack, findings}, how many there are: a file that broke off is known; then each."""
    when = about.when.isoformat(timespec="seconds") if about.when else None
    known = {"time": when, "pack": about.pack, "findings": len(findings), "notes": list(about.notes)}
    errors = findings.statuses()[Status.ERROR]
    head = {**known, **_baseline(about.baseline, errors)}
    yield f"{json.dumps(head, ensure_ascii=False)}\n"
    yield from (f"{line(finding)}\n" for finding in findings)


def _baseline(told: Baseline | None, errors: int) -> dict[str, Any]:
    """Return what the findings are held against: the others stand as they stood."""
    if told is None:
        return {}
    when = told.when.isoformat(timespec="seconds") if told.when else None
    counts = {"new": told.new, "fixed": told.fixed, "standing": len(told.standing), "errors": errors}
    return {"baseline": {"asked": told.asked, "run": told.run or None, "time": when, **counts}}


REPORT = Report("jsonl", "jsonl", write)
