"""SARIF: what is written is what the standard allows, part for part, and means what it says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from test_report import ABOUT, RULES, SEEN, in_vietnamese

from kgnet.model.outcome import Evidence, Finding, Severity, Status
from kgnet.ports import About
from kgnet.reports import written
from kgnet.reports.sarif import REPORT

# The standard's own schema; where it is from: tests/recorded/sarif/README.md.
SCHEMA = json.loads((Path(__file__).parent / "recorded" / "sarif" / "sarif-2.1.0.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)

STRANGE = 'ấp Hòn Me \U0001f525 \x00\x1b[31m\ud800\u202e {0} {braces} \\ "quoted" %41 ../../etc\npasswd'
FINDINGS = {
    "none": (),
    "some": SEEN,
    "clean": tuple(each._replace(status=Status.PASS, evidence=()) for each in SEEN),
    "errors": tuple(each._replace(status=Status.ERROR) for each in SEEN),
    "bare": tuple(each._replace(evidence=()) for each in SEEN),
    "strange": tuple(
        Finding(STRANGE, STRANGE, STRANGE, status, Severity.LOW, (Evidence(STRANGE, f"{where}:7"),))
        for status in Status
        for where in (STRANGE, "/a b/x.cfg", "/a/ấp#?.cfg", "C:\\x.cfg", "//host/x", ":", "http://x y/%zz")
    ),
    "many": tuple(
        Finding(rule, f"r-{number}", str(number), Status.FAIL, Severity.HIGH, (Evidence("x" * 500, "f:1"),))
        for rule in RULES
        for number in range(50)
    ),
}


def log(findings: tuple[Finding, ...] = SEEN, about: About = ABOUT) -> Any:
    return json.loads(written(REPORT, findings, RULES, about))


def wrong(told: Any) -> list[str]:
    return [f"{error.json_path}: {error.message[:200]}" for error in VALIDATOR.iter_errors(told)]


@pytest.mark.parametrize("about", [ABOUT, in_vietnamese(), About()], ids=["en", "vi", "bare"])
@pytest.mark.parametrize("name", FINDINGS)
def test_it_is_sarif(name: str, about: About) -> None:
    """A tool that checks what it is given takes it, and finds what it refers to."""
    told = log(FINDINGS[name], about)
    assert wrong(told) == []
    (run,) = told["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len({*rules}) == len(rules)
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])


def test_a_place_is_a_uri() -> None:
    """Of the characters that one may have (RFC 3986, appendix A); the schema's "format" binds no reader."""
    (run,) = log(FINDINGS["strange"])["runs"]
    places = [result["locations"][0].get("physicalLocation") for result in run["results"]]
    uris = {place["artifactLocation"]["uri"] for place in places if place}
    assert "//host/x" not in uris, "that would be another machine"
    assert uris
    assert all(re.fullmatch(r"(file://)?([A-Za-z0-9._~/-]|%[0-9A-F]{2})+", uri) for uri in uris), uris


def test_the_schema_refuses() -> None:
    """One that took anything would be no proof."""
    for change in ({"kind": "bad"}, {"message": {}}, {"level": 3}, {"severity": "high"}, {"ruleIndex": -2}):
        told = log()
        told["runs"][0]["results"][0].update(change)
        assert wrong(told), change


def test_levels_and_fingerprints_mean_what_the_text_of_the_standard_says() -> None:
    """What a schema cannot tell: only a failure has a level (3.27.10), and each result is its own."""
    (run,) = log()["runs"]
    assert all((result["kind"] == "fail") != (result["level"] == "none") for result in run["results"])
    prints = [json.dumps(result["partialFingerprints"]) for result in run["results"]]
    assert len({*prints}) == len(prints)


def test_statuses_are_the_standard_s() -> None:
    """What could not be judged is open, and an error of the run; what is waived is suppressed."""
    (run,) = log()["runs"]
    kinds = [(result["properties"]["device"], result["kind"], result["level"]) for result in run["results"]]
    assert kinds == [
        ("r-902", "fail", "error"),
        ("r-902", "fail", "error"),
        ("hub1", "fail", "error"),
        ("mail1", "open", "none"),
    ]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["message"]["text"] == "mail1: no route to host"
    (suppressed,) = (result for result in run["results"] if "suppressions" in result)
    assert suppressed["suppressions"][0]["justification"].startswith("waived until 2027-03-31")
    assert suppressed["message"]["text"] == "hub1: stays open for 3600 s"


def test_a_file_is_a_place_and_a_command_is_a_word() -> None:
    """A viewer opens the file at its line."""
    (run,) = log()["runs"]
    first, *_ = run["results"]
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "configs/r-902.cfg"}
    assert place["region"] == {"startLine": 12}
    asked = next(one for one in run["results"] if one["ruleId"] == "KG-ACC-07")["locations"][0]
    assert asked["message"] == {"text": "sshd -T"}
    assert "physicalLocation" not in asked
