"""findings → a file for the exporter: when the audit was, what it counted, what it found."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from kgnet.files import write
from kgnet.model.outcome import Finding, Status
from kgnet.reports._rows import row

NAME = "audit.json"


def record(findings: Sequence[Finding], path: Path, now: datetime) -> None:
    """Write {time, counts, findings} to *path*."""
    write(path, json.dumps(recorded(findings, now), ensure_ascii=False) + "\n")


def recorded(findings: Sequence[Finding], now: datetime) -> dict[str, Any]:
    """Return the record: *time* in ISO 8601 and UTC, *counts* by status, findings as in the JSON report."""
    counts = Counter(finding.status for finding in findings)
    return {
        "time": now.isoformat(timespec="seconds"),
        "counts": {status.value: counts[status] for status in Status},
        "findings": [row(finding) for finding in findings],
    }
