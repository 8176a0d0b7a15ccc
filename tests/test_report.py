"""Reports: each format says what was found, in the language asked for, of its site only, never a secret."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kgnet import language, plugins
from kgnet.model.history import Baseline
from kgnet.model.outcome import Evidence, Finding, Severity, Stand, State, Status
from kgnet.ports import About, Report, Rule
from kgnet.reports import by_site, file_name, of_site, written

RULES = plugins.found(Rule)
REPORTS = plugins.found(Report)
ABOUT = About(
    when=datetime(2026, 11, 22, 8, 30, tzinfo=UTC),
    pack="Baseline",
    sites={"902": "Gò Quao", "DC": "Data center"},
)
SEEN = (
    Finding("KG-RTG-01", "r-902", "902", Status.FAIL, Severity.HIGH, (
        Evidence("neighbour 10.0.0.1 (hub1) has no key", "configs/r-902.cfg:12"),
        Evidence("neighbour 10.0.0.3 (hub2) has no key", "configs/r-902.cfg:19"),
    )),
    Finding("KG-RTG-01", "hub1", "DC", Status.PASS, Severity.HIGH, ()),
    Finding("KG-ACC-07", "hub1", "DC", Status.WAIVED, Severity.HIGH, (
        Evidence("stays open for 3600 s", "sshd -T"),
        Evidence("waived until 2027-03-31 by STTTT (KG-17): old"),
    )),
    Finding("KG-LIV-03", "r-902", "902", Status.SKIP, Severity.LOW, (
        Evidence("it judges what a device says while it runs; files do not hold that"),
    )),
    Finding("collect", "mail1", "DC", Status.ERROR, Severity.CRITICAL, (Evidence("no route to host"),)),
)  # fmt: skip
every_report = pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)


def text(report: Report, findings: tuple[Finding, ...] | list[Finding] = SEEN, about: About = ABOUT) -> str:
    """Return the whole text of a report; of one that is a ZIP, that of its parts."""
    content = written(report, findings, RULES, about)
    if isinstance(content, str):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return "\n".join(
            parts.read(name).decode("utf-8", "replace") for name in parts.namelist() if name.endswith(".xml")
        )


def in_vietnamese(about: About = ABOUT) -> About:
    return replace(about, language=language.load("vi"))


# ── of every format ─────────────────────────────────────────────────────────


@every_report
def test_a_report_of_nothing_is_not_empty(report: Report) -> None:
    """A report that says nothing at all looks like one that was cut off."""
    assert written(report, [], RULES, ABOUT).strip()


@every_report
def test_what_is_open_is_told_with_its_evidence(report: Report) -> None:
    """Rule, device and place of what failed, what could not be judged, and what was waived."""
    told = text(report)
    for wanted in ("KG-RTG-01", "r-902", "neighbour 10.0.0.3 (hub2) has no key", "r-902.cfg", "mail1"):
        assert wanted in told
    assert "KG-17" in told
    assert "no route to host" in told


@every_report
@pytest.mark.parametrize("compared", [False, True], ids=["alone", "since"])
def test_a_site_s_report_holds_its_findings_only(report: Report, compared: bool) -> None:
    """What is handed to an office tells nothing of another: no device, no name, no count, in no language."""
    when = datetime(2026, 11, 1, tzinfo=UTC)
    seen = [
        each._replace(stand=Stand(State.FIXED if each.status is Status.PASS else State.NEW, when))
        for each in SEEN
    ]
    standing = tuple(each._replace(stand=Stand(State.STANDING, when)) for each in SEEN)
    baseline = Baseline("last", "run-7", when, new=41, fixed=43, standing=standing)
    about = replace(ABOUT, limit="r-902,hub1", network="Kiên Giang", baseline=baseline if compared else None)
    sites = by_site(seen if compared else SEEN)
    assert [*sites] == ["902", "DC"]
    own = of_site(about, "902", sites["902"])
    for language_ in (own, in_vietnamese(own)):
        told = text(report, sites["902"], language_)
        assert "r-902" in told
        assert not re.search(r"hub1\b(?!\))|mail1|Data center|KG-ACC-07|\b4[13]\b|\bDC\b", told)
    whole = text(report, seen if compared else SEEN, about)
    assert re.search(r"mail1", whole), "the words that are looked for are there in the whole"


def test_sites_never_share_a_file() -> None:
    """Nor does a name lead out of the folder."""
    report = REPORTS["json"]
    names = ["902", "a/b", "a%2Fb", "..", ".", "", "-", "ấp 1"]
    files = [file_name(name, report) for name in names]
    assert len({*files}) == len(names)
    assert all("/" not in name and not name.startswith(".") for name in files)


@every_report
def test_a_hostile_text_stays_text(report: Report) -> None:
    """A banner may hold anything; nobody's terminal, browser, parser or spreadsheet obeys it."""
    bad = "</script><script>alert(1)</script>\x1b[2J\x00\ud800\u202e|<b>`=cmd()` ]]> & {hole} \ufffe\n# x"
    told = text(
        report, [SEEN[0]._replace(device=bad, site=bad, evidence=(Evidence(bad, bad), Evidence("=1+1")))]
    )
    assert not re.search("[\x00\x1b\ud800\u202e\ufffe]", told)
    if report.name in ("html", "junit", "docx", "markdown"):
        assert "<script>alert" not in told
        assert "<b>`" not in told
