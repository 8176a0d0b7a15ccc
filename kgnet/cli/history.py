"""`kgnet history`: the audits that are recorded, what stood after each, and what changed between two."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kgnet.cli import _line
from kgnet.cli._history import NONE
from kgnet.cli._options import Format, OutputFormat

if TYPE_CHECKING:
    from kgnet.history import History
    from kgnet.model.history import Run, Stood

LONGEST = 40  # characters of a limit in a line; a playbook names every host

app = typer.Typer(
    no_args_is_help=True,
    help="Look at the audits that `kgnet audit` recorded: list them, show what stood after one, compare two.",
)
Place = Annotated[
    str,
    typer.Option(
        "--history",
        envvar="KGNET_HISTORY",
        help="Where they are recorded.  Default: `history.sqlite` in `$KGNET_STATE`, else in "
        "~/.local/state/kgnet.",
        metavar="FILE|URL",
        show_default=False,
    ),
]
Last = Annotated[int, typer.Option("-n", "--last", min=1, help="How many to list.")]
Name = Annotated[str, typer.Argument(help="As `kgnet history list` names it, or `last`.", metavar="RUN")]
OlderThan = Annotated[
    str, typer.Option("--older-than", help="How old, e.g. 52w or 400d.", metavar="30m|12h|7d|2w")
]


@app.command("list")
def list_(*, history: Place = "", last: Last = 20, form: Format = OutputFormat.TEXT) -> None:
    """List the audits, the latest first: what was asked, the counts, what was new and what was fixed."""
    from kgnet.errors import NothingRecorded

    try:
        runs = _history(history).runs(last)
    except NothingRecorded:
        runs = []
    if form is OutputFormat.JSON:
        _line.as_json([_row(run) for run in runs])
        return
    for run in runs:
        typer.echo(_told(run))
    if not runs:
        typer.echo("no audit is recorded yet")


@app.command()
def show(run: Name = "last", *, history: Place = "", form: Format = OutputFormat.TEXT) -> None:
    """Show what stood after an audit, worst first, and since when.

    What the audit did not judge is there, too: it stands until somebody looks at it again.
    """
    kept = _history(history)
    found = kept.run(run)
    stood = kept.standing(found.id)
    if form is OutputFormat.JSON:
        _line.as_json({**_row(found), "standing": [_piece(each) for each in stood]})
        return
    typer.echo(_told(found))
    typer.echo(f"  {found.asked.subject}")
    for each in stood:
        unseen = f", last seen {_day(each.last_at)}" if each.last < found.number else ""
        typer.echo(f"  {_line_of(each)} (since {_day(each.since)}{unseen})")


@app.command()
def diff(
    one: Annotated[str, typer.Argument(help="The earlier audit.", metavar="RUN")],
    other: Name = "last",
    *,
    history: Place = "",
    form: Format = OutputFormat.TEXT,
) -> None:
    """Say what came and went from one audit to another.  Exit 0: nothing came; 2: something did."""
    from kgnet.model.outcome import State

    told = _history(history).diff(one, other)
    if form is OutputFormat.JSON:
        _line.as_json({state.value: [_piece(each) for each in told[state]] for state in State})
    else:
        for state in (State.NEW, State.FIXED):
            for each in told[state]:
                typer.echo(f"{state.value:5}  {_line_of(each)} (since {_day(each.since)})")
        counts = ", ".join(f"{len(told[state])} {state.value}" for state in State)
        typer.echo(counts)
    raise typer.Exit(2 if told[State.NEW] else 0)


@app.command()
def prune(older_than: OlderThan, *, history: Place = "", form: Format = OutputFormat.TEXT) -> None:
    """Forget audits that are older, and findings that ended, or were last seen, before that.

    What still stands keeps the day since when it does, however old; the last audit of each subject stays.
    """
    from kgnet.history import since

    pruned = _history(history).prune(datetime.now(UTC) - since.duration(older_than))
    if form is OutputFormat.JSON:
        _line.as_json({"runs": pruned.runs, "findings": pruned.findings})
    else:
        typer.echo(f"{pruned.runs} audits and {pruned.findings} findings forgotten")


def _history(told: str) -> History:
    from kgnet.errors import UsageError
    from kgnet.history import History, place

    if told == NONE:
        raise UsageError("--history is none: name the file or URL where audits are recorded")
    return History(place(told))


def _told(run: Run) -> str:
    counts = ", ".join(f"{run.counts[status]} {status.value}" for status in run.counts if run.counts[status])
    asked = run.asked
    limit = asked.limit if len(asked.limit) <= LONGEST else f"{asked.limit[:LONGEST]}…"
    scope = f" --limit {limit}" if limit else ""
    source = "live" if asked.source == "live" else asked.source
    return (
        f"{run.id}  {asked.pack}, {source}{scope}: {run.devices} devices, {counts or 'nothing'};"
        f" {run.opened} new, {run.fixed} fixed"
    )


def _line_of(each: Stood) -> str:
    where = f"{each.where}: " if each.where else ""
    return f"{each.status.value:6}  {each.severity.value:8}  {each.rule}  {each.device}: {where}{each.what}"


def _day(when: datetime) -> str:
    return f"{when.astimezone():%Y-%m-%d}"


def _row(run: Run) -> dict[str, Any]:
    asked = run.asked
    return {
        "run": run.id,
        "began": asked.when.isoformat(timespec="seconds"),
        "subject": asked.subject,
        "inventory": asked.inventory,
        "pack": asked.pack,
        "source": asked.source,
        "limit": asked.limit,
        "version": asked.version,
        "devices": run.devices,
        "counts": {status.value: many for status, many in run.counts.items()},
        "new": run.opened,
        "fixed": run.fixed,
    }


def _piece(each: Stood) -> dict[str, Any]:
    return {
        "rule": each.rule,
        "device": each.device,
        "site": each.site,
        "fingerprint": each.fingerprint,
        "status": each.status.value,
        "severity": each.severity.value,
        "evidence": f"{each.where}: {each.what}" if each.where else each.what,
        "since": each.since.isoformat(timespec="seconds"),
        "finding_since": each.finding_since.isoformat(timespec="seconds"),
        "last_seen": each.last_at.isoformat(timespec="seconds"),
        "until": each.until_at.isoformat(timespec="seconds") if each.until_at else None,
    }
