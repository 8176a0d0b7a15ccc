"""How often the rules of a packet filter were met, by the device's own counters."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RuleHits:
    """One rule of a *list*, in the device's words; *packets* None: nothing counts what it meets."""

    list: str
    text: str
    permits: bool
    packets: int | None


@dataclass(frozen=True, slots=True)
class FilterHits:
    """*age_s*: for how long the counters can have run at most; None: as long as the device is up."""

    rules: tuple[RuleHits, ...]
    age_s: float | None = None
