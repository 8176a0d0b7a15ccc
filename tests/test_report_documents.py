"""Reports that other programs open: spreadsheet, build server, browser, word processor."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import docx
from test_report import ABOUT, REPORTS, RULES, SEEN, in_vietnamese, text

from kgnet.language import told_rule
from kgnet.model.outcome import Evidence, Status
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
    evil = replace(SEEN[0], device="@x", evidence=(Evidence('=HYPERLINK("http://x")'),))
    (row,) = rows([evil])
    assert (row["device"], row["evidence"][:2]) == ("'@x", "'=")


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


def test_the_dossier_goes_control_by_control() -> None:
    """Its clauses with their marks, who passed, who did not and why; in both languages."""
    for about in (ABOUT, in_vietnamese()):
        dossier = docx.Document(io.BytesIO(written(REPORTS["docx"], SEEN, RULES, about)))  # type: ignore[arg-type]
        heads = [each.text for each in dossier.paragraphs if (each.style.name or "") == "Heading 2"]  # type: ignore[union-attr]
        assert [head.split()[0] for head in heads] == ["collect", "KG-ACC-07", "KG-RTG-01", "KG-LIV-03"]
        told = "\n".join(each.text for each in dossier.paragraphs)
        assert all(each in told for each in told_rule(RULES["KG-RTG-01"], about.language).references)
        assert "hub1" in told
        cells = [cell.text for table in dossier.tables for row in table.rows for cell in row.cells]
        assert any("configs/r-902.cfg:19" in cell for cell in cells)


def test_what_is_waived_is_open_in_every_document() -> None:
    """Somebody answers for it; it is not gone."""
    waived = [finding for finding in SEEN if finding.status is Status.WAIVED]
    for name in ("html", "markdown", "docx", "text"):
        assert "KG-17" in text(REPORTS[name], waived)
