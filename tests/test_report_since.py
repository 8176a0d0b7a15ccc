"""Reports with a history: every format says since when a finding stands, what is new and what is fixed."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator
from test_report import ABOUT, RULES, SEEN, in_vietnamese, text
from test_report_sarif import SCHEMA

from kgnet import paths, plugins
from kgnet.history import History, Told, place
from kgnet.model.history import Asked
from kgnet.model.outcome import Evidence, Finding, Severity, Status
from kgnet.ports import About, Report
from kgnet.reports import written

REPORTS: Mapping[str, Report] = plugins.found(Report)
every_report = pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
FIRST = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


def found(
    *texts: str, rule: str = "KG-RTG-01", device: str = "r-902", status: Status = Status.FAIL
) -> Finding:
    evidence = tuple(Evidence(told, f"{device}.cfg:{line}") for line, told in enumerate(texts, start=1))
    return Finding(rule, device, "902", status, Severity.HIGH, evidence)


OLD, NEW = "neighbour 10.0.0.1 (hub1) has no key", "neighbour 10.0.0.3 (hub2) has no key"
BEFORE = (
    found(OLD),
    found("is called old: r-902 wanted", rule="KG-ACC-18"),
    found("stays open for 3600 s", rule="KG-ACC-07", device="hub1"),
)
NOW = (
    found(OLD, NEW),
    found(rule="KG-ACC-18", status=Status.PASS),
    found("stays open for 1800 s", rule="KG-ACC-07", device="hub1"),
    found("no route to host", rule="collect", device="mail1", status=Status.ERROR),
)


@pytest.fixture
def told(tmp_path: Path) -> Told:
    kept = History(place(str(tmp_path / "h")))
    assert ABOUT.when
    kept.remember(BEFORE, Asked("s", FIRST, "i", "baseline", "live"))
    return kept.remember(NOW, Asked("s", ABOUT.when, "i", "baseline", "live"))


def against(told: Told, about: About = ABOUT) -> About:
    return replace(about, baseline=told.baseline)


@every_report
def test_what_is_new_is_told_and_what_stands_is_not(report: Report, told: Told) -> None:
    """Its evidence is in the report of that day; here it is a line a rule, where people read."""
    page = text(report, told.news, against(told))
    for wanted in (NEW, "no route to host", "KG-ACC-18"):
        assert wanted in page
    assert OLD not in page
    assert "1800 s" not in page
    if report.name in ("text", "markdown", "html", "docx"):
        assert "is called old: r-902 wanted" in page.replace("\\_", "_")
        assert "KG-ACC-07" in page, "what still stands is counted"
        assert "2026-03-02" in page


@every_report
def test_since_when_is_told_without_a_baseline_too(report: Report, told: Told) -> None:
    """Whoever opens the report of today sees what is old."""
    page = text(report, list(told.findings))
    assert OLD in page
    assert "2026-03-02" in page


def test_what_programs_read_is_as_the_published_schema_says(told: Told) -> None:
    """Compared and not, whole and line by line; a finding that lacks or has a field more is refused."""
    schema = json.loads((paths.PACKAGE / "data" / "audit.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)

    whole = Draft202012Validator(schema)

    def part(name: str) -> Draft202012Validator:
        kept = {key: schema[key] for key in ("$schema", "$defs")}
        return Draft202012Validator({**kept, "$ref": f"#/$defs/{name}"})

    noted = replace(against(told), notes=("a waiver covers nothing",))
    for about, findings in ((noted, told.news), (ABOUT, SEEN)):
        page = json.loads(text(REPORTS["json"], findings, about))
        whole.validate(page)
        assert page["notes"] == list(about.notes)
        first, *lines = map(json.loads, text(REPORTS["jsonl"], findings, about).splitlines())
        part("first").validate(first)
        for line in lines:
            part("finding").validate(line)
        assert page == {**first, "findings": lines}
        assert first["findings"] == len(lines)
        for wrong in ({**lines[0], "more": 1}, {**lines[0], "status": "good"}, {"rule": "KG-RTG-01"}):
            assert not part("finding").is_valid(wrong)
            assert not whole.is_valid({**page, "findings": [wrong]})


@pytest.mark.parametrize("name", ["text", "markdown", "html", "docx"])
def test_people_read_it_in_their_language(name: str, told: Told) -> None:
    """The counts, the heads, the words beside a day."""
    page = text(REPORTS[name], told.news, against(told, in_vietnamese()))
    assert "2 mới, 1 đã khắc phục, 2 còn tồn tại từ trước" in page
    assert "khắc phục" in page
    assert "still standing" not in page.lower()


def test_rows_of_programs(told: Told) -> None:
    """State and day of each; the head of the lines counts what is not there."""
    rows = json.loads(text(REPORTS["json"], told.news, against(told)))["findings"]
    assert [(row["rule"], row["status"], row["state"], row["since"]) for row in rows] == [
        ("KG-RTG-01", "fail", "new", "2026-11-22T08:30:00+00:00"),
        ("collect", "error", "new", "2026-11-22T08:30:00+00:00"),
        ("KG-ACC-18", "pass", "fixed", "2026-03-02T08:30:00+00:00"),
    ]
    head, *lines = map(json.loads, text(REPORTS["jsonl"], told.news, against(told)).splitlines())
    assert lines == rows
    counts = {"new": 2, "fixed": 1, "standing": 2, "errors": 1}
    assert head["baseline"] == {
        "asked": "last",
        "run": told.baseline.run,
        "time": FIRST.isoformat(),
        **counts,
    }
    cells = list(csv.DictReader(StringIO(text(REPORTS["csv"], told.news).removeprefix("\ufeff"))))
    assert [(row["rule"], row["state"], row["since"]) for row in cells] == [
        (row["rule"], row["state"], row["since"]) for row in rows
    ]


def test_sarif_of_a_baseline(told: Told) -> None:
    """Valid, with a state for every result, and prints that outlive lines, values and languages."""
    log = json.loads(text(REPORTS["sarif"], told.news, against(told)))
    assert list(Draft202012Validator(SCHEMA).iter_errors(log)) == []
    results = log["runs"][0]["results"]
    assert [(result["ruleId"], result["baselineState"]) for result in results] == [
        ("KG-RTG-01", "new"),
        ("collect", "new"),
        ("KG-ACC-18", "absent"),
    ]
    assert results[2]["provenance"] == {"firstDetectionTimeUtc": "2026-03-02T08:30:00Z"}

    def prints(findings: tuple[Finding, ...], about: About) -> set[str]:
        (run,) = json.loads(str(written(REPORTS["sarif"], findings, RULES, about)))["runs"]
        return {json.dumps(result["partialFingerprints"]) for result in run["results"]}

    assert len(prints(NOW, ABOUT) & prints(BEFORE, ABOUT)) == 2
    assert prints(NOW, ABOUT) == prints(NOW, in_vietnamese())


def test_every_result_of_sarif_has_a_state(told: Told) -> None:
    """Where one has it all have it (SARIF 3.27.24)."""
    log = json.loads(text(REPORTS["sarif"], list(told.findings)))
    states = [(result["message"]["text"], result["baselineState"]) for result in log["runs"][0]["results"]]
    assert states == [
        (f"r-902: {OLD}", "unchanged"),
        (f"r-902: {NEW}", "new"),
        ("hub1: stays open for 1800 s", "unchanged"),
        ("mail1: mail1.cfg:1: no route to host", "new"),
    ]


def test_junit_has_it_as_properties(told: Told) -> None:
    """What is fixed is a case that passes."""
    root = ElementTree.fromstring(text(REPORTS["junit"], told.news, against(told)))
    cases = {
        str(case.get("name")).split()[0]: {
            each.get("name"): each.get("value") for each in case.iter("property")
        }
        for case in root.iter("testcase")
    }
    assert cases["KG-ACC-18"] == {"state": "fixed", "since": "2026-03-02T08:30:00+00:00"}
    assert cases["KG-RTG-01"]["state"] == "new"
    assert [case.find("failure") is None for case in root.iter("testcase")].count(False) == 1


def test_a_page_can_be_filtered_by_state(told: Told) -> None:
    """A row bears its state, as it bears its site."""
    page = text(REPORTS["html"], list(told.findings))
    assert 'data-state="standing"' in page
    assert 'data-state="new"' in page
    assert '<select data-of="state">' in page


def test_without_a_history_nothing_is_claimed() -> None:
    """Nobody knows since when."""
    (row,) = json.loads(text(REPORTS["json"], [NOW[0]]))["findings"]
    assert (row["state"], row["since"]) == (None, None)
    log = json.loads(text(REPORTS["sarif"], [NOW[0]]))
    assert "baselineState" not in log["runs"][0]["results"][0]
    assert "since 2" not in text(REPORTS["text"], [NOW[0]])
