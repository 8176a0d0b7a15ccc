"""Findings for programs: a JSON list; of what is in each see `_rows.row`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kgnet.findings import Findings
from kgnet.ports import About, Report, Rule
from kgnet.reports._rows import page


def write(findings: Findings, rules: Mapping[str, Rule], about: About) -> Iterator[str]:
    """Yield every finding, one a line."""
    return page(findings)


REPORT = Report("json", "json", write)
