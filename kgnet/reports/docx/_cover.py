"""The first page of the dossier, and the last: who hands it over, what it stands on, who signs.

Where the inventory names the authority, a Vietnamese dossier begins as official papers do: the authority on
the left, the state's name and motto on the right (decree 30/2020/ND-CP, annex I) [from memory].
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kgnet.findings import Findings
from kgnet.ports import About
from kgnet.reports._judged import facts
from kgnet.reports.docx._page import named

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell

STATE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"


def cover(document: Document, findings: Findings, about: About, title: str) -> None:
    """Add the authority's head, the title, and what the dossier says of itself."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    say = about.language.say
    if about.authority and about.language.code == "vi":
        _official(document, about)
    elif about.authority:
        for line in about.authority:
            document.add_paragraph(line).alignment = WD_ALIGN_PARAGRAPH.CENTER
    head = document.add_heading(title, 0)
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    head.paragraph_format.space_before = head.paragraph_format.space_after = Pt(30)
    for name, value in facts(findings, about):
        named(document, name, value)
    notes = (
        say("The SHA-256 is that of `--format jsonl --lang en` of the same audit, without its first line."),
        say("A clause that is not known at first hand carries its mark in brackets: it is no proof of law."),
        say("What could not be judged is no pass; it is listed, with the reason."),
    )
    for note in notes:
        document.add_paragraph(note).paragraph_format.space_before = Pt(6)


def signatures(document: Document, about: About) -> None:
    """Add where the two sides sign, on one page."""
    say = about.language.say
    made = document.add_table(rows=1, cols=2)
    for cell, side in zip(made.rows[0].cells, ("For the operator", "For the inspection"), strict=True):
        _centred(cell, say(side).upper(), bold=True)
        _centred(cell, say("(name, date, signature)"), italic=True)
        _centred(cell, "\n\n\n\n")


def _official(document: Document, about: About) -> None:
    """Add the head of an official paper; its number is left to be written in, as is the day of signing."""
    from docx.shared import Mm

    made = document.add_table(rows=2, cols=2)
    made.autofit = False
    for column, width_mm in zip(made.columns, (74, 88), strict=True):
        column.width = Mm(width_mm)
        for cell in column.cells:
            cell.width = Mm(width_mm)
    left, right = made.rows[0].cells
    for line in about.authority:
        _centred(left, line.upper(), bold=line == about.authority[-1])
    _centred(left, "───────")
    _centred(right, STATE, bold=True)
    _centred(right, MOTTO, bold=True)
    _centred(right, "──────────────")
    number, day = made.rows[1].cells
    _centred(number, "Số: …………")
    _centred(day, f"{about.network or '…………'}, ngày …… tháng …… năm ………", italic=True)


def _centred(cell: _Cell, text: str, *, bold: bool = False, italic: bool = False) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    first = cell.paragraphs[0]
    paragraph = cell.add_paragraph() if first.runs else first
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_after = 0
    paragraph.paragraph_format.keep_with_next = True
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold or None, italic or None, Pt(11)
