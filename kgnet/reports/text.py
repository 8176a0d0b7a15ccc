"""Findings for people: what is wrong, worst first, with its evidence and why it matters; then the counts."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from itertools import groupby

from rich.console import Console
from rich.text import Text

from kgnet.model.outcome import Finding, Severity, Status
from kgnet.ports import About, Report, Rule
from kgnet.reports._judged import OPEN, UNSEEN, WORST_FIRST, counts

WIDTH = 110
STATUS = {Status.ERROR: "bold magenta", Status.FAIL: "bold red", Status.WAIVED: "yellow"}
SEVERITY = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
}


def write(findings: Sequence[Finding], rules: Mapping[str, Rule], about: About) -> str:
    """Return the report; what passed or does not apply is only counted."""
    groups: dict[tuple[int, int, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.status in OPEN:
            rank = OPEN.index(finding.status), WORST_FIRST.index(finding.severity)
            groups[(*rank, finding.rule)].append(finding)
    blocks = [Text("").join(_block(groups[key], rules, about)) for key in sorted(groups)]
    page = StringIO()
    console = Console(
        file=page,
        force_terminal=about.colour,
        color_system="standard" if about.colour else None,
        legacy_windows=False,
    )
    console.print(Text("\n").join([*blocks, Text(counts(findings, about), "bold")]), soft_wrap=True)
    return page.getvalue()


def _block(findings: Sequence[Finding], rules: Mapping[str, Rule], about: About) -> Iterator[Text]:
    """Yield one rule's findings: a head, each device with its evidence, and why it matters."""
    first, say = findings[0], about.language.say
    rule = rules.get(first.rule)
    yield Text.assemble(
        (say(first.status.value).upper(), STATUS[first.status]),
        "  ",
        (say(first.severity.value), SEVERITY[first.severity]),
        "  ",
        (first.rule, "bold"),
        f"  {rule.title if rule else say(UNSEEN)}\n",
    )
    for finding in findings:
        yield Text("".join(_seen(finding)))
    if rule and rule.why and first.status is not Status.WAIVED:
        told = f"{say('why')}: {rule.why}"
        why = textwrap.fill(told, WIDTH, initial_indent="  ", subsequent_indent="       ")
        yield Text(f"{why}\n", "dim")


def _seen(finding: Finding) -> Iterator[str]:
    """Yield the evidence; a command that is seen in several lines is told once."""
    for where, group in groupby(finding.evidence, key=lambda evidence: evidence.where):
        found = [evidence.what for evidence in group]
        if not where or len(found) == 1:
            yield from (f"  {finding.device}: {f'{where}: ' if where else ''}{what}\n" for what in found)
        else:
            yield f"  {finding.device}: {where}:\n"
            yield from (f"    {what}\n" for what in found)


REPORT = Report("text", "txt", write)
