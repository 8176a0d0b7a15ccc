"""Findings for programs that read line by line (jsonlines.org): what was asked, then a finding a line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from kgnet.model.outcome import Finding
from kgnet.ports import About, Report, Rule
from kgnet.reports._rows import line


def write(findings: Sequence[Finding], rules: Mapping[str, Rule], about: About) -> str:
    """Return {time, pack, findings}, how many there are: a file that broke off is known; then each."""
    when = about.when.isoformat(timespec="seconds") if about.when else None
    head = json.dumps({"time": when, "pack": about.pack, "findings": len(findings)}, ensure_ascii=False)
    return "".join(f"{each}\n" for each in (head, *map(line, findings)))


REPORT = Report("jsonl", "jsonl", write)
