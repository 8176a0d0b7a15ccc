"""Findings as one page that needs nothing beside itself: filters, a heat map, fit to print."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kgnet.model.outcome import Finding, Severity, State, Status
from kgnet.ports import About, Report, Rule
from kgnet.reports._judged import (
    OPEN,
    Judged,
    code,
    counts,
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

HERE = Path(__file__).parent


def write(findings: Sequence[Finding], rules: Mapping[str, Rule], about: About) -> str:
    """Return the page; the browser may load nothing and run only the script that comes with it."""
    findings, gone = fixed(findings)
    every = judged(findings, rules, about)
    style, script = _part("page.css"), _part("filter.js")
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            style=style,
            script=script,
            policy=f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'",
            about=about,
            say=about.language.say,
            when=instant(about.when),
            counts=counts(findings, about),
            many=Counter(finding.status for finding in findings),
            every=every,
            gone=gone,
            still=still(rules, about),
            since=lambda told: since(told, about),
            states=tuple(state for state in State if state is not State.FIXED),
            rows=[_row(finding, one) for one in worst_first(every) for finding in one.of(*OPEN)],
            sites=heat(findings),
            domains=used(findings, about),
            named=lambda site: named(site, about),
            statuses=Status,
            severities=tuple(reversed(Severity)),
            shown=OPEN,
        )
    )


def _row(finding: Finding, one: Judged) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "title": one.title,
        "domain": code(finding.rule),
        "status": finding.status,
        "severity": finding.severity,
        "site": finding.site,
        "device": finding.device,
        "evidence": finding.evidence,
        "stand": finding.stand,
        "finding": finding,
    }


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


def _digest(text: str) -> str:
    """Return the source expression of an inline style or script (CSP 3, 2.3.1)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


REPORT = Report("html", "html", write)
