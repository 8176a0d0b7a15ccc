"""What was found and what was wanted: two fields of every failure, and one sentence made of them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from test_report import ABOUT, REPORTS, RULES, in_vietnamese, text
from test_rules import CASES, case, judged

from kgnet import language
from kgnet.findings import kept
from kgnet.model.identity import fingerprints
from kgnet.model.outcome import Deviation, Evidence, Finding, Severity, Status, of, piece

VIETNAMESE = language.load("vi")
IDLE = piece(Deviation("a session is ended after 3600 s", "at most 600 s", joint=", "), "r-902.cfg:7")
NO_AAA = Evidence(
    "AAA is switched off", "r-902.cfg:1", found="AAA is switched off", wanted=RULES["KG-AAA-01"].title
)
FOUND = (
    Finding("KG-ACC-07", "r-902", "902", Status.FAIL, Severity.HIGH, (IDLE,)),
    Finding("KG-AAA-01", "r-902", "902", Status.FAIL, Severity.HIGH, (NO_AAA,)),
    Finding("KG-LIV-03", "r-902", "902", Status.SKIP, Severity.LOW, (Evidence("it has none"),)),
)  # fmt: skip
FAILURES = [
    file
    for file in sorted(CASES.glob("*/*.yml"))
    if yaml.safe_load(file.read_text("utf-8"))["status"] == "fail"
]


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (Deviation("is AS 1", "2"), "is AS 1: 2 wanted"),
        (Deviation("takes 9 s", "at most 5 s", joint=", "), "takes 9 s, at most 5 s wanted"),
        (Deviation("has none", "one", after=" (RFC 1)"), "has none: one wanted (RFC 1)"),
        (Deviation("has none", "an unused one, or none"), "has none: an unused one, or none, wanted"),
        (of("eth0 ", Deviation("is up", "down")), "eth0 is up: down wanted"),
        (of("eth0 ", "is up"), "eth0 is up"),
    ],
)
def test_the_sentence_is_made_of_both(told: Deviation | str, sentence: str) -> None:
    """Written once, so that they cannot say different things."""
    assert str(told) == sentence
    assert piece(told, "show x", seen="line 1").what == f"{sentence} (line 1)"


@pytest.mark.parametrize("file", FAILURES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_every_failure_tells_both(file: Path) -> None:
    """In English and in Vietnamese; no field holds the sentence's other half, nor its word for `wanted`."""
    finding = judged(case(file))
    for told in (finding, language.told_finding(finding, VIETNAMESE)):
        for each in told.evidence:
            found, wanted = each.parts
            assert each.found
            assert each.wanted
            assert each.what.startswith(found)
            assert not wanted or wanted.removesuffix(")") in each.what.removesuffix(",").replace(
                " wanted", ""
            )
            assert not wanted or not found.endswith((" wanted", " cần", ","))


def test_many_rules_say_more_than_their_title() -> None:
    """A title tells what is wanted of every device; the rule knows of this one."""
    own = {
        file.parent.name for file in FAILURES if any(each.parts[1] for each in judged(case(file)).evidence)
    }
    assert len(own) > 70


def test_vietnamese_parts_them_too() -> None:
    """Also where the line that shows it stands behind the sentence, and where the title stands in."""
    shown = piece(Deviation("a session is never ended", "after 600 s"), "show run", seen="exec-timeout 0 0")
    finding = Finding("KG-AAA-01", "x", "902", Status.FAIL, Severity.LOW, (IDLE, shown, NO_AAA))
    told = language.told_finding(finding, VIETNAMESE).evidence
    assert [(each.found, each.wanted) for each in told] == [
        ("phiên bị ngắt sau 3600 giây", "tối đa 600 giây"),
        ("phiên không bao giờ bị ngắt", "ngắt sau 600 giây"),
        (language.sentence("AAA is switched off", VIETNAMESE), VIETNAMESE.rules["KG-AAA-01", NO_AAA.wanted]),
    ]


def test_every_sentence_that_wants_something_is_parted_in_vietnamese() -> None:
    """A text without the word for `wanted` would leave the two fields in English."""
    joints = (": cần ", ", cần ", "; cần ")
    whole = {"{record}: {data} answered, and not wanted", "{record}: {data} wanted, and not answered"}
    without = [
        english
        for english, vietnamese in VIETNAMESE.texts.items()
        if " wanted" in english
        and not english.startswith("only ")
        and not any(joint in vietnamese for joint in joints)
    ]
    assert set(without) <= whole


def test_its_identity_is_that_of_the_sentence() -> None:
    """What stood before the fields were there stands on: nothing is new for having them."""
    plain = Evidence("a session is ended after 3600 s, at most 600 s wanted", "other.cfg:9")
    assert [*fingerprints([IDLE])] == [*fingerprints([plain])]


def test_they_are_kept_on_disk() -> None:
    """A report reads them back as the rule gave them, without what a terminal obeys."""
    hostile = piece(Deviation("name \x1b[2J", "a \u202e name"), "")
    (read,) = next(iter(kept([Finding("a", "b", "c", Status.FAIL, Severity.LOW, (hostile,))]))).evidence
    assert (read.found, read.wanted) == ("name \\x1b[2J", "a \\u202e name")


# ── in every format ─────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", REPORTS)
def test_every_format_tells_both(name: str) -> None:
    """In both languages."""
    english, vietnamese = (text(REPORTS[name], FOUND, about) for about in (ABOUT, in_vietnamese()))
    for word in ("a session is ended after 3600 s", "at most 600 s", RULES["KG-AAA-01"].title):
        assert word in english
    for word in (
        "phiên bị ngắt sau 3600 giây",
        "tối đa 600 giây",
        VIETNAMESE.rules["KG-AAA-01", NO_AAA.wanted],
    ):
        assert word in vietnamese


def test_programs_read_two_fields() -> None:
    """JSON, CSV, JUnit and SARIF; what did not fail wants nothing."""
    rows = json.loads(text(REPORTS["json"], FOUND))["findings"]
    assert [(row["found"], row["wanted"]) for row in rows] == [
        (["a session is ended after 3600 s"], ["at most 600 s"]),
        (["AAA is switched off"], [NO_AAA.wanted]),
        ([], []),
    ]
    first, second, third = csv.DictReader(io.StringIO(text(REPORTS["csv"], FOUND).removeprefix("\ufeff")))
    assert (first["found"], first["wanted"]) == ("a session is ended after 3600 s", "at most 600 s")
    assert (second["wanted"], third["wanted"]) == (NO_AAA.wanted, "")
    cases = ElementTree.fromstring(text(REPORTS["junit"], FOUND)).iter("testcase")
    held = [{each.get("name"): each.get("value") for each in case.iter("property")} for case in cases]
    assert held[0] == {"found": "a session is ended after 3600 s", "wanted": "at most 600 s"}
    assert held[2] == {}
    results = json.loads(text(REPORTS["sarif"], FOUND))["runs"][0]["results"]
    assert [result["properties"]["wanted"] for result in results] == ["at most 600 s", NO_AAA.wanted]


@pytest.mark.parametrize("name", ["html", "markdown", "docx"])
def test_documents_tell_them_apart(name: str) -> None:
    """A line for each; what only the title wants stands in the head above, once."""
    told = text(REPORTS[name], FOUND)
    assert "wanted: at most 600 s" in told
    assert "600 s wanted" not in told
    assert f"wanted: {NO_AAA.wanted}" not in told
