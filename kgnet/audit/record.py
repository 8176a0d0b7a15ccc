"""findings → a file for the exporter: when the audit was, what it counted, what it found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from kgnet.files import write
from kgnet.findings import Findings
from kgnet.model.outcome import Status
from kgnet.reports._rows import page

NAME = "audit.json"


def record(findings: Findings, path: Path, now: datetime) -> None:
    """Write {time, counts, findings} to *path*."""
    write(path, recorded(findings, now))


def recorded(findings: Findings, now: datetime) -> Iterator[str]:
    """Yield the record: *time* in ISO 8601 and UTC, *counts* by status, findings as in the JSON report."""
    counts = findings.statuses()
    head = {
        "time": now.isoformat(timespec="seconds"),
        "counts": {status.value: counts[status] for status in Status},
    }
    yield f'{json.dumps(head).removesuffix("}")}, "findings": '
    yield from page(findings)
    yield "}\n"
