"""Findings for a ticket or a wiki: counts, site by domain, then what is open, in tables of Markdown (GFM)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from kgnet.findings import Findings
from kgnet.model.outcome import Finding, Status
from kgnet.ports import About, Report, Rule
from kgnet.reports._judged import (
    OPEN,
    Judged,
    counts,
    fix,
    heat,
    instant,
    judged,
    looked_at,
    named,
    seen,
    since,
    still,
    used,
    worst_first,
)

MEANT = re.compile(r"([\\`*_\[\]<>|~])")  # what Markdown would take for its own


def write(findings: Findings, rules: Mapping[str, Rule], about: About) -> Iterator[str]:
    """Yield the report; what passed or does not apply is counted rule by rule."""
    for number, line in enumerate(_lines(findings, rules, about)):
        yield f"\n{line}" if number else line


def _lines(findings: Findings, rules: Mapping[str, Rule], about: About) -> Iterator[str]:
    there, say = findings.there, about.language.say
    every = judged(there, rules, about)
    yield from (
        f"# {say('Audit of the network')}",
        "",
        f"- {say('Time')}: {instant(about.when)}",
        f"- {say('Looked at')}: {_cell(looked_at(there, about))}",
        f"- {say('Pack')}: {_cell(about.pack or '—')}",
        f"- {counts(there, about)}",
        *(f"- {say('note')}: {_cell(note)}" for note in about.notes),
        "",
        f"## {say('Failures by site and domain')}",
        "",
    )
    yield from _heat(there, about)
    yield from (f"## {say('Open findings')}", "")
    for one in worst_first(every):
        yield from _open(one, about)
    yield from _compared(findings.gone, rules, about)
    yield from (f"## {say('Every control')}", "")
    yield from _table(
        [say("rule"), say("title"), *(say(status.value) for status in Status)],
        ([one.id, one.title, *(str(one.many(status)) for status in Status)] for one in every),
    )


def _heat(findings: Findings, about: About) -> Iterator[str]:
    columns = used(findings, about)
    rows = (
        [named(site, about), *(str(cells[code].failed) if code in cells else "" for code in columns)]
        for site, cells in heat(findings).items()
    )
    return _table([about.language.say("site"), *columns.values()], rows)


def _open(one: Judged, about: About) -> Iterator[str]:
    say = about.language.say
    yield f"### {_cell(one.id)} — {_cell(one.title)}"
    yield ""
    yield f"{say('severity')}: **{say(one.severity.value)}**. {_cell(one.why)}".rstrip()
    yield ""
    yield from (f"- {_cell(reference)}" for reference in one.references)
    yield ""
    yield from _table(
        [say(column) for column in ("status", "site", "device", "evidence", "since")],
        (
            [
                say(each.status.value),
                named(each.site, about),
                each.device,
                "\n".join([seen(each.evidence, about), *fix(each, about)]),
                _since(each, about),
            ]
            for each in one.of(*OPEN)
        ),
    )


def _compared(gone: Findings, rules: Mapping[str, Rule], about: About) -> Iterator[str]:
    """Yield what is fixed since the earlier audit, and what stands as it stood."""
    say = about.language.say
    if gone:
        yield from (f"## {say('fixed').capitalize()}", "")
        yield from _table(
            [say(column) for column in ("rule", "site", "device", "evidence", "since")],
            (
                [
                    each.rule,
                    named(each.site, about),
                    each.device,
                    seen(each.evidence, about),
                    since(each, about),
                ]
                for each in gone
            ),
        )
    standing = still(rules, about)
    if standing:
        yield from (f"## {say('still standing').capitalize()}", "")
        yield from _table([say(column) for column in ("rule", "title", "devices", "since")], standing)


def _since(finding: Finding, about: About) -> str:
    state = about.language.say(finding.stand.state.value) if finding.stand else ""
    return f"{since(finding, about)} {state}".strip()


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield _row(head)
    yield _row(["---"] * len(head))
    yield from map(_row, rows)
    yield ""


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    """Return *text* as it is read, on one line."""
    return "<br>".join(MEANT.sub(r"\\\1", line.replace("&", "&amp;")) for line in text.splitlines())


REPORT = Report("markdown", "md", write)
