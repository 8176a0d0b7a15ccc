"""Reports that other programs open: spreadsheet, build server, browser, word processor."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import docx
import pytest
from docx.oxml.ns import qn
from test_report import ABOUT, REPORTS, RULES, SEEN, in_vietnamese, text

from kgnet.language import told_rule
from kgnet.model.outcome import Evidence, Status
from kgnet.model.subject import Kind
from kgnet.ports import About
from kgnet.reports import written

# ── a terminal ──────────────────────────────────────────────────────────────


def test_colours_change_no_word() -> None:
    """Whoever asked for none reads the same."""
    plain, coloured = (text(REPORTS["text"], SEEN, replace(ABOUT, colour=each)) for each in (False, True))
    assert "\x1b" not in plain
    assert coloured != plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


# ── a spreadsheet ───────────────────────────────────────────────────────────


def rows(findings: object = SEEN) -> list[dict[str, str]]:
    told = text(REPORTS["csv"], findings)  # type: ignore[arg-type]
    assert told.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(told.removeprefix("\ufeff"))))


def test_every_finding_is_a_row() -> None:
    """Also what passed: a spreadsheet is where people count."""
    told = rows()
    assert [row["device"] for row in told] == [finding.device for finding in SEEN]
    assert told[0]["evidence"].splitlines()[1].endswith(":19: neighbour 10.0.0.3 (hub2) has no key")
    assert told[0]["site name"] == "Gò Quao"


def test_a_spreadsheet_computes_nothing() -> None:
    """A device's text that begins like a formula is a text."""
    evil = SEEN[0]._replace(device="@x", evidence=(Evidence('=HYPERLINK("http://x")'),))
    (row,) = rows([evil])
    assert (row["device"], row["evidence"][:2]) == ("'@x", "'=")


# ── what was looked at ──────────────────────────────────────────────────────

OLD, NEW = (datetime(2026, 1, day, 12, tzinfo=UTC) for day in (5, 9))
FROM_FILES = [
    SEEN[0]._replace(device="r-1", source="/backups/r-1.cfg", as_of=OLD),
    SEEN[0]._replace(device="r-2", source="/backups/r-2.cfg", as_of=NEW),
    SEEN[0]._replace(device="r-3", source="live", as_of=datetime(2025, 1, 1, tzinfo=UTC)),
    SEEN[0]._replace(device="r-9", source="/backups/r-9", kind=Kind.FILE),
    SEEN[0]._replace(device="room-1", kind=Kind.ROOM),
    SEEN[0]._replace(device="room-2", kind=Kind.ROOM),
    SEEN[0]._replace(device="DC", kind=Kind.BUILDING),
]


@pytest.mark.parametrize("name", ["text", "markdown", "html"])
def test_the_files_that_were_judged_are_told_with_the_age_of_the_oldest(name: str) -> None:
    """Only devices count as such; who reads it sees how old the evidence is."""
    told = text(REPORTS[name], FROM_FILES, replace(ABOUT, source="backups"))
    assert "the files in backups, the oldest of 2026-01-05; 1 running devices" in told
    assert "3 devices, 2 rooms, the building, 1 files of no device, 7 findings" in told
    assert "the oldest of" not in text(REPORTS[name], FROM_FILES, replace(ABOUT, source=""))


def test_a_row_has_its_file_and_the_age_of_it() -> None:
    told = [(row["source"], row["as of"]) for row in rows(FROM_FILES)]
    assert told[0] == ("/backups/r-1.cfg", "2026-01-05T12:00:00+00:00")
    assert told[4] == ("", "")


# ── a build server ──────────────────────────────────────────────────────────


def test_junit_counts_what_it_holds() -> None:
    """A server that trusts the counts, and one that counts itself, say the same."""
    root = ElementTree.fromstring(text(REPORTS["junit"]))
    assert root.tag == "testsuites"
    for each in (root, *root.iter("testsuite")):
        for name, tag in (
            ("tests", "testcase"),
            ("failures", "failure"),
            ("errors", "error"),
            ("skipped", "skipped"),
        ):
            assert int(each.get(name, "")) == len([*each.iter(tag)])
    assert {suite.get("name") for suite in root.iter("testsuite")} == {"r-902", "hub1", "mail1"}
    failure = next(root.iter("failure"))
    assert "has no key" in failure.get("message", "")
    assert "configs/r-902.cfg:19" in (failure.text or "")


# ── a browser ───────────────────────────────────────────────────────────────


