"""Findings for programs: a JSON list of {rule, device, site, status, severity, evidence}."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from kgnet.model.outcome import Finding
from kgnet.ports import Report, Rule
from kgnet.reports._rows import row


def write(findings: Iterable[Finding], rules: Mapping[str, Rule]) -> str:
    """Return every finding, one a line, so that a diff of two reports is readable."""
    rows = ",\n ".join(json.dumps(row(finding), ensure_ascii=False) for finding in findings)
    return f"[{rows}]\n"


REPORT = Report("json", write)
