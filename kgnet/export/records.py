"""audit.json, drift.json, backup.json, deploy.json → samples: what commands last found, kept and changed."""

from __future__ import annotations

import json
import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from kgnet.model.domains import code_of
from kgnet.model.fleet import Fleet
from kgnet.model.outcome import Sample, Severity, Status

LOG = logging.getLogger(__name__)
Record = Mapping[str, Any]
SINCE = "device_drift_since_timestamp_seconds"
EXPOSURE = ("KG-SRV-02", "KG-SRV-08")  # each piece of their evidence names a port that is open
PORT = re.compile(r"\b(tcp|udp)/\d+\b")  # what else stands there is a waiver that expired
JUDGED = (Status.PASS, Status.FAIL, Status.ERROR, Status.WAIVED)


def records(fleet: Fleet, folder: Path) -> Iterator[Sample]:
    """Read the records in *folder*; one that is missing or malformed gives `…_recorded 0` and no more."""
    yield from _read(folder / "audit.json", "audit_recorded", lambda record: _audit(fleet, record))
    yield from _read(folder / "drift.json", "drift_recorded", _drift)
    yield from _read(folder / "backup.json", "backup_recorded", _backup)
    yield from _read(folder / "deploy.json", "deploy_recorded", _deploy)


def _read(path: Path, recorded: str, samples: Callable[[Record], Iterator[Sample]]) -> list[Sample]:
    try:
        found = list(samples(json.loads(path.read_text(encoding="utf-8"))))
    except FileNotFoundError:
        return [Sample(recorded, 0)]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as reason:
        LOG.warning("%s: not a record: %s: %s", path, type(reason).__name__, reason)
        return [Sample(recorded, 0)]
    return [Sample(recorded, 1), *found]


def _when(record: Record) -> float:
    when = datetime.fromisoformat(record["time"])
    if when.tzinfo is None:
        raise ValueError("its time has no zone")
    return when.timestamp()


def _audit(fleet: Fleet, record: Record) -> Iterator[Sample]:
    yield Sample("audit_timestamp_seconds", _when(record))
    judged: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    failed: Counter[tuple[str, Severity]] = Counter()
    rules: Counter[tuple[str, str, Severity]] = Counter()
    for finding in record["findings"]:
        site, status = _site(fleet, finding), Status(finding["status"])
        judged[site] += status in JUDGED
        if finding["rule"] in EXPOSURE and status in (Status.PASS, Status.FAIL):
            open_ = sum(bool(PORT.search(str(each))) for each in finding["evidence"])
            labels = {"device": str(finding["device"]), "rule": str(finding["rule"])}
            yield Sample("device_exposed_ports", open_ if status is Status.FAIL else 0, labels)
        errors[site] += status is Status.ERROR
        severity = Severity(finding["severity"])
        failed[site, severity] += status is Status.FAIL
        rules[site, str(finding["rule"]), severity] += status is Status.FAIL
    for site in judged:
        yield Sample("audit_judgements", judged[site], {"site": site})
        yield Sample("audit_errors", errors[site], {"site": site})
        for severity in Severity:
            yield Sample("audit_findings", failed[site, severity], {"site": site, "severity": severity.value})
    for (site, rule, severity), many in (+rules).items():
        labels = {"site": site, "domain": code_of(rule), "severity": severity.value, "rule": rule}
        yield Sample("audit_rule_findings", many, labels)


def _site(fleet: Fleet, finding: Record) -> str:
    device = fleet.devices.get(finding["device"])
    return device.site if device else str(finding.get("site", ""))


def _drift(record: Record) -> Iterator[Sample]:
    yield Sample("drift_timestamp_seconds", _when(record))
    devices = record["devices"]
    for device in devices:
        if "error" not in device:
            lines = int(device["add"]) + int(device["remove"])
            yield Sample("drift_lines", lines, {"device": str(device["device"])})
            if lines and device.get("since"):
                since = datetime.fromisoformat(device["since"]).timestamp()
                yield Sample(SINCE, since, {"device": str(device["device"])})
    yield Sample("drift_unread", sum("error" in device for device in devices))


def _backup(record: Record) -> Iterator[Sample]:
    yield from _times(record, "backup_timestamp_seconds")


def _deploy(record: Record) -> Iterator[Sample]:
    yield from _times(record, "device_deploy_timestamp_seconds")


def _times(record: Record, name: str) -> Iterator[Sample]:
    for device, when in record["devices"].items():
        yield Sample(name, datetime.fromisoformat(when).timestamp(), {"device": str(device)})
