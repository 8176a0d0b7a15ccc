"""Findings for a build server: JUnit's XML as Jenkins and GitLab read it, a suite a device, a case a rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from kgnet.model.outcome import Finding, Status
from kgnet.ports import About, Report, Rule
from kgnet.reports._judged import UNSEEN, code, fix

# A waived finding is no failure: whoever answers for it is told in its text.
OUTCOMES = {
    Status.FAIL: "failure",
    Status.ERROR: "error",
    Status.SKIP: "skipped",
    Status.WAIVED: "skipped",
}


def write(findings: Sequence[Finding], rules: Mapping[str, Rule], about: About) -> str:
    """Return the report; times are 0, since an audit measures none."""
    devices: dict[str, list[Finding]] = {}
    for finding in findings:
        devices.setdefault(finding.device, []).append(finding)
    root = Element("testsuites", {"name": "kgnet audit", **_counts(findings)})
    for device, found in devices.items():
        suite = SubElement(root, "testsuite", {"name": device, "hostname": device, **_counts(found)})
        suite.set("package", found[0].site)
        if about.when:
            suite.set("timestamp", about.when.strftime("%Y-%m-%dT%H:%M:%S"))
        for finding in found:
            suite.append(_case(finding, rules.get(finding.rule), about))
    ElementTree.indent(root)
    text: str = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _counts(findings: Sequence[Finding]) -> dict[str, str]:
    many = Counter(OUTCOMES.get(finding.status, "") for finding in findings)
    return {
        "tests": str(len(findings)),
        "failures": str(many["failure"]),
        "errors": str(many["error"]),
        "skipped": str(many["skipped"]),
        "time": "0",
    }


def _case(finding: Finding, rule: Rule | None, about: About) -> Element:
    say = about.language.say
    title = rule.title if rule else say(UNSEEN)
    case = Element("testcase", {"classname": f"{finding.device}.{code(finding.rule) or 'own'}", "time": "0"})
    case.set("name", f"{finding.rule} {title}")
    if finding.stand:
        properties = SubElement(case, "properties")
        for name, value in (
            ("state", finding.stand.state.value),
            ("since", finding.stand.since.isoformat(timespec="seconds")),
        ):
            SubElement(properties, "property", {"name": name, "value": value})
    if finding.status in OUTCOMES:
        told = [str(each) for each in finding.evidence]
        outcome = SubElement(case, OUTCOMES[finding.status], {"message": told[0] if told else title})
        outcome.set("type", f"{finding.status.value} {finding.severity.value}")
        why = [f"{say('why')}: {rule.why}"] if rule and rule.why else []
        outcome.text = "\n".join([*told, *fix(finding, about), *why])
    return case


REPORT = Report("junit", "xml", write)
