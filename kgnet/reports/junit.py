"""Findings for a build server: JUnit's XML as Jenkins and GitLab read it, a suite a device, a case a rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from kgnet.findings import Findings, kept
from kgnet.model.domains import code_of
from kgnet.model.outcome import Finding, Status
from kgnet.ports import About, Report, Rule
from kgnet.reports._judged import UNSEEN, fix

# A waived finding is no failure: whoever answers for it is told in its text.
OUTCOMES = {
    Status.FAIL: "failure",
    Status.ERROR: "error",
    Status.SKIP: "skipped",
    Status.WAIVED: "skipped",
}


def write(findings: Findings, rules: Mapping[str, Rule], about: About) -> Iterator[str]:
    """Yield the report; times are 0, since an audit measures none."""
    root = Element("testsuites", {"name": "kgnet audit", **_counts(findings)})
    root.text = "\n"
    head, _, tail = ElementTree.tostring(root, encoding="unicode").partition("\n")
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n'
    if about.notes:
        suite = Element("testsuite", {"name": about.language.say("Notes"), **_counts(kept(()))})
        SubElement(suite, "system-out").text = "\n".join(about.notes)
        yield f"  {ElementTree.tostring(suite, encoding='unicode')}\n"
    for (device,) in findings.tally("device"):
        found = findings.where(device=device)
        suite = Element("testsuite", {"name": device, "hostname": device, **_counts(found)})
        suite.set("package", next(iter(found)).site)
        if about.when:
            suite.set("timestamp", about.when.strftime("%Y-%m-%dT%H:%M:%S"))
        suite.extend(_case(finding, rules.get(finding.rule), about) for finding in found)
        ElementTree.indent(suite, level=1)
        yield f"  {ElementTree.tostring(suite, encoding='unicode').rstrip()}\n"
    yield f"{tail}\n"


def _counts(findings: Findings) -> dict[str, str]:
    many = findings.statuses()
    outcomes = {
        name: sum(many[status] for status, outcome in OUTCOMES.items() if outcome == name)
        for name in ("failure", "error", "skipped")
    }
    return {
        "tests": str(sum(many.values())),
        "failures": str(outcomes["failure"]),
        "errors": str(outcomes["error"]),
        "skipped": str(outcomes["skipped"]),
        "time": "0",
    }


def _case(finding: Finding, rule: Rule | None, about: About) -> Element:
    say = about.language.say
    title = rule.title if rule else say(UNSEEN)
    case = Element(
        "testcase", {"classname": f"{finding.device}.{code_of(finding.rule) or 'own'}", "time": "0"}
    )
    case.set("name", f"{finding.rule} {title}")
    properties = list(_properties(finding))
    if properties:
        SubElement(case, "properties").extend(Element("property", each) for each in properties)
    if finding.status in OUTCOMES:
        told = [str(each) for each in finding.evidence]
        outcome = SubElement(case, OUTCOMES[finding.status], {"message": told[0] if told else title})
        outcome.set("type", f"{finding.status.value} {finding.severity.value}")
        why = [f"{say('why')}: {rule.why}"] if rule and rule.why else []
        outcome.text = "\n".join([*told, *fix(finding, about), *why])
    return case


def _properties(finding: Finding) -> Iterator[dict[str, str]]:
    """Yield since when it stands, then of each piece of evidence what was found and wanted."""
    if finding.stand:
        yield {"name": "state", "value": finding.stand.state.value}
        yield {"name": "since", "value": finding.stand.since.isoformat(timespec="seconds")}
    for each in finding.evidence:
        if each.wanted:
            yield {"name": "found", "value": each.found}
            yield {"name": "wanted", "value": each.wanted}


REPORT = Report("junit", "xml", write)
