"""Pages, headings, tables and fields of a DOCX (ECMA-376 part 1; its clauses stand in brackets)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from typing import TYPE_CHECKING

from kgnet.ports import About

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.section import Section
    from docx.table import Table, _Cell, _Row
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

FONT = "Times New Roman"
STYLE = "Table Grid"
SMALL_PT = 9
A4_MM = 210, 297  # ISO 216
LEFT_MM, RIGHT_MM, TOP_MM, BOTTOM_MM = 30, 18, 20, 20  # decree 30/2020/ND-CP, annex I [from memory]
WIDTH_MM = A4_MM[1] - LEFT_MM - RIGHT_MM  # of a page across
HEAD = "E7EBF1"  # hexadecimal, behind the head of a table
LOCALES = {"vi": "vi-VN", "en": "en-GB"}
HEADINGS = {"Title": 20, "Heading 1": 15, "Heading 2": 12}  # points


def begun(about: About, title: str) -> Document:
    """Return an empty document on A4, upright, in the report's language."""
    import docx
    from docx.shared import Pt

    document = docx.Document()
    turned(document.sections[0], across=False)
    normal = document.styles["Normal"]
    _lettered(normal.element, 12)
    normal.paragraph_format.space_after = Pt(4)
    locale = LOCALES.get(about.language.code, about.language.code)
    added(normal.element.get_or_add_rPr(), "w:lang", {"w:val": locale, "w:eastAsia": locale})
    for name, size_pt in HEADINGS.items():
        style = document.styles[name]
        _lettered(style.element, size_pt, bold=True)
        style.paragraph_format.keep_with_next = True
        for line in style.element.findall(".//{*}pBdr"):
            line.getparent().remove(line)
    properties = document.core_properties
    properties.author, properties.title = about.network or "kgnet", title
    properties.comments, properties.language = "", about.language.code
    if about.when:
        properties.created = properties.modified = about.when.astimezone(UTC).replace(tzinfo=None)
    return document


def turned(section: Section, *, across: bool) -> None:
    """Give a section its page and margins."""
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    width, height = (A4_MM[1], A4_MM[0]) if across else A4_MM
    section.orientation = WD_ORIENT.LANDSCAPE if across else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.left_margin, section.right_margin = Mm(LEFT_MM), Mm(RIGHT_MM)
    section.top_margin, section.bottom_margin = Mm(TOP_MM), Mm(BOTTOM_MM)


def numbered(section: Section, told: str) -> None:
    """Print *told*, and which page of how many it is, at the foot of every page."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    footer.add_run(f"{told}   ").font.size = Pt(SMALL_PT)
    for code, after in (("PAGE", " / "), ("NUMPAGES", "")):
        for run in (footer.add_run(), footer.add_run(after)):
            run.font.size = Pt(SMALL_PT)
        field(footer.runs[-2], code)


def heading(document: Document, text: str, level: int, name: str = "") -> Paragraph:
    """Add a heading; with a *name*, the table of contents can lead to it (17.13.6.2)."""
    paragraph: Paragraph = document.add_heading(text, level)
    if name:
        number = str(len(document.element.findall(".//{*}bookmarkStart")) + 1)
        start = added(paragraph._p, "w:bookmarkStart", {"w:id": number, "w:name": name})
        paragraph._p.remove(start)
        paragraph._p.insert(1, start)
        added(paragraph._p, "w:bookmarkEnd", {"w:id": number})
    return paragraph


def contents(document: Document, title: str, parts: Mapping[str, str]) -> None:
    """Add a page with the table of contents: bookmark → heading, each with its page (17.16.5.45).

    It is written out, with a link to each; only the numbers are left to the reader's program.
    """
    from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
    from docx.shared import Mm, Pt

    document.add_page_break()  # type: ignore[no-untyped-call]
    head = document.add_paragraph()
    head.add_run(title).bold = True
    right = Mm(A4_MM[0] - LEFT_MM - RIGHT_MM)
    for name, text in parts.items():
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(2)
        paragraph.paragraph_format.tab_stops.add_tab_stop(right, WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
        link = added(paragraph._p, "w:hyperlink", {"w:anchor": name, "w:history": "1"})
        for run in (paragraph.add_run(f"{text}\t"), paragraph.add_run()):
            link.append(run._r)
        field(run, f"PAGEREF {name} \\h", dirty=True)


def table(
    document: Document, head: Sequence[str], widths_mm: Sequence[float], rows: Iterable[Sequence[str]]
) -> Table:
    """Add a table that is *WIDTH_MM* wide at the most, in small type.

    Its head is printed on every page that it reaches (17.4.78); columns without a width share what is left.
    """
    from docx.shared import Mm

    rest = (WIDTH_MM - sum(widths_mm)) / max(1, len(head) - len(widths_mm))
    each_mm = [*widths_mm, *[rest] * (len(head) - len(widths_mm))]
    made: Table = document.add_table(rows=1, cols=len(head))
    made.style = STYLE
    made.autofit = False
    for cell, column, text, width_mm in zip(made.rows[0].cells, made.columns, head, each_mm, strict=True):
        cell.width = column.width = Mm(width_mm)
        _write(cell, text, bold=True)
        shaded(cell, HEAD)
    added(made.rows[0]._tr.get_or_add_trPr(), "w:tblHeader", {})
    for row in rows:
        filled(made, row)
    document.add_paragraph().paragraph_format.space_after = 0
    return made


def upright(row: _Row, height_mm: float) -> None:
    """Turn the texts of a row's cells but the first, so that narrow columns hold them (17.4.71)."""
    from docx.shared import Mm

    row.height = Mm(height_mm)
    for cell in row.cells[1:]:
        added(cell._tc.get_or_add_tcPr(), "w:textDirection", {"w:val": "btLr"})


