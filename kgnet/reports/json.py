"""Findings for programs: a JSON list of {rule, device, site, status, severity, evidence, state, since}."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kgnet.model.outcome import Finding
from kgnet.ports import About, Report, Rule
from kgnet.reports._rows import line


def write(findings: Sequence[Finding], rules: Mapping[str, Rule], about: About) -> str:
    """Return every finding, one a line, so that a diff of two reports is readable."""
    rows = ",\n ".join(map(line, findings))
    return f"[{rows}]\n"


REPORT = Report("json", "json", write)
