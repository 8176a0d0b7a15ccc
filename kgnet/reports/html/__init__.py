"""Findings as one page that needs nothing beside itself: filters, a heat map, fit to print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kgnet.model.outcome import Finding, Severity, State, Status
from kgnet.ports import About, Report, Rule
from kgnet.reports._judged import (
    OPEN,
    code,
    counts,
    facts,
    fixed,
    heat,
    instant,
    judged,
    named,
    since,
    still,
    used,
    worst_first,
)
from kgnet.wire.csp import digest

HERE = Path(__file__).parent
BAR = (Status.FAIL, Status.ERROR, Status.WAIVED, Status.PASS, Status.SKIP)


def write(findings: Sequence[Finding], rules: Mapping[str, Rule], about: About) -> str:
    """Return the page; the browser may load nothing and run only the script that comes with it."""
    findings, gone = fixed(findings)
    every = judged(findings, rules, about)
    many = Counter(finding.status for finding in findings)
    style, script = _part("page.css"), _part("filter.js")
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            style=style,
            script=script,
            policy=f"default-src 'none'; style-src '{digest(style)}'; script-src '{digest(script)}'",
            about=about,
            say=about.language.say,
            when=instant(about.when),
            facts=facts(findings, about),
            counts=counts(findings, about),
            total=len(findings),
            many=many,
            failed=Counter(each.severity for each in findings if each.status is Status.FAIL),
            bar=[*_bar(many)],
            every=every,
            open=worst_first(every),
            code_of=code,
            stands=any(each.stand for each in findings),
            gone=gone,
            still=still(rules, about),
            since=lambda told: since(told, about),
            states=tuple(state for state in State if state is not State.FIXED),
            sites=heat(findings),
            domains=used(findings, about),
            named=lambda site: named(site, about),
            statuses=Status,
            severities=tuple(reversed(Severity)),
            shown=OPEN,
        )
    )


def _bar(many: Mapping[Status, int]) -> Iterator[tuple[Status, float, float]]:
    """Yield the parts of a bar of 1000: the status, where its part begins, and how wide it is."""
    start, total = 0.0, sum(many.values())
    for status in BAR:
        if many[status]:
            width = 1000 * many[status] / total
            yield status, round(start, 2), round(width, 2)
            start += width


@cache
def _part(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


REPORT = Report("html", "html", write)
