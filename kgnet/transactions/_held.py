"""Who holds a device, when a dead run's lock falls, and how that is told: one wording for all platforms."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LEASE = timedelta(minutes=10)  # what a run needs between its lock and its timer; then a dead one's lock falls
FALLS = "its lock falls after ten minutes"
SINCE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)[T -]?(\d\d)[:-]?(\d\d)[:-]?(\d\d)")
LOCKED = re.compile(r"\blocked by\b|\bis locked\b", re.IGNORECASE)
FULL = re.compile(
    r"no (?:more |free )?space|(?:not enough|insufficient) \w* ?space|space (?:is )?not enough"
    r"|(?:disk|flash|storage) (?:is )?full",
    re.IGNORECASE,
)
NOBODY = "nobody knows who"


@dataclass(frozen=True, slots=True)
class Lock:
    """A run's mark on a device: its token, and who it is, since when in UTC."""

    token: str
    owner: str

    @property
    def dead(self) -> bool:
        """Tell a lock whose run should have armed its timer long ago."""
        found = SINCE.search(self.owner)
        if found is None:
            return False
        since = datetime(*map(int, found.groups()), tzinfo=UTC)  # type: ignore[arg-type, misc]
        return abs(datetime.now(UTC) - since) > LEASE


def others(locks: Iterable[Lock], token: str) -> list[Lock]:
    return [lock for lock in locks if lock.token != token]


def held_by(owner: str, *, remedy: str = FALLS) -> str:
    """Say which run holds the device, and what becomes of a dead one's lock."""
    return f"another deploy holds it: {owner} — wait; should that one be dead, {remedy}"


def waits(owner: str) -> str:
    """Say whose change is loaded and not confirmed; nobody else may keep it or take it back by hand."""
    return (
        f"another deploy's change waits to be confirmed: {owner} — wait; should that one be dead, "
        "`kgnet deploy --resume RUN` settles it (`kgnet journal` lists the runs)"
    )


def stranger(words: str) -> str:
    """Say that somebody holds the configuration who is no run of ours, in the device's words."""
    return f"somebody else holds its configuration — wait, or end their session: {words}"


def refusal(doing: str, words: str) -> str:
    """Say what a device does not do, in its *words*, with a remedy where they tell of a known trouble."""
    if LOCKED.search(words):
        return stranger(words)
    return f"{doing}: {words}{' — free its flash' if FULL.search(words) else ''}"


def short(owner: str) -> str:
    """Return who runs us as a word for names on a device."""
    who, _, _ = owner.partition(" since ")
    return re.sub(r"[^A-Za-z0-9]+", "-", who).strip("-")[:24] or "somebody"
