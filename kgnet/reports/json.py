"""Findings for programs: one value of JSON, as `data/audit.schema.json` describes it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from kgnet.findings import Findings
from kgnet.ports import About, Report, Rule
from kgnet.reports._rows import head, page


def write(findings: Findings, rules: Mapping[str, Rule], about: About) -> Iterator[str]:
    """Yield what was asked, then every finding, one a line."""
    known = json.dumps(head(findings, about), ensure_ascii=False)
    yield f'{known.removesuffix("}")}, "findings":\n'
    yield from page(findings)
    yield "}\n"


REPORT = Report("json", "json", write)
