"""The page of a demo: what is done, how it went, how long it took; and the commands that do it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer

from kgnet.errors import KgnetError

KGNET = str(Path(sys.argv[0]).resolve())


@dataclass
class Page:
    """What happened, line by line, with seconds; printed at the end."""

    lines: list[tuple[str, str, float]] = field(default_factory=list)

    @contextmanager
    def step(self, title: str) -> Iterator[list[str]]:
        """Time a step; what it appends to the list it is given is its result."""
        typer.secho(f"▸ {title} …", fg="cyan", err=True)
        started, said = time.monotonic(), list[str]()
        yield said
        took = time.monotonic() - started
        self.lines.append((title, "; ".join(said) or "done", took))
        typer.secho(f"  {'; '.join(said) or 'done'}  ({took:.1f} s)", fg="green", err=True)

    def show(self) -> None:
        from rich.box import SIMPLE
        from rich.console import Console
        from rich.table import Table

        table = Table("step", "result", "seconds", title="kgnet demo", title_justify="left", box=SIMPLE)
        table.columns[2].justify = "right"
        for title, result, took in self.lines:
            table.add_row(title, result, f"{took:.1f}")
        Console().print(table)


def run(
    argv: Sequence[str],
    *,
    fine: Sequence[int] = (0,),
    told: Callable[[str], str | None] | None = None,
    environ: Mapping[str, str] | None = None,
) -> str:
    """Run a command; KgnetError with its last words unless its exit code is *fine*.

    *told* picks from a line of output what to show while the command works.
    """
    from rich.console import Console

    with (
        Console(stderr=True).status("") as status,
        subprocess.Popen(
            argv,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if told else None,
            text=True,
            env=os.environ | {"NO_COLOR": "1"} | dict(environ or {}),
        ) as running,
    ):
        lines = []
        for line in running.stdout or ():
            lines.append(line)
            if told and (words := told(line)):
                status.update(words)
    if running.returncode not in fine:
        wrong = [line for line in lines if line.startswith(("[ERROR]", "fatal:"))]
        last = "".join([*wrong[:5], *lines[-15:]]).rstrip()
        raise KgnetError(f"`{' '.join(argv[1:])}` ended with {running.returncode}\n{last}")
    return "".join(lines)


def pending(plans: list[dict[str, Any]]) -> str:
    open_ = [plan["device"] for plan in plans if plan.get("changes")]
    return f"{len(plans)} devices, " + (f"open on {', '.join(open_)}" if open_ else "all as wanted")


def tally(report: dict[str, Any]) -> str:
    """Return how many findings of an audit there are of each status, from its JSON."""
    counts = dict.fromkeys(("pass", "fail", "error", "skip", "waived"), 0)
    for finding in report["findings"]:
        counts[finding["status"]] += 1
    return ", ".join(f"{count} {status}" for status, count in counts.items() if count)
