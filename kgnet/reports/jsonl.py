"""Findings for programs that read line by line (jsonlines.org): what was asked, then a finding a line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from kgnet.model.history import Baseline
from kgnet.model.outcome import Finding
from kgnet.ports import About, Report, Rule
from kgnet.reports._rows import line


def write(findings: Sequence[Finding], rules: Mapping[str, Rule], about: About) -> str:
    """Return {time, pack, findings}, how many there are: a file that broke off is known; then each."""
    when = about.when.isoformat(timespec="seconds") if about.when else None
    head = {"time": when, "pack": about.pack, "findings": len(findings), **_baseline(about.baseline)}
    return "".join(f"{each}\n" for each in (json.dumps(head, ensure_ascii=False), *map(line, findings)))


def _baseline(told: Baseline | None) -> dict[str, Any]:
    """Return what the findings are held against: the others stand as they stood."""
    if told is None:
        return {}
    when = told.when.isoformat(timespec="seconds") if told.when else None
    counts = {"new": told.new, "fixed": told.fixed, "standing": len(told.standing)}
    return {"baseline": {"asked": told.asked, "run": told.run or None, "time": when, **counts}}


REPORT = Report("jsonl", "jsonl", write)