def filled(made: Table, texts: Iterable[str]) -> tuple[_Cell, ...]:
    """Add a row that no page breaks apart (17.4.6), and return its cells."""
    row: _Row = made.add_row()  # type: ignore[no-untyped-call]
    added(row._tr.get_or_add_trPr(), "w:cantSplit", {})
    cells = row.cells
    for cell, text in zip(cells, texts, strict=True):
        _write(cell, text)
    return cells


def named(document: Document, name: str, value: str) -> Paragraph:
    """Add `name: value`, the name in bold."""
    from docx.shared import Pt

    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(2)
    paragraph.add_run(f"{name}: ").bold = True
    paragraph.add_run(value)
    return paragraph


def shaded(cell: _Cell, colour: str) -> None:
    """Fill a cell; empty: leave it as it is (17.4.33)."""
    if colour:
        added(cell._tc.get_or_add_tcPr(), "w:shd", {"w:val": "clear", "w:color": "auto", "w:fill": colour})


def field(run: Run, code: str, *, dirty: bool = False) -> None:
    """Let the reader's program count (17.16.18); *dirty*: when it opens the document (17.16.18, fldChar)."""
    begin = {"w:fldCharType": "begin", **({"w:dirty": "true"} if dirty else {})}
    added(run._r, "w:fldChar", begin)
    added(run._r, "w:instrText", {"xml:space": "preserve"}).text = f" {code} "
    added(run._r, "w:fldChar", {"w:fldCharType": "separate"})
    added(run._r, "w:t", {}).text = "…"
    added(run._r, "w:fldChar", {"w:fldCharType": "end"})


def added(parent: BaseOxmlElement, tag: str, attributes: Mapping[str, str]) -> BaseOxmlElement:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element: BaseOxmlElement = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(name), value)
    parent.append(element)
    return element


def _write(cell: _Cell, text: str, *, bold: bool = False) -> None:
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = 0
    run = paragraph.add_run(text)
    run.font.size, run.bold = Pt(SMALL_PT), bold or None


def _lettered(style: BaseOxmlElement, size_pt: int, *, bold: bool = False) -> None:
    """Set the type of a style, black, whatever the theme of the template says (17.3.2.26)."""
    from docx.oxml.ns import qn

    properties = style.get_or_add_rPr()
    for tag in ("w:rFonts", "w:color", "w:sz", "w:szCs", "w:b", "w:spacing", "w:kern"):
        for old in properties.findall(qn(tag)):
            properties.remove(old)
    fonts = {f"w:{name}": FONT for name in ("ascii", "hAnsi", "eastAsia", "cs")}
    properties.insert(0, added(properties, "w:rFonts", fonts))
    if bold:
        properties.insert(1, added(properties, "w:b", {}))
    for tag, value in (("w:color", "000000"), ("w:sz", str(2 * size_pt)), ("w:szCs", str(2 * size_pt))):
        added(properties, tag, {"w:val": value})
