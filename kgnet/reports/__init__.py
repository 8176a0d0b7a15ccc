"""Formats of an audit's report: a file each; here is what is done for all of them before they write."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from urllib.parse import quote

from kgnet.language import sentence, told_finding, told_rule
from kgnet.model.identity import fingerprints
from kgnet.model.outcome import Finding, State
from kgnet.ports import About, Report, Rule
from kgnet.reports._rows import page

# What a terminal obeys, a parser refuses or a reader does not see: control characters but for tab and
# line feed, surrogates, marks that turn the direction of a text (Unicode TR 36, 3.2), U+FFFE and U+FFFF.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def written(
    report: Report, findings: Iterable[Finding], rules: Mapping[str, Rule], about: About
) -> str | bytes:
    """Return what *report* makes of the findings, in the language of *about*."""
    about = _told(about)
    english = [_clean(_marked(finding)) for finding in findings]
    held = [_clean(told_finding(finding, about.language)) for finding in english]
    asked = {finding.rule for finding in (*held, *(about.baseline.standing if about.baseline else ()))}
    known = {id: told_rule(rule, about.language) for id, rule in rules.items() if id in asked}
    return report.write(held, known, replace(about, digest=sha256(page(english).encode()).hexdigest()))


def of_site(about: About, site: str, findings: Iterable[Finding]) -> About:
    """Return what a site's own report may say of the audit: of no other site its name, devices or number.

    *findings* are those of the site that are shown.
    """
    own = replace(about, sites={site: about.sites.get(site, "")}, limit="")
    if about.baseline is None:
        return own
    states = Counter(finding.stand.state for finding in findings if finding.stand)
    standing = tuple(finding for finding in about.baseline.standing if finding.site == site)
    told = replace(about.baseline, new=states[State.NEW], fixed=states[State.FIXED], standing=standing)
    return replace(own, baseline=told)


def by_site(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Return the findings of each site, in the order of the sites."""
    sites: dict[str, list[Finding]] = {}
    for finding in findings:
        sites.setdefault(finding.site, []).append(finding)
    return dict(sorted(sites.items()))


def file_name(site: str, report: Report) -> str:
    """Return the name of a site's own report; two sites never share one, and none leads out of its folder."""
    return f"{quote(site, safe='').replace('.', '%2E') or '%'}.{report.suffix}"


def visible(text: str) -> str:
    """Return *text* with every character that one does not see spelled out: an escape as `\\x1b`."""
    return UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _told(about: About) -> About:
    """Return what is said of the earlier audit, clean and in the report's language."""
    if about.baseline is None:
        return about
    notes = tuple(sentence(note, about.language) for note in about.baseline.notes)
    standing = tuple(map(_clean, about.baseline.standing))
    return replace(about, baseline=replace(about.baseline, notes=notes, standing=standing))


def _marked(finding: Finding) -> Finding:
    """Give each piece of evidence its fingerprint, by the English that it is in every report."""
    marks = fingerprints([each for each in finding.evidence if not each.note])
    evidence = (each if each.note else replace(each, fingerprint=next(marks)) for each in finding.evidence)
    return replace(finding, evidence=tuple(evidence))


def _clean(finding: Finding) -> Finding:
    return replace(
        finding,
        rule=visible(finding.rule),
        device=visible(finding.device),
        site=visible(finding.site),
        source=visible(finding.source),
        evidence=tuple(
            replace(each, what=visible(each.what), where=visible(each.where)) for each in finding.evidence
        ),
        remedy=replace(
            finding.remedy,
            commands=tuple(map(visible, finding.remedy.commands)),
            notes=tuple(map(visible, finding.remedy.notes)),
        ),
    )
