"""The dossier that an inspection is handed, in DOCX: control by control, with who passed, on what evidence.

Every clause that asks for a control is printed with the mark of how it is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

from kgnet.findings import Findings
from kgnet.ports import About, Report, Rule
from kgnet.reports._judged import instant, judged
from kgnet.reports.docx import _cover, _page, _parts


def write(findings: Findings, rules: Mapping[str, Rule], about: About) -> bytes:
    """Return the dossier: cover, contents, the result, controls in short and in full, and where one signs."""
    from docx.enum.section import WD_SECTION

    there, gone = findings.there, findings.gone
    told = _parts.Told(there, gone, judged(there, rules, about), rules, about)
    say = about.language.say
    title = say("Dossier of the audit of the network")
    document = _page.begun(about, title)
    _cover.cover(document, there, about, title)
    parts = {f"part{number}": part for number, part in enumerate(_parts.parts(told), start=1)}
    _page.contents(document, say("Contents"), {name: head for name, (head, _) in parts.items()})
    foot = (
        title,
        about.network,
        instant(about.when),
        f"SHA-256 {about.digest[:12]}…" if about.digest else "",
    )
    _page.numbered(document.sections[0], " · ".join(filter(None, foot)))
    _page.turned(document.add_section(WD_SECTION.NEW_PAGE), across=True)
    for name, (head, add) in parts.items():
        _page.heading(document, head, 1, name)
        add(document, told)
    content = BytesIO()
    document.save(content)
    return content.getvalue()


REPORT = Report("docx", "docx", write, binary=True, signed=True)
