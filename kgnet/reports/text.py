"""Findings for people: what is wrong, worst first, with its evidence and why it matters; then the counts."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from itertools import groupby

from rich.console import Console
from rich.text import Text

from kgnet.model.outcome import Evidence, Finding, Severity, State, Status
from kgnet.ports import About, Report, Rule
from kgnet.reports._judged import OPEN, UNSEEN, WORST_FIRST, counts, fix, fixed, looked_at, since, still

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
    findings, gone = fixed(findings)
    groups: dict[tuple[int, int, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.status in OPEN:
            rank = OPEN.index(finding.status), WORST_FIRST.index(finding.severity)
            groups[(*rank, finding.rule)].append(finding)
    blocks = [Text("").join(_block(groups[key], rules, about)) for key in sorted(groups)]
    blocks += [Text("".join(part)) for part in (_fixed(gone, rules, about), _still(rules, about)) if part]
    if about.source:
        blocks.append(Text(f"{about.language.say('Looked at')}: {looked_at(findings, about)}\n"))
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
        yield Text("".join(_seen(finding, about)))
        yield Text("".join(f"    {line}\n" for line in fix(finding, about)), "green")
    if rule and rule.why and first.status is not Status.WAIVED:
        told = f"{say('why')}: {rule.why}"
        why = textwrap.fill(told, WIDTH, initial_indent="  ", subsequent_indent="       ")
        yield Text(f"{why}\n", "dim")


def _fixed(gone: Sequence[Finding], rules: Mapping[str, Rule], about: About) -> list[str]:
    """Return what was there at the earlier audit and is no more, a line each."""
    head = [f"{about.language.say('fixed').upper()}\n"] if gone else []
    told = (f"{each.what} ({_since(each, about)})" for finding in gone for each in finding.evidence)
    names = (f"  {finding.rule}  {finding.device}: " for finding in gone for _ in finding.evidence)
    return [*head, *(f"{name}{what}\n" for name, what in zip(names, told, strict=True))]


def _still(rules: Mapping[str, Rule], about: About) -> list[str]:
    """Return what stands as it stood: a line a rule."""
    say, every = about.language.say, still(rules, about)
    head = [f"{say('still standing').upper()}\n"] if every else []
    return [
        *head,
        *(
            f"  {id}  {title}: {say('{many} devices, since {day}', many=many, day=day)}\n"
            for id, title, many, day in every
        ),
    ]


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
