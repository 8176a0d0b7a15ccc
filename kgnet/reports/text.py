"""Findings for people: what is wrong, worst first, with its evidence and why it matters; then the counts."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from itertools import groupby

from rich.console import Console
from rich.text import Text

from kgnet.findings import Findings
from kgnet.model.outcome import Evidence, Finding, Severity, State, Status
from kgnet.ports import About, Report, Rule
from kgnet.reports._judged import OPEN, UNSEEN, WORST_FIRST, counts, fix, looked_at, since, still

WIDTH = 110
STATUS = {Status.ERROR: "bold magenta", Status.FAIL: "bold red", Status.WAIVED: "yellow"}
SEVERITY = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
}


def write(findings: Findings, rules: Mapping[str, Rule], about: About) -> Iterator[str]:
    """Yield the report; what passed or does not apply is only counted."""
    page = StringIO()
    console = Console(
        file=page,
        force_terminal=about.colour,
        color_system="standard" if about.colour else None,
        legacy_windows=False,
    )
    for told in _told(findings, rules, about):
        console.print(told, soft_wrap=True, end="")
        yield page.getvalue()
        page.seek(0)
        page.truncate()


def _told(findings: Findings, rules: Mapping[str, Rule], about: About) -> Iterator[Text]:
    """Yield block by block, with an empty line between them; the counts are the last."""
    there = findings.there
    groups = there.where(status=OPEN).tally("status", "severity", "rule")
    for status, severity, id in sorted(groups, key=_rank):
        found = there.where(rule=id, status=status, severity=severity)
        yield from _block(found, (status, severity, id), rules.get(id), about)
        yield Text("\n")
    for part in (_fixed(findings.gone, about), _still(rules, about)):
        many = False
        for line in part:
            many = True
            yield Text(line)
        if many:
            yield Text("\n")
    if about.source:
        yield Text(f"{about.language.say('Looked at')}: {looked_at(there, about)}\n\n")
    for note in about.notes:
        yield Text(f"{about.language.say('note')}: {note}\n")
    if about.notes:
        yield Text("\n")
    yield Text.assemble((counts(there, about), "bold"), "\n")


def _rank(group: tuple[str, ...]) -> tuple[int, int, str]:
    status, severity, id = group
    return OPEN.index(Status(status)), WORST_FIRST.index(Severity(severity)), id


def _block(
    findings: Iterable[Finding], group: tuple[str, str, str], rule: Rule | None, about: About
) -> Iterator[Text]:
    """Yield one rule's findings: a head, each device with its evidence, and why it matters."""
    say, status, severity = about.language.say, Status(group[0]), Severity(group[1])
    yield Text.assemble(
        (say(status.value).upper(), STATUS[status]),
        "  ",
        (say(severity.value), SEVERITY[severity]),
        "  ",
        (group[2], "bold"),
        f"  {rule.title if rule else say(UNSEEN)}\n",
    )
    for finding in findings:
        yield Text("".join(_seen(finding, about)))
        yield Text("".join(f"    {line}\n" for line in fix(finding, about)), "green")
    if rule and rule.why and status is not Status.WAIVED:
        told = f"{say('why')}: {rule.why}"
        why = textwrap.fill(told, WIDTH, initial_indent="  ", subsequent_indent="       ")
        yield Text(f"{why}\n", "dim")


def _fixed(gone: Iterable[Finding], about: About) -> Iterator[str]:
    """Yield what was there at the earlier audit and is no more, a line each."""
    head = f"{about.language.say('fixed').upper()}\n"
    for finding in gone:
        for each in finding.evidence:
            yield f"{head}  {finding.rule}  {finding.device}: {each.what} ({_since(each, about)})\n"
            head = ""


def _still(rules: Mapping[str, Rule], about: About) -> Iterator[str]:
    """Yield what stands as it stood: a line a rule."""
    say = about.language.say
    head = f"{say('still standing').upper()}\n"
    for id, title, many, day in still(rules, about):
        yield f"{head}  {id}  {title}: {say('{many} devices, since {day}', many=many, day=day)}\n"
        head = ""


def _since(told: Evidence | Finding, about: About) -> str:
    return about.language.say("since {day}", day=since(told, about))


def _stands(evidence: Evidence, about: About) -> str:
    """Return since when a piece of evidence stands; of what is new nothing is said."""
    standing = evidence.stand is not None and evidence.stand.state is State.STANDING
    return f" ({_since(evidence, about)})" if standing else ""


def _seen(finding: Finding, about: About) -> Iterator[str]:
    """Yield the evidence; a command that is seen in several lines is told once."""
    for where, group in groupby(finding.evidence, key=lambda evidence: evidence.where):
        found = [f"{evidence.what}{_stands(evidence, about)}" for evidence in group]
        if not where or len(found) == 1:
            yield from (f"  {finding.device}: {f'{where}: ' if where else ''}{what}\n" for what in found)
        else:
            yield f"  {finding.device}: {where}:\n"
            yield from (f"    {what}\n" for what in found)


REPORT = Report("text", "txt", write)
