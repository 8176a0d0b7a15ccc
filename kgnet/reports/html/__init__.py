"""Findings as one page that needs nothing beside itself: filters, a heat map, fit to print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kgnet.findings import Findings
from kgnet.model.domains import code_of
from kgnet.model.outcome import Severity, State, Status
from kgnet.ports import About, Report, Rule
from kgnet.reports._judged import (
    OPEN,
    counts,
    facts,
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
AT_ONCE = 1000  # pieces of the template
BAR = (Status.FAIL, Status.ERROR, Status.WAIVED, Status.PASS, Status.SKIP)


def write(findings: Findings, rules: Mapping[str, Rule], about: About) -> Iterator[str]:
    """Yield the page; the browser may load nothing and run only the script that comes with it."""
    there, gone = findings.there, findings.gone
    every, many = judged(there, rules, about), there.statuses()
    style, script = _part("page.css"), _part("filter.js")
    page = (
        _environment()
        .get_template("page.html.j2")
        .generate(
            style=style,
            script=script,
            policy=f"default-src 'none'; style-src '{digest(style)}'; script-src '{digest(script)}'",
            about=about,
            say=about.language.say,
            when=instant(about.when),
            facts=facts(there, about),
            counts=counts(there, about),
            total=sum(many.values()),
            many=many,
            failed=_failed(there),
            bar=[*_bar(many)],
            every=every,
            open=worst_first(every),
            code_of=code_of,
            stands=bool(there.where(state=(State.NEW, State.STANDING))),
            gone=gone,
            still=still(rules, about),
            since=lambda told: since(told, about),
            states=tuple(state for state in State if state is not State.FIXED),
            sites=heat(there),
            domains=used(there, about),
            named=lambda site: named(site, about),
            statuses=Status,
            severities=tuple(reversed(Severity)),
            shown=OPEN,
        )
    )
    while piece := "".join(islice(page, AT_ONCE)):
        yield piece


def _failed(findings: Findings) -> Counter[Severity]:
    told = findings.where(status=Status.FAIL).tally("severity")
    return Counter({Severity(severity): many for (severity,), many in told.items()})


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


REPORT = Report("html", "html", write, signed=True)
