"""How a change of devices ended, for people and for programs; and how Ctrl-C ends it."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from kgnet.cli import ERROR, PENDING, _line
from kgnet.cli._options import OutputFormat

if TYPE_CHECKING:
    from kgnet.model.outcome import Outcome

COLOURS = {"changed": "green", "unchanged": "white", "not tried": "yellow"}


def told(outcome: Outcome) -> str:
    add, remove = _line.sums(outcome.plan)
    result = typer.style(f"{outcome.result.value:11}", fg=COLOURS.get(outcome.result.value, "red"))
    reason = (
        f"  {outcome.reason}" if outcome.reason else f"  +{add} −{remove} lines in {outcome.seconds:.1f} s"
    )
    return f"{outcome.device:16} {result}{reason}"


def _row(outcome: Outcome) -> dict[str, Any]:
    return {
        "device": outcome.device,
        "result": outcome.result.value,
        "reason": outcome.reason or None,
        "seconds": round(outcome.seconds, 2),
        "changes": _line.changes(outcome.plan),
    }


def summed(outcomes: Sequence[Outcome], form: OutputFormat, *, waiting: frozenset[str]) -> int:
    """Sum up; return the exit code: devices that are *waiting* for the calendar are still to do."""
    if form is OutputFormat.JSON:
        _line.as_json([_row(outcome) for outcome in outcomes])
    else:
        counts = Counter(outcome.result.value for outcome in outcomes)
        typer.echo(", ".join(f"{count} {result}" for result, count in counts.items()))
    if any(not outcome.ok and outcome.device not in waiting for outcome in outcomes):
        return ERROR
    return 0 if all(outcome.ok for outcome in outcomes) else PENDING


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Take the first Ctrl-C as the wish to have back what is under way; the second ends us at once."""
    asked = threading.Event()

    def ask(*_: object) -> None:
        if asked.is_set():
            os._exit(130)  # the timers on the devices do the rest
        asked.set()
        typer.echo(
            "stopping: what is under way is taken back; once more leaves that to the devices", err=True
        )

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
