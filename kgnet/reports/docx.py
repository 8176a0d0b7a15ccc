"""The dossier that an inspection is handed, in DOCX: control by control, with who passed, on what evidence.

Every clause that asks for a control is printed with the mark of how it is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from io import BytesIO
from itertools import groupby
from typing import TYPE_CHECKING

from kgnet.model.outcome import Finding, Status
from kgnet.ports import About, Report, Rule
from kgnet.reports._judged import (
    OPEN,
    Judged,
    counts,
    fix,
    fixed,
    heat,
    instant,
    judged,
    named,
    since,
    still,
    used,
    worst_first,
)

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.table import Table, _Cell, _Row
    from docx.text.run import Run

STYLE = "Table Grid"
SMALL_PT = 9
PAGE_MM = 297, 210  # A4 (ISO 216), across
MARGIN_MM = 18
WIDTH_MM = PAGE_MM[0] - 2 * MARGIN_MM
HEAT = {  # the page's colours, in hexadecimal
    "critical": "8E0B21",
    "high": "D64933",
    "medium": "F4A93B",
    "low": "F9E59A",
    "error": "C9ACDD",
    "clean": "D9EFDC",
}
LOCALES = {"vi": "vi-VN", "en": "en-GB"}


def write(findings: Sequence[Finding], rules: Mapping[str, Rule], about: About) -> bytes:
    """Return the dossier: the counts, site by domain, what is open in short, then every control in full."""
    findings, gone = fixed(findings)
    say, every = about.language.say, judged(findings, rules, about)
    document = _begun(about)
    document.add_heading(say("Dossier of the audit of the network"), 0)
    for name, value in (
        (say("Time"), instant(about.when)),
        (say("Pack"), about.pack or "—"),
        (say("Result"), counts(findings, about)),
    ):
        paragraph = document.add_paragraph()
        paragraph.add_run(f"{name}: ").bold = True
        paragraph.add_run(value)
    document.add_heading(say("Failures by site and domain"), 1)
    _heat(document, findings, about)
    document.add_heading(say("Open findings"), 1)
    _summary(document, worst_first(every), about)
    _compared(document, gone, rules, about)
    for domain, controls in groupby(every, key=lambda one: one.domain):
        document.add_heading(domain, 1)
        for one in controls:
            _control(document, one, about)
    _signatures(document, about)
    page = BytesIO()
    document.save(page)
    return page.getvalue()


def _begun(about: About) -> Document:
    """Return an empty document on A4, in the report's language, with the number on every page."""
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(PAGE_MM[0]), Mm(PAGE_MM[1])
    section.left_margin = section.right_margin = Mm(MARGIN_MM)
    section.top_margin = section.bottom_margin = Mm(MARGIN_MM)
    section.orientation = WD_ORIENT.LANDSCAPE
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(11)
    _say_language(normal.element, LOCALES.get(about.language.code, about.language.code))
    properties = document.core_properties
    properties.author, properties.title = "kgnet", about.language.say("Dossier of the audit of the network")
    properties.comments, properties.language = "", about.language.code
    if about.when:
        properties.created = properties.modified = about.when.astimezone(UTC).replace(tzinfo=None)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _field(footer.add_run(), "PAGE")
    return document


def _heat(document: Document, findings: Sequence[Finding], about: About) -> None:
    """Add a table of failures by the domains' codes, and below it what these mean."""
    columns = used(findings, about)
    table = _table(document, [about.language.say("site"), *(code or "—" for code in columns)], [50])
    for site, found in heat(findings).items():
        row = _row(table)
        row[0].text = named(site, about)
        for place, code in enumerate(columns, start=1):
            cell = found.get(code)
            if cell:
                row[place].text = str(cell.failed or ("?" if cell.errors else ""))
                _shade(row[place], HEAT.get(cell.heat, ""))
    _small(table)
    legend = "; ".join(f"{code or '—'}: {name}" for code, name in columns.items())
    document.add_paragraph(legend)


def _summary(document: Document, controls: Sequence[Judged], about: About) -> None:
    say = about.language.say
    if not controls:
        document.add_paragraph(say("Nothing is open."))
        return
    head = [say("rule"), say("title"), say("severity"), *(say(each.value) for each in OPEN)]
    table = _table(document, head, [30, 130])
    for one in controls:
        many = [str(len(one.of(status)) or "") for status in OPEN]
        _fill(table, [one.id, one.title, say(one.severity.value), *many])
    _small(table)


