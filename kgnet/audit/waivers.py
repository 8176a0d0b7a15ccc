"""findings, waivers, today → findings, those that somebody answers for marked as waived."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

from kgnet.audit import _yaml
from kgnet.findings import Findings
from kgnet.model.outcome import Evidence, Finding, Status
from kgnet.model.pack import Waiver, Waivers
from kgnet.ports import Rule

FILE = "waivers.yml"  # in an inventory's folder it is taken without being asked for


def load(path: Path, rules: Mapping[str, Rule]) -> tuple[Waiver, ...]:
    """Read a file of waivers; PackError, with file and line, on a rule that does not exist."""
    written, source = _yaml.read(path, Waivers)
    unknown = [
        source.problem(("waivers", index, "rule"), f"no rule is named {waiver.rule!r}", "see `kgnet rules`")
        for index, waiver in enumerate(written.waivers)
        if waiver.rule not in rules
    ]
    if unknown:
        raise _yaml.said(unknown)
    return written.waivers


def waive(findings: Iterable[Finding], waivers: Iterable[Waiver], today: date) -> Iterator[Finding]:
    """Mark each failure that a waiver covers; one that has expired is a failure again, and says so."""
    held = tuple(waivers)
    return (_waived(finding, held, today) for finding in findings)


def idle(findings: Findings, waivers: Iterable[Waiver], today: date) -> Iterator[str]:
    """Yield a line for each waiver that has expired, or covers nothing although its rule was judged."""
    judged = (Status.PASS, Status.FAIL, Status.WAIVED)
    for waiver in waivers:
        names = f"{waiver.rule} on {', '.join(waiver.devices)}"
        if waiver.expires < today:
            yield f"the waiver of {names} ({waiver.ticket}) expired on {waiver.expires}"
            continue
        told = findings.where(rule=waiver.rule, status=judged).tally("device", "status")
        met = {
            status
            for device, status in told
            if any(fnmatchcase(device, pattern) for pattern in waiver.devices)
        }
        if met == {Status.PASS}:
            yield f"the waiver of {names} ({waiver.ticket}) covers nothing: it passes there"


def _waived(finding: Finding, waivers: tuple[Waiver, ...], today: date) -> Finding:
    if finding.status is not Status.FAIL:
        return finding
    covering = [waiver for waiver in waivers if _covers(waiver, finding)]
    if not covering:
        return finding
    longest = max(covering, key=lambda waiver: waiver.expires)
    if longest.expires < today:
        told = f"the waiver of {longest.owner} ({longest.ticket}) expired on {longest.expires}"
        return finding._replace(evidence=(*finding.evidence, Evidence(told, note=True)))
    told = f"waived until {longest.expires} by {longest.owner} ({longest.ticket}): {longest.reason}"
    return finding._replace(status=Status.WAIVED, evidence=(*finding.evidence, Evidence(told, note=True)))


def _covers(waiver: Waiver, finding: Finding) -> bool:
    return waiver.rule == finding.rule and any(
        fnmatchcase(finding.device, pattern) for pattern in waiver.devices
    )
