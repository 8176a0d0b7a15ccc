"""What the dossier holds between its first page and its last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from kgnet.findings import Findings
from kgnet.model.outcome import Finding, Status
from kgnet.ports import About, Rule
from kgnet.reports._judged import OPEN, WORST_FIRST, Judged, fix, heat, named, seen, since, still, used
from kgnet.reports.docx import _page
from kgnet.reports.docx._cover import signatures

if TYPE_CHECKING:
    from docx.document import Document

HEAT = {  # the colours of a cell, in hexadecimal
    "critical": "8E0B21",
    "high": "D64933",
    "medium": "F4A93B",
    "low": "F9E59A",
    "error": "C9ACDD",
    "clean": "D9EFDC",
}
DARK = ("critical", "high")  # what is written on these is white
LISTED = 20  # devices by name; of more the number is told
SITE_MM, NAMES_MM = 44, 40  # of the map: the first column, the first row


@dataclass(frozen=True, slots=True)
class Told:
    """What the dossier is made of; *gone* was found by the earlier audit, and is fixed."""

    findings: Findings
    gone: Findings
    every: Sequence[Judged]
    rules: Mapping[str, Rule]
    about: About


Part = tuple[str, Callable[["Document", Told], None]]


def parts(told: Told) -> Iterator[Part]:
    """Yield each heading with what adds the text below it."""
    say = told.about.language.say
    yield say("Result"), _result
    yield say("Failures by site and domain"), _heat
    yield say("Every control"), _summary
    if told.about.baseline:
        yield say("Since the earlier audit"), _compared
    yield say("Waivers"), _waivers
    yield say("What was not judged"), _unjudged
    for name, controls in groupby(told.every, key=lambda one: one.domain):
        yield say("Control by control: {domain}", domain=name), partial(_controls, controls=[*controls])
    yield say("Signatures"), lambda document, told: signatures(document, told.about)


def _result(document: Document, told: Told) -> None:
    """Add how many there are, status by severity."""
    say = told.about.language.say
    many = told.findings.tally("status", "severity")
    head = [say("status"), *(say(severity.value) for severity in WORST_FIRST), say("sum")]
    shown = []
    for status in (Status.FAIL, Status.ERROR, Status.WAIVED, Status.PASS, Status.SKIP):
        numbers = [many[status.value, severity.value] for severity in WORST_FIRST]
        shown.append([say(status.value), *map(str, (*numbers, sum(numbers)))])
    _page.table(document, head, [60], shown)
    whole = [one for one in told.every if one.many(Status.PASS) and not one.many(*OPEN)]
    judged = [one for one in told.every if one.many(Status.PASS, *OPEN)]
    document.add_paragraph(
        say(
            "{whole} of {judged} controls that apply are met everywhere.",
            whole=len(whole),
            judged=len(judged),
        )
    )


def _heat(document: Document, told: Told) -> None:
    """Add a table of failures: sites down, domains across, their names upright."""
    from docx.shared import RGBColor

    about, columns = told.about, used(told.findings, told.about)
    made = _page.table(document, [about.language.say("site"), *columns.values()], [SITE_MM], ())
    _page.upright(made.rows[0], NAMES_MM)
    for site, found in heat(told.findings).items():
        cells = [found.get(code) for code in columns]
        texts = (str(cell.failed or ("?" if cell.errors else "")) if cell else "" for cell in cells)
        row = _page.filled(made, [named(site, about), *texts])
        for place, cell in zip(row[1:], cells, strict=True):
            if cell:
                _page.shaded(place, HEAT.get(cell.heat, ""))
                place.paragraphs[0].runs[0].font.color.rgb = RGBColor(*[255 if cell.heat in DARK else 0] * 3)
    legend = (
        "A number counts failures, its colour is the worst of them; ? could not be judged, – does not apply."
    )
    document.add_paragraph(about.language.say(legend))


def _summary(document: Document, told: Told) -> None:
    """Add every control in a line: the clauses behind it, and how it ended on how many devices."""
    say = told.about.language.say
    statuses = (*OPEN, Status.PASS, Status.SKIP)
    head = [
        say("rule"),
        say("severity"),
        *(say(status.value) for status in statuses),
        say("title"),
        say("Asked by"),
    ]
    rows = (
        [
            *(one.id, say(one.severity.value)),
            *(str(one.many(status) or "") for status in statuses),
            *(one.title, "\n".join(one.references)),
        ]
        for one in told.every
    )
    _page.table(document, head, [25, 20, 18, 15, 17, 13, 17, 52], rows)


def _compared(document: Document, told: Told) -> None:
    """Add what is fixed since the earlier audit, and what still stands."""
    about, say = told.about, told.about.language.say
    if told.gone:
        document.add_heading(say("fixed").capitalize(), 2)
        head = [say(column) for column in ("rule", "site", "device", "evidence", "since")]
        rows = ([*_whose(each, about), seen(each.evidence, about), since(each, about)] for each in told.gone)
        _page.table(document, head, [26, 42, 32, 120], rows)
    standing = still(told.rules, about)
    if standing:
        document.add_heading(say("still standing").capitalize(), 2)
        _page.table(
            document, [say(column) for column in ("rule", "title", "devices", "since")], [30, 150], standing
        )
    if not told.gone and not standing:
        document.add_paragraph(say("Nothing that stood then is fixed or stands."))


def _waivers(document: Document, told: Told) -> None:
    """Add what somebody answers for, until when and why; that is what the audit noted last."""
    about, say = told.about, told.about.language.say
    waived = told.findings.where(status=Status.WAIVED)
    if not waived:
        document.add_paragraph(say("Nothing is waived."))
        return
    head = [say(column) for column in ("rule", "severity", "site", "device", "evidence", "answered for")]
    rows = (
        [
            *(each.rule, say(each.severity.value), named(each.site, about), each.device),
            *(seen(each.evidence[:-1], about), str(each.evidence[-1]) if each.evidence else ""),
        ]
        for each in waived
    )
    _page.table(document, head, [26, 20, 40, 30, 66], rows)


def _unjudged(document: Document, told: Told) -> None:
    """Add what could not be judged, and what does not apply, each with the reason."""
    about, say = told.about, told.about.language.say
    document.add_heading(say("error").capitalize(), 2)
    errors = told.findings.where(status=Status.ERROR)
    if errors:
        head = [say(column) for column in ("rule", "site", "device", "evidence")]
        rows = ([*_whose(each, about), seen(each.evidence, about)] for each in errors)
        _page.table(document, head, [28, 50, 36], rows)
    else:
        document.add_paragraph(say("Everything that was asked could be judged."))
    document.add_heading(say("skip").capitalize(), 2)
    reasons: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for each in told.findings.where(status=Status.SKIP):
        rules, devices = reasons[seen(each.evidence, about).replace(each.device, "…")]
        rules.add(each.rule)
        devices.add(each.device)
    head = [say(column) for column in ("reason", "rule", "devices")]
    listed = (
        [reason, ", ".join(sorted(rules)), _who(sorted(devices), about)]
        for reason, (rules, devices) in sorted(reasons.items())
    )
    _page.table(document, head, [95, 75], listed)


def _controls(document: Document, told: Told, controls: Sequence[Judged]) -> None:
    """Add controls of a domain: why, who asks for it, who passed, and what was found."""
    about, say = told.about, told.about.language.say
    for one in controls:
        document.add_heading(f"{one.id}  {one.title}", 2)
        lines = [
            (say("severity"), say(one.severity.value)),
            (say("why"), one.why),
            (say("Asked by"), "; ".join(one.references)),
            (say("pass"), _who([each.device for each in one.of(Status.PASS)], about)),
            (say("skip"), _who([each.device for each in one.of(Status.SKIP)], about)),
        ]
        for name, value in lines:
            if value:
                _page.named(document, name, value)
        stands = one.stands
        head = [
            say(column) for column in ("status", "site", "device", *(["since"] if stands else []), "evidence")
        ]
        rows = (
            [
                *(say(each.status.value), named(each.site, about), each.device),
                *([_stand(each, about)] if stands else []),
                "\n".join([seen(each.evidence, about), *fix(each, about)]),
            ]
            for each in one.of(*OPEN)
        )
        if one.many(*OPEN):
            _page.table(document, head, [30, 46, 34, *([22] if stands else [])], rows)


def _whose(finding: Finding, about: About) -> tuple[str, str, str]:
    return finding.rule, named(finding.site, about), finding.device


def _who(devices: Sequence[str], about: About) -> str:
    """Return the devices by name, or how many there are where nobody would read the names."""
    if len(devices) <= LISTED:
        return ", ".join(devices)
    return about.language.say("{devices} devices", devices=len(devices))


def _stand(finding: Finding, about: About) -> str:
    state = about.language.say(finding.stand.state.value) if finding.stand else ""
    return f"{since(finding, about)} {state}".strip()
