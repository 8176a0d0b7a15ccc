"""Formats of an audit's report: a file each; here is what is done for all of them before they write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from urllib.parse import quote

from kgnet.findings import Findings, kept, visible
from kgnet.language import sentence, told_finding, told_rule
from kgnet.model.language import ENGLISH, Language
from kgnet.model.outcome import Finding, State
from kgnet.ports import About, Report, Rule
from kgnet.reports._rows import line

__all__ = ["by_site", "file_name", "of_site", "pieces", "visible", "written"]


def written(
    report: Report, findings: Iterable[Finding], rules: Mapping[str, Rule], about: About
) -> str | bytes:
    """Return what *report* makes of the findings, in the language of *about*, in one piece."""
    told = pieces(report, findings, rules, about)
    return told if isinstance(told, bytes) else "".join(told)


def pieces(
    report: Report, findings: Iterable[Finding], rules: Mapping[str, Rule], about: About
) -> Iterator[str] | bytes:
    """Return the same piece by piece, where it is a text."""
    english, about = kept(findings), _told(about)
    standing = kept(about.baseline.standing if about.baseline else ())
    asked = {rule for held in (english, standing) for (rule,) in held.tally("rule")}
    known = {id: told_rule(rule, about.language) for id, rule in rules.items() if id in asked}
    if report.signed:
        about = replace(about, digest=_digest(english))
    return report.write(_in(english, about.language), known, about)


def of_site(about: About, site: str, findings: Iterable[Finding]) -> About:
    """Return what a site's own report may say of the audit: of no other site its name, devices or number.

    *findings* are those of the site that are shown.
    """
    own = replace(about, sites={site: about.sites.get(site, "")}, limit="", notes=())
    if about.baseline is None:
        return own
    shown = kept(findings)
    standing = kept(about.baseline.standing).where(site=site)
    new, fixed = (len(shown.where(state=state)) for state in (State.NEW, State.FIXED))
    told = replace(about.baseline, new=new, fixed=fixed, standing=standing)
    return replace(own, baseline=told)


def by_site(findings: Iterable[Finding]) -> dict[str, Findings]:
    """Return the findings of each site, in the order of the sites."""
    held = kept(findings)
    return {site: held.where(site=site) for site in sorted(site for (site,) in held.tally("site"))}


def file_name(site: str, report: Report) -> str:
    """Return the name of a site's own report; two sites never share one, and none leads out of its folder."""
    return f"{quote(site, safe='').replace('.', '%2E') or '%'}.{report.suffix}"


def _told(about: About) -> About:
    """Return what is said of the audit, and of the earlier one, in the report's language."""
    about = replace(about, notes=tuple(visible(sentence(note, about.language)) for note in about.notes))
    if about.baseline is None:
        return about
    notes = tuple(sentence(note, about.language) for note in about.baseline.notes)
    standing = kept(about.baseline.standing)
    return replace(about, baseline=replace(about.baseline, notes=notes, standing=standing))


def _in(english: Findings, language: Language) -> Findings:
    if language is ENGLISH:
        return english
    return english.told(lambda finding: told_finding(finding, language) if finding.evidence else finding)


def _digest(findings: Findings) -> str:
    """Return the SHA-256 of the findings as lines of JSON, in hexadecimal."""
    whole = sha256()
    for finding in findings:
        whole.update(f"{line(finding)}\n".encode())
    return whole.hexdigest()