class Page(HTMLParser):
    """The tags of a page, and whether each that is opened is closed."""

    VOID = frozenset({"meta", "input", "link", "img", "br"})

    def __init__(self, told: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(told)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_needs_nothing_beside_itself() -> None:
    """It is opened from a stick, in a room without a network; and may not even ask."""
    told = text(REPORTS["html"])
    page = Page(told)
    assert not {"link", "img", "iframe", "object"} & {tag for tag, _ in page.tags}
    assert all("src" not in attributes for _, attributes in page.tags)
    assert not re.search(r"https?://|@import|url\(|fetch\(|XMLHttp", told)
    policy = next(attributes["content"] or "" for _, attributes in page.tags if "http-equiv" in attributes)
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy


def test_the_heat_map_is_site_by_domain() -> None:
    """A cell for each, coloured by the worst that failed; rows carry what the filters ask for."""
    page = Page(text(REPORTS["html"]))
    cells = {
        (attributes["data-site"], attributes["data-domain"])
        for tag, attributes in page.tags
        if tag == "button" and "data-domain" in attributes
    }
    assert cells == {("902", "RTG"), ("902", "LIV"), ("DC", "RTG"), ("DC", "ACC"), ("DC", "collect")}
    open_ = [attributes for tag, attributes in page.tags if tag == "tr" and "data-status" in attributes]
    assert [(row["data-status"], row["data-site"]) for row in open_] == [
        ("error", "DC"),
        ("waived", "DC"),
        ("fail", "902"),
    ]


# ── a word processor ────────────────────────────────────────────────────────


def dossier(about: About = ABOUT, findings: object = SEEN) -> tuple[Any, zipfile.ZipFile]:
    content = written(REPORTS["docx"], findings, RULES, about)  # type: ignore[arg-type]
    assert isinstance(content, bytes)
    return docx.Document(io.BytesIO(content)), zipfile.ZipFile(io.BytesIO(content))


def heads(document: Any, level: int) -> list[str]:
    return [each.text for each in document.paragraphs if each.style.name == f"Heading {level}"]


@pytest.mark.parametrize("about", [ABOUT, in_vietnamese()], ids=["en", "vi"])
def test_the_dossier_goes_control_by_control(about: About) -> None:
    """Its clauses with their marks, who passed, who did not and why; in both languages."""
    document, _ = dossier(about)
    controls = [head.split()[0] for head in heads(document, 2) if "  " in head]
    assert controls == ["collect", "KG-ACC-07", "KG-RTG-01", "KG-LIV-03"]
    told = "\n".join(each.text for each in document.paragraphs)
    references = told_rule(RULES["KG-RTG-01"], about.language).references
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert all(each in told for each in references)
    assert "\n".join(references) in cells
    assert "hub1" in told
    assert any("configs/r-902.cfg:19" in cell for cell in cells)


def test_the_dossier_tells_what_it_stands_on() -> None:
    """Whose, when, of what, by which rules, and a sum by which the data beside it are known again."""
    about = replace(ABOUT, network="Kiên Giang", source="configs", limit="r-902,DC")
    document, _ = dossier(about)
    told = [each.text for each in document.paragraphs]
    digest = sha256(text(REPORTS["jsonl"]).split("\n", 1)[1].encode()).hexdigest()
    for line in (
        "Network: Kiên Giang",
        "Time: 2026-11-22 08:30 UTC",
        "Looked at: the files in configs (limited to r-902,DC)",
        "Pack: Baseline",
        f"SHA-256 of the findings: {digest}",
    ):
        assert line in told
    assert f"SHA-256 {digest[:12]}" in document.sections[0].footer.paragraphs[0].text


def test_every_entry_of_the_contents_leads_somewhere() -> None:
    """And every part is in it; the page is counted when the document is opened."""
    document, parts = dossier()
    body = document.element.body
    marks = {each.get(qn("w:name")) for each in body.iter(qn("w:bookmarkStart"))}
    links = [each.get(qn("w:anchor")) for each in body.iter(qn("w:hyperlink"))]
    assert links
    assert set(links) == marks
    assert len(links) == len(heads(document, 1))
    codes = [each.text.strip() for each in body.iter(qn("w:instrText"))]
    assert codes == [f"PAGEREF {link} \\h" for link in links]
    kinds = [each.get(qn("w:fldCharType")) for each in body.iter(qn("w:fldChar"))]
    assert kinds == ["begin", "separate", "end"] * len(links)
    assert parts.testzip() is None


def test_a_long_table_has_its_head_on_every_page() -> None:
    """No row is torn in two, no table is wider than its page."""
    document, _ = dossier()
    tables = [table for table in document.tables if table.style.name == "Table Grid"]
    assert len(tables) > 6
    for table in tables:
        first, *rest = table.rows
        assert first._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in rest)
        assert sum(column.width for column in table.columns) <= document.sections[1].page_width


def test_the_dossier_names_who_answers_and_what_was_not_judged() -> None:
    """Waivers with owner and last day, errors with their reason, what does not apply with its own."""
    document, _ = dossier()
    rows = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    assert ["KG-ACC-07", "high", "DC Data center", "hub1", "sshd -T: stays open for 3600 s",
            "waived until 2027-03-31 by STTTT (KG-17): old"] in rows  # fmt: skip
    assert ["collect", "DC Data center", "mail1", "no route to host"] in rows
    reason = "it judges what a device says while it runs; files do not hold that"
    assert [reason, "KG-LIV-03", "r-902"] in rows
    assert heads(document, 1)[-1] == "Signatures"


def test_an_official_paper_bears_the_state_s_name_where_an_authority_is_named() -> None:
    """In Vietnamese only, and nowhere if the inventory names none."""
    authority = ("Ủy ban nhân dân tỉnh", "Sở Thông tin và Truyền thông")
    for about, there in (
        (in_vietnamese(replace(ABOUT, authority=authority)), True),
        (replace(ABOUT, authority=authority), False),
        (in_vietnamese(), False),
    ):
        told = text(REPORTS["docx"], SEEN, about)
        assert ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in told) == there
        assert ("SỞ THÔNG TIN VÀ TRUYỀN THÔNG" in told) == there


def test_what_is_waived_is_open_in_every_document() -> None:
    """Somebody answers for it; it is not gone."""
    waived = [finding for finding in SEEN if finding.status is Status.WAIVED]
    for name in ("html", "markdown", "docx", "text"):
        assert "KG-17" in text(REPORTS[name], waived)
