"""Findings for a spreadsheet: a row each (RFC 4180), with the mark that makes Excel read it as UTF-8."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping

from kgnet.findings import Findings
from kgnet.model.outcome import Finding
from kgnet.ports import About, Report, Rule
from kgnet.reports._judged import UNSEEN, domain

MARK = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t")  # a spreadsheet would compute what begins so (OWASP, CSV injection)
COLUMNS = (
    "rule",
    "title",
    "domain",
    "severity",
    "status",
    "site",
    "site name",
    "device",
    "evidence",
    "found",
    "wanted",
    "remedy",
    "state",
    "since",
    "why",
    "references",
    "source",
    "as of",
)


class _Line:
    """A file of one line: what a writer of the library writes is handed back by it."""

    def write(self, line: str) -> str:
        return line


def write(findings: Findings, rules: Mapping[str, Rule], about: About) -> Iterator[str]:
    """Yield notes, then every finding, also what passed; pieces of evidence stand on lines of one cell."""
    row = csv.writer(_Line()).writerow
    yield MARK
    yield row([about.language.say(column) for column in COLUMNS])
    for note in about.notes:
        cells = {"status": about.language.say("note"), "evidence": note}
        yield row([_cell(cells.get(column, "")) for column in COLUMNS])
    for finding in findings:
        yield row(map(_cell, _cells(finding, rules.get(finding.rule), about)))


def _cells(finding: Finding, rule: Rule | None, about: About) -> Iterator[str]:
    say = about.language.say
    yield finding.rule
    yield rule.title if rule else say(UNSEEN)
    yield domain(finding.rule, about)
    yield say(finding.severity.value)
    yield say(finding.status.value)
    yield finding.site
    yield about.sites.get(finding.site, "")
    yield finding.device
    yield "\n".join(map(str, finding.evidence))
    yield "\n".join(each.found for each in finding.evidence if each.wanted)
    yield "\n".join(each.wanted for each in finding.evidence if each.wanted)
    yield "\n".join(filter(None, (*finding.remedy.commands, finding.remedy.note)))
    yield say(finding.stand.state.value) if finding.stand else ""
    yield finding.stand.since.isoformat(timespec="seconds") if finding.stand else ""
    yield rule.why if rule else ""
    yield "\n".join(rule.references) if rule else ""
    yield finding.source
    yield finding.as_of.isoformat(timespec="seconds") if finding.as_of else ""


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


REPORT = Report("csv", "csv", write)
