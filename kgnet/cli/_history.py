"""The options of `kgnet audit` that record it and hold it against an earlier one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kgnet import __version__
from kgnet.cli import PENDING, red

if TYPE_CHECKING:
    from kgnet.findings import Findings
    from kgnet.history import History, Told
    from kgnet.model.history import Asked, Baseline

NONE = "none"

HistoryPlace = Annotated[
    str,
    typer.Option(
        "--history",
        envvar="KGNET_HISTORY",
        help="Where audits are recorded: when each was, what it was asked, its counts, and since when each "
        "finding stands.  `none` records nothing.  A URL holds no password: libpq finds it in ~/.pgpass.  "
        "Default: `history.sqlite` in `$KGNET_STATE`, else in ~/.local/state/kgnet.",
        metavar="FILE|URL|none",
        show_default=False,
    ),
]
Since = Annotated[
    str,
    typer.Option(
        "--since",
        help="Report only what is new and what is fixed since then, count what still stands, and exit with 2 "
        "only for what is new: `last`, a run of `kgnet history list`, a day or time as 2026-11-01T08:00, "
        "or 12h, 7d, 2w.",
        metavar="last|RUN|TIME",
    ),
]
SubjectName = Annotated[
    str,
    typer.Option(
        "--subject",
        help="What is audited, in the history: audits of the same subject are compared.  "
        "Default: inventory, pack, and `live` or the folder of files.",
        metavar="NAME",
        show_default=False,
    ),
]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the command line says of earlier audits, and of where this one is recorded."""

    since: Since = ""
    place: HistoryPlace = ""
    subject: SubjectName = ""

    def keeping(self, when: datetime, **asked: object) -> Keeping:
        """Return how to record; UsageError or HistoryError for what cannot be done, before a device is asked.

        *asked* is the inventory, the pack's name, the folder of files or None, as of when, and the limit.
        """
        from kgnet import history
        from kgnet.errors import UsageError

        known = _asked(self.subject, when, **asked)  # type: ignore[arg-type]
        if self.place == NONE:
            if self.since:
                raise UsageError("--since needs a history, and --history is none — name a file or a URL")
            return Keeping(None, known, "")
        kept = history.History(history.place(self.place))
        if self.since:
            kept.check(known.subject, self.since, when)
        return Keeping(kept, known, self.since)


@dataclass(frozen=True, slots=True)
class Ended:
    """What is left to do when every device is judged."""

    findings: Findings  # every one
    shown: Findings
    baseline: Baseline | None = None  # what the report is held against, if that was asked for
    told: Told | None = None  # what the history is to be told, once the report is out
    failed: str = ""  # why it could not be asked

    def exit_code(self) -> int:
        """Return 0 if all is as wanted, 1 if something was not judged, 2 if something is wrong, or anew."""
        from kgnet.audit import exit_code
        from kgnet.model.outcome import State, Status

        held = (self.findings.where(status=status) for status in self.findings.statuses())
        code = exit_code(next(iter(found)) for found in held)
        if self.baseline is None or code != PENDING:
            return code
        return PENDING if self.shown.where(status=Status.FAIL, state=State.NEW) else 0


@dataclass(frozen=True, slots=True)
class Keeping:
    """How this audit is recorded; *history* is None if it is not."""

    history: History | None
    asked: Asked
    since: str

    def ended(self, findings: Findings) -> Ended:
        """Hold the audit against earlier ones; where that fails, what was found is shown all the same."""
        from kgnet.errors import HistoryError

        if self.history is None:
            return Ended(findings, findings)
        against = {"against": self.since} if self.since else {}
        try:
            told = self.history.compare(findings, self.asked, **against)
        except HistoryError as reason:
            return Ended(findings, findings, failed=str(reason))
        if not self.since:
            return Ended(told.findings, told.findings, told=told)
        return Ended(told.findings, told.news, told.baseline, told)

    def recorded(self, ended: Ended) -> bool:
        """Record the audit, whose report is out; tell what could not be recorded."""
        from kgnet.errors import HistoryError

        failed = ended.failed
        if self.history and ended.told:
            try:
                self.history.record(ended.told)
            except HistoryError as reason:
                failed = str(reason)
        if failed:
            typer.echo(red("error: ") + f"this audit is not recorded: {failed}", err=True)
        return not failed


def _asked(
    subject: str, when: datetime, *, inventory: Path, pack: str, folder: Path | None, at: str, limit: str
) -> Asked:
    from kgnet.model.history import Asked

    source = str(folder.resolve()) if folder else "live"
    source = f"{source}@{at}" if at else source  # how it was then fixes nothing of today
    named = str(Path(pack).resolve()) if Path(pack).suffix else pack
    where = str(inventory.resolve())
    return Asked(
        subject=subject or f"{where} · {named} · {source}",
        when=when,
        inventory=where,
        pack=named,
        source=source,
        limit=limit,
        version=__version__,
    )
