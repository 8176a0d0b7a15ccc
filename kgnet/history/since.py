"""`--since` → which recorded run is meant: last, a run, a day or time, or so long ago."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from kgnet.errors import UsageError
from kgnet.model.history import Run

LAST = "last"
FORMS = (
    "`last`, a run of `kgnet history list`, a day as 2026-11-01, a time as 2026-11-01T08:00, or 12h, 7d, 2w"
)
DURATION = re.compile(r"(?P<many>[0-9]{1,5})(?P<unit>[mhdw])")
UNITS: Mapping[str, timedelta] = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
RUN = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{4}")


def duration(told: str) -> timedelta:
    """Return how long *told* is, e.g. 7d; UsageError if it is no such thing."""
    found = DURATION.fullmatch(told)
    if not found:
        raise UsageError(f"{told!r} is no length of time — 30m, 12h, 7d or 2w")
    return int(found["many"]) * UNITS[found["unit"]]


def moment(told: str, now: datetime) -> datetime | None:
    """Return the time that is meant, None if it is `last` or a run; one without a zone is in ours."""
    if told == LAST or RUN.fullmatch(told):
        return None
    if DURATION.fullmatch(told):
        return now - duration(told)
    try:
        return datetime.fromisoformat(told).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"--since {told!r} is no time that is known — {FORMS}") from None


def baseline(told: str, runs: Sequence[Run], now: datetime) -> Run | None:
    """Return the run that is meant of *runs* (the latest first), None if none is so old; UsageError.

    Of a time it is the last run that had begun by then.
    """
    before = moment(told, now)
    if before is not None:
        return next((run for run in runs if run.asked.when <= before), None)
    if told == LAST:
        return next(iter(runs), None)
    for run in runs:
        if run.id == told:
            return run
    latest = ", ".join(run.id for run in runs[:3]) or "none yet"
    raise UsageError(f"--since {told}: no such audit is recorded here — the latest: {latest}")
