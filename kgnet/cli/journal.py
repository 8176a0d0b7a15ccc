"""`kgnet journal`: what every run did to which device."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kgnet.cli import _line
from kgnet.cli._options import Format, OutputFormat

if TYPE_CHECKING:
    from kgnet.journal import Journal, Run

Name = Annotated[str, typer.Argument(help="One run, in full; without it: all runs.", metavar="RUN")]
Last = Annotated[int, typer.Option("-n", "--last", min=1, help="How many runs to list.")]
Verify = Annotated[
    bool,
    typer.Option("--verify", help="Check that no entry was changed or taken out, and show the last hash."),
]


def journal(
    *, run: Name = "", last: Last = 20, verify: Verify = False, form: Format = OutputFormat.TEXT
) -> None:
    """List the runs that changed devices, or show one: who, why, each device's steps and its end.

    `kgnet deploy --resume RUN` goes on with a run that was killed, `--undo RUN` takes back what it changed.
    Every entry holds the hash of the one before; who keeps the hash that `--verify` shows somewhere else
    can tell later that nothing was cut off the end either.
    """
    from kgnet.journal import default_path
    from kgnet.journal import journal as opened

    if not default_path().exists():
        return _listed([], form)
    with opened(default_path()) as kept:
        if verify:
            _verified(kept, form)
        elif run:
            _one(kept.run(run), form)
        else:
            _listed(kept.runs(last), form)
    return None


def _verified(kept: Journal, form: OutputFormat) -> None:
    count, head = kept.verify(), kept.head()
    if form is OutputFormat.JSON:
        _line.as_json({"entries": count, "head": head})
    else:
        typer.echo(f"{count} entries, each as it was written; the last hash is {head}")


def _listed(runs: list[Run], form: OutputFormat) -> None:
    if form is OutputFormat.JSON:
        _line.as_json([_row(run) for run in runs])
        return
    for run in runs:
        middle = "under way" if run.lives else "left behind"
        results = Counter(run.result(device) or middle for device in run.devices)
        said = ", ".join(f"{count} {result}" for result, count in results.items()) or "nothing"
        typer.echo(f"{run.id}  {run.begun.detail['who']}  {run.begun.detail['why']}: {said}{_end(run)}")
    if not runs:
        typer.echo("no run has changed anything yet")


def _end(run: Run) -> str:
    """Say of a run that came to no end what has become of it."""
    if run.over:
        return ""
    if run.lives:
        return f"  under way, process {run.begun.detail.get('pid')}"
    if str(run.begun.detail["why"]).startswith("deploy"):
        return f"  died — `kgnet deploy --resume {run.id}` goes on"
    return "  died: give the command once more"


def _one(run: Run, form: OutputFormat) -> None:
    if form is OutputFormat.JSON:
        _line.as_json(_row(run))
        return
    typer.echo(f"run {run.id} by {run.begun.detail['who']}, {run.begun.at}: {run.begun.detail['why']}")
    console = _line.console()
    for device in run.devices:
        if run.was_planned(device):
            _line.shown(console, run.plan(device))
        for entry in run.devices[device]:
            said = " ".join(
                str(entry.detail[key]) for key in ("result", "reason", "detail") if key in entry.detail
            )
            console.print(f"{entry.at}  {device:16} {entry.step:8} {said}".rstrip())


def _row(run: Run) -> dict[str, Any]:
    return {
        "run": run.id,
        "begun": run.begun.at,
        **run.begun.detail,
        "over": run.over,
        "lives": run.lives,
        "devices": {
            device: {
                "result": run.result(device) or None,
                "steps": [{"at": entry.at, "step": entry.step, **entry.detail} for entry in entries],
            }
            for device, entries in run.devices.items()
        },
    }