def _control(document: Document, one: Judged, about: About) -> None:
    """Add a control: why, who asks for it, what was found, who passed, and where it does not apply."""
    say = about.language.say
    document.add_heading(f"{one.id}  {one.title}", 2)
    told = [(say("severity"), say(one.severity.value)), (say("why"), one.why)]
    told += [(say("Asked by"), "; ".join(one.references))]
    told += [(say("pass"), ", ".join(each.device for each in one.of(Status.PASS)))]
    told += [
        (say("skip"), f"{reason}: {', '.join(devices)}")
        for reason, devices in one.reasons(Status.SKIP).items()
    ]
    for name, value in told:
        if value:
            paragraph = document.add_paragraph()
            paragraph.paragraph_format.space_after = 0
            paragraph.add_run(f"{name}: ").bold = True
            paragraph.add_run(value)
    found = one.of(*OPEN)
    if not found:
        return
    head = [say(column) for column in ("status", "since", "site", "device", "evidence")]
    table = _table(document, head, [28, 24, 42, 32])
    for each in found:
        evidence = "\n".join([*map(str, each.evidence), *fix(each, about)])
        stand = f"{since(each, about)} {say(each.stand.state.value)}" if each.stand else ""
        _fill(table, [say(each.status.value), stand, named(each.site, about), each.device, evidence])
    _small(table)


def _compared(document: Document, gone: Sequence[Finding], rules: Mapping[str, Rule], about: About) -> None:
    """Add what is fixed since the earlier audit, and what stands as it stood."""
    say, standing = about.language.say, still(rules, about)
    if gone:
        document.add_heading(say("fixed").capitalize(), 1)
        head = [say(column) for column in ("rule", "since", "site", "device", "evidence")]
        table = _table(document, head, [30, 24, 42, 32])
        for each in gone:
            evidence = "\n".join(map(str, each.evidence))
            _fill(table, [each.rule, since(each, about), named(each.site, about), each.device, evidence])
        _small(table)
    if standing:
        document.add_heading(say("still standing").capitalize(), 1)
        head = [say(column) for column in ("rule", "title", "devices", "since")]
        table = _table(document, head, [30, 160, 25])
        for told in standing:
            _fill(table, told)
        _small(table)


def _signatures(document: Document, about: About) -> None:
    """Add where the two sides sign."""
    say = about.language.say
    document.add_paragraph()
    table = document.add_table(rows=1, cols=2)
    for cell, side in zip(table.rows[0].cells, ("For the operator", "For the inspection"), strict=True):
        cell.text = f"{say(side)}\n{say('(name, date, signature)')}\n\n\n"


def _table(document: Document, head: Sequence[str], widths_mm: Sequence[float] = ()) -> Table:
    """Add a table whose head is printed on every page that it reaches (17.4.78); what is left is shared."""
    from docx.shared import Mm

    rest = (WIDTH_MM - sum(widths_mm)) / max(1, len(head) - len(widths_mm))
    each_mm = [*widths_mm, *[rest] * (len(head) - len(widths_mm))]
    table: Table = document.add_table(rows=1, cols=len(head))
    table.style = STYLE
    for cell, column, text, width_mm in zip(table.rows[0].cells, table.columns, head, each_mm, strict=True):
        cell.width = column.width = Mm(width_mm)
        cell.paragraphs[0].add_run(text).bold = True
    _add(table.rows[0]._tr.get_or_add_trPr(), "w:tblHeader", {})
    return table


def _row(table: Table) -> tuple[_Cell, ...]:
    row: _Row = table.add_row()  # type: ignore[no-untyped-call]
    return row.cells


def _fill(table: Table, texts: Iterable[str]) -> None:
    for cell, text in zip(_row(table), texts, strict=True):
        cell.text = text


def _small(table: Table) -> None:
    from docx.shared import Pt

    for row in table.rows:
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                for run in paragraph.runs:
                    run.font.size = Pt(SMALL_PT)


def _shade(cell: _Cell, colour: str) -> None:
    """Fill a cell; empty: leave it as it is (ECMA-376 1, 17.4.33)."""
    if colour:
        _add(cell._tc.get_or_add_tcPr(), "w:shd", {"w:val": "clear", "w:color": "auto", "w:fill": colour})


def _say_language(style: BaseOxmlElement, locale: str) -> None:
    """Tell the spelling checker which language it is (17.3.2.20)."""
    _add(style.get_or_add_rPr(), "w:lang", {"w:val": locale, "w:eastAsia": locale})


def _field(run: Run, code: str) -> None:
    """Let the reader's program count: the number of the page (17.16.18)."""
    for kind in ("begin", "", "end"):
        if kind:
            _add(run._r, "w:fldChar", {"w:fldCharType": kind})
        else:
            _add(run._r, "w:instrText", {"xml:space": "preserve"}).text = code


def _add(parent: BaseOxmlElement, tag: str, attributes: Mapping[str, str]) -> BaseOxmlElement:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element: BaseOxmlElement = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(name), value)
    parent.append(element)
    return element


REPORT = Report("docx", "docx", write, binary=True)
