"""Findings for programs that read line by line (jsonlines.org): what was asked, then a finding a line.

Each line is as `data/audit.schema.json` describes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from kgnet.findings import Findings
from kgnet.ports import About, Report, Rule
from kgnet.reports._rows import head, line


def write(findings: Findings, rules: Mapping[str, Rule], about: About) -> Iterator[str]:
    """Yield the head with how many findings there are, so that a file that broke off is known; then each."""
    yield f"{json.dumps({**head(findings, about), 'findings': len(findings)}, ensure_ascii=False)}\n"
    yield from (f"{line(finding)}\n" for finding in findings)


REPORT = Report("jsonl", "jsonl", write)
