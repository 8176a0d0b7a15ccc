"""Findings for programs: a JSON list; of what is in each see `_rows.row`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kgnet.model.outcome import Finding
from kgnet.ports import About, Report, Rule
from kgnet.reports._rows import page


def write(findings: Sequence[Finding], rules: Mapping[str, Rule], about: About) -> str:
    """Return every finding, one a line."""
    return page(findings)


REPORT = Report("json", "json", write)
