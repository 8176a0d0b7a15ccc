"""Findings for a ticket or a wiki: counts, site by domain, then what is open, in tables of Markdown (GFM)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from kgnet.model.outcome import Finding, Status
from kgnet.ports import About, Report, Rule
from kgnet.reports._judged import (
    OPEN,
    Judged,
    counts,
    fix,
    fixed,
    heat,
    instant,
    judged,
    looked_at,
    named,
    since,
    still,
    used,
    worst_first,
)

MEANT = re.compile(r"([\\`*_\[\]<>|~])")  # what Markdown would take for its own


def write(findings: Sequence[Finding], rules: Mapping[str, Rule], about: About) -> str:
    """Return the report; what passed or does not apply is counted rule by rule."""
    findings, gone = fixed(findings)
    every, say = judged(findings, rules, about), about.language.say
    lines = [
        f"# {say('Audit of the network')}",
        "",
        f"- {say('Time')}: {instant(about.when)}",
        f"- {say('Looked at')}: {_cell(looked_at(findings, about))}",
        f"- {say('Pack')}: {_cell(about.pack or '—')}",
        f"- {counts(findings, about)}",
        "",
        f"## {say('Failures by site and domain')}",
        "",
        *_heat(findings, about),
        f"## {say('Open findings')}",
        "",
        *(line for one in worst_first(every) for line in _open(one, about)),
        *_compared(gone, rules, about),
        f"## {say('Every control')}",
        "",
        *_table(
            [say("rule"), say("title"), *(say(status.value) for status in Status)],
            ([one.id, one.title, *(str(len(one.of(status))) for status in Status)] for one in every),
        ),
    ]
    return "\n".join(lines)


def _heat(findings: Sequence[Finding], about: About) -> Iterator[str]:
    columns = used(findings, about)
    rows = (
        [named(site, about), *(str(cells[code].failed) if code in cells else "" for code in columns)]
        for site, cells in heat(findings).items()
    )
    return _table([about.language.say("site"), *columns.values()], rows)


def _open(one: Judged, about: About) -> Iterator[str]:
    found, say = one.of(*OPEN), about.language.say
    if not found:
        return
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
                "\n".join([_evidence(each), *fix(each, about)]),
                _since(each, about),
            ]
            for each in found
        ),
    )


def _compared(gone: Sequence[Finding], rules: Mapping[str, Rule], about: About) -> Iterator[str]:
    """Yield what is fixed since the earlier audit, and what stands as it stood."""
    say = about.language.say
    if gone:
        yield from (f"## {say('fixed').capitalize()}", "")
        yield from _table(
            [say(column) for column in ("rule", "site", "device", "evidence", "since")],
            (
                [each.rule, named(each.site, about), each.device, _evidence(each), since(each, about)]
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


def _evidence(finding: Finding) -> str:
    return "\n".join(map(str, finding.evidence))


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
