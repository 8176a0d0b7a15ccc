"""How the findings of an audit are shown: which format and language, and where they go."""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kgnet.cli import colourless
from kgnet.paths import PACKAGE

if TYPE_CHECKING:
    from kgnet.cli._history import Ended
    from kgnet.model.fleet import Fleet
    from kgnet.ports import Report, Rule

# The folder is the list; nothing is imported for it.
FORMATS = sorted(
    module.name
    for module in pkgutil.iter_modules([str(PACKAGE / "reports")])
    if not module.name.startswith("_")
)

ReportFormat = Annotated[
    str, typer.Option("--format", help=f"One of {', '.join(FORMATS)}.", metavar="NAME", show_default=True)
]
ReportFile = Annotated[
    Path | None, typer.Option("-o", "--output", help="Write the report there.", metavar="FILE")
]
Lang = Annotated[
    str,
    typer.Option("--lang", envvar="KGNET_LANG", help="Language of the report: `en` or `vi`.", metavar="CODE"),
]
PerSite = Annotated[
    Path | None,
    typer.Option(
        "--per-site",
        help="Write a report of each site there as well, with this site's findings only.",
        metavar="DIR",
        file_okay=False,
    ),
]


@dataclass(frozen=True, slots=True)
class Form:
    """What the command line says of the report."""

    format_: ReportFormat = "text"
    lang: Lang = "en"
    output: ReportFile = None
    per_site: PerSite = None

    def shown(self) -> Shown:
        """Return how to show; PluginError for a format or language that there is not."""
        from kgnet import language, plugins
        from kgnet.ports import Report

        report = plugins.one(Report, self.format_)
        language.load(self.lang)
        if report.binary and not self.output and not self.per_site and sys.stdout.isatty():
            raise typer.BadParameter(f"{report.name} is not for a terminal: give a file by --output")
        return Shown(report, self.lang, self.output, self.per_site)


AT_ONCE = 256  # pieces of a report
PRIVATE = 0o640  # what is weak in a network is not for every account of a machine


@dataclass(frozen=True, slots=True)
class Shown:
    """Where a report goes, as told; checked before anybody is asked anything."""

    report: Report
    lang: str
    output: Path | None
    per_site: Path | None

    def show(
        self,
        ended: Ended,
        rules: Mapping[str, Rule],
        *,
        when: datetime,
        pack: str,
        fleet: Fleet,
        source: Path | None = None,
        limit: str = "",
        notes: Sequence[str] = (),
    ) -> None:
        """Write the whole to its file or the terminal, and each site's part to a file of its own."""
        from kgnet import files, language
        from kgnet.ports import About
        from kgnet.reports import by_site, file_name, of_site, pieces

        findings = ended.shown
        names = {code: site.name for code, site in fleet.sites.items()}
        about = About(
            language=language.load(self.lang),
            when=when.astimezone(),
            pack=pack,
            sites=names,
            network=fleet.name,
            authority=fleet.authority,
            source=source.resolve().name if source else "",
            limit=limit,
            baseline=ended.baseline,
            notes=tuple(notes),
        )
        if self.per_site:
            for site, found in by_site(findings).items():
                path = self.per_site / file_name(site, self.report)
                content = pieces(self.report, found, rules, of_site(about, site, found))
                files.write(path, content, mode=PRIVATE)
        if self.output:
            files.write(self.output, pieces(self.report, findings, rules, about), mode=PRIVATE)
        elif not (self.report.binary and self.per_site):
            about = replace(about, colour=sys.stdout.isatty() and not colourless())
            _printed(pieces(self.report, findings, rules, about))


def _printed(content: Iterator[str] | bytes) -> None:
    """Print it; many pieces at once, since each time the terminal is waited for."""
    if isinstance(content, bytes):
        typer.echo(content, nl=False)
        return
    while some := "".join(islice(content, AT_ONCE)):
        typer.echo(some, nl=False)
