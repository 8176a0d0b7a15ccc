"""Findings for people: what is wrong, worst first, with its evidence and why it matters; then the counts."""

from __future__ import annotations

import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from kgnet.model.outcome import Finding, Severity, Status
from kgnet.ports import Report, Rule

SHOWN = (Status.ERROR, Status.FAIL, Status.WAIVED)
WORST_FIRST = tuple(reversed(Severity))
WIDTH = 110


def write(findings: Iterable[Finding], rules: Mapping[str, Rule]) -> str:
    """Return the report; what passed or does not apply is only counted."""
    held = list(findings)
    groups: dict[tuple[int, int, str], list[Finding]] = defaultdict(list)
    for finding in held:
        if finding.status in SHOWN:
            rank = SHOWN.index(finding.status), WORST_FIRST.index(finding.severity)
            groups[(*rank, finding.rule)].append(finding)
    blocks = ["".join(_block(groups[key], rules)) for key in sorted(groups)]
    return "\n".join([*blocks, _counts(held)])


def _block(findings: Sequence[Finding], rules: Mapping[str, Rule]) -> Iterator[str]:
    """Yield one rule's findings: a head, each device with its evidence, and why it matters."""
    first = findings[0]
    rule = rules.get(first.rule)
    title = rule.title if rule else "the device could not be looked at"
    yield f"{first.status.upper()}  {first.severity}  {first.rule}  {title}\n"
    for finding in findings:
        yield from _seen(finding)
    if rule and rule.why and first.status is not Status.WAIVED:
        why = textwrap.fill(f"why: {rule.why}", WIDTH, initial_indent="  ", subsequent_indent="       ")
        yield f"{why}\n"


def _seen(finding: Finding) -> Iterator[str]:
    """Yield the evidence; a command that is seen in several lines is told once."""
    for where, group in groupby(finding.evidence, key=lambda evidence: evidence.where):
        found = [evidence.what for evidence in group]
        if not where or len(found) == 1:
            yield from (f"  {finding.device}: {f'{where}: ' if where else ''}{what}\n" for what in found)
        else:
            yield f"  {finding.device}: {where}:\n"
            yield from (f"    {what}\n" for what in found)


def _counts(findings: Sequence[Finding]) -> str:
    counts = Counter(finding.status for finding in findings)
    devices = len({finding.device for finding in findings})
    told = ", ".join(f"{counts[status]} {status}" for status in Status if counts[status])
    return f"{devices} devices, {len(findings)} findings: {told or 'nothing was judged'}\n"


REPORT = Report("text", write)
