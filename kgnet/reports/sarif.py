"""Findings for tools that show results of analyses: SARIF 2.1.0 (OASIS), a result for each evidence.

What passed or does not apply is no result: readers would show it as if it were one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from kgnet import __version__
from kgnet.findings import Findings
from kgnet.model.outcome import Evidence, Finding, Severity, State, Status
from kgnet.ports import About, Report, Rule
from kgnet.reports._judged import Judged, judged

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# 3.27.9: "open" is what a tool could not decide; 3.27.10: whatever is no failure has the level "none".
KINDS = {
    Status.FAIL: "fail",
    Status.WAIVED: "fail",
    Status.ERROR: "open",
}
LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
BASELINES = {State.NEW: "new", State.STANDING: "unchanged", State.FIXED: "absent"}  # 3.27.24
SCORES = {  # CVSS 3.1, 5: the middle of each band; readers sort by it
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
}
TAIL = "]}]}"  # of results, run, runs and log
IN_A_FILE = re.compile(r"(?P<file>[^\s:]+):(?P<line>[1-9][0-9]{0,8})")


def write(findings: Findings, rules: Mapping[str, Rule], about: About) -> Iterator[str]:
    """Yield one run; nothing in it depends on where it was made."""
    every = judged(findings, rules, about)
    places = {one.id: place for place, one in enumerate(every)}
    language = about.language.code
    run = {
        "tool": {
            "driver": {
                "name": "kgnet",
                "version": __version__,
                "language": language,
                "rules": [_rule(one) for one in every],
            }
        },
        "invocations": [_invocation(findings, about)],
        "language": language,
        "columnKind": "utf16CodeUnits",
        "results": [],  # comes last
    }
    head = json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False)
    yield head.removesuffix(TAIL)
    between = ""
    for one in findings:
        for each in _results(one, places[one.rule], every):
            yield f"{between}{json.dumps(each, ensure_ascii=False)}"
            between = ", "
    yield f"{TAIL}\n"


def _rule(one: Judged) -> dict[str, Any]:
    told = one.why or one.title
    help_ = "\n".join([told, *one.references])
    return {
        "id": one.id,
        "shortDescription": _message(one.title),
        "fullDescription": _message(told),
        "help": _message(help_),
        "defaultConfiguration": {"level": LEVELS[one.severity]},
        "properties": {
            "tags": [one.domain],
            "security-severity": SCORES[one.severity],
            "references": list(one.references),
        },
    }


def _invocation(findings: Findings, about: About) -> dict[str, Any]:
    """Return how the audit went, with what could not be judged: some readers skip "open" results."""
    errors = findings.where(status=Status.ERROR)
    told: dict[str, Any] = {
        "executionSuccessful": not errors,
        "toolExecutionNotifications": [
            {
                "level": "error",
                "message": _message(f"{finding.device}: {_text(finding)}"),
                "locations": [_location(finding, Evidence(""))],
                "associatedRule": {"id": finding.rule},
            }
            for finding in errors
        ]
        + [{"level": "note", "message": _message(note)} for note in about.notes],
    }
    if about.when:
        told["startTimeUtc"] = _time(about.when)
    return told


def _results(finding: Finding, place: int, every: Sequence[Judged]) -> Iterator[dict[str, Any]]:
    gone = finding.stand is not None and finding.stand.state is State.FIXED
    kind = "fail" if gone else KINDS.get(finding.status)
    if kind is None:
        return
    evidence, waiver = list(finding.evidence), ""
    if finding.status is Status.WAIVED and evidence:
        waiver = evidence.pop().what  # the audit puts it last
    told = evidence if kind == "fail" and evidence else [Evidence(_text(finding) or every[place].title)]
    for number, each in enumerate(told, start=1):
        result: dict[str, Any] = {
            "ruleId": finding.rule,
            "ruleIndex": place,
            "kind": kind,
            "level": LEVELS[finding.severity] if kind == "fail" else "none",
            "message": _message(f"{finding.device}: {each.what}"),
            "locations": [_location(finding, each)],
            "partialFingerprints": {
                "kgnetFinding/v1": "/".join((finding.rule, finding.device, each.fingerprint or str(number)))
            },
            "properties": {
                "site": finding.site,
                "device": finding.device,
                "severity": finding.severity.value,
                "status": finding.status.value,
            },
        }
        if each.wanted:
            result["properties"] |= {"found": each.found, "wanted": each.wanted}
        if finding.remedy:
            commands, note = finding.remedy.commands, finding.remedy.note
            result["properties"]["remedy"] = {"commands": list(commands), "note": note}
        if finding.remedy.patch and (fixed := _fix(finding, told[:number])):
            result["fixes"] = [fixed]
        stand = each.stand or finding.stand
        if stand:
            result["baselineState"] = BASELINES[stand.state]
            result["provenance"] = {"firstDetectionTimeUtc": _time(stand.since)}
        if waiver:
            suppression = {"kind": "external", "status": "accepted", "justification": waiver}
            result["suppressions"] = [suppression]
        yield result


def _fix(finding: Finding, told: Sequence[Evidence]) -> dict[str, Any] | None:
    """Return how the file is mended (3.55), for the first of what is *told* that stands in it.

    A second result with the same fix would have it made twice.
    """
    *before, here = (IN_A_FILE.fullmatch(each.where) for each in told)
    if here is None or any(before):
        return None
    replacements = [
        {
            "deletedRegion": {
                "startLine": each.first,
                "startColumn": 1,
                "endLine": each.first + each.many,
                "endColumn": 1,
            },
            "insertedContent": {"text": "".join(f"{line}\n" for line in each.lines)},
        }
        for each in finding.remedy.patch
    ]
    change = {"artifactLocation": _artifact(here["file"]), "replacements": replacements}
    described = finding.remedy.note or "\n".join(finding.remedy.commands)
    return {"description": _message(described), "artifactChanges": [change]}


def _artifact(file: str) -> dict[str, str]:
    uri = quote(file)
    return {"uri": f"file://{uri}" if uri.startswith("/") else uri}


def _location(finding: Finding, evidence: Evidence) -> dict[str, Any]:
    """Return where it is: the device, and the file and line or the command that told it."""
    where: dict[str, Any] = {"name": finding.device, "fullyQualifiedName": f"{finding.site}/{finding.device}"}
    location: dict[str, Any] = {"logicalLocations": [{**where, "kind": "resource"}]}
    placed = IN_A_FILE.fullmatch(evidence.where)
    if placed:
        location["physicalLocation"] = {
            "artifactLocation": _artifact(placed["file"]),
            "region": {"startLine": int(placed["line"])},
        }
    elif evidence.where:
        location["message"] = _message(evidence.where)
    return location


def _time(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _message(text: str) -> dict[str, str]:
    """Return a message; its braces stand twice, for one alone holds an argument (3.11.5)."""
    return {"text": text.replace("{", "{{").replace("}", "}}")}


def _text(finding: Finding) -> str:
    return "; ".join(map(str, finding.evidence))


REPORT = Report("sarif", "sarif", write, patched=True)
