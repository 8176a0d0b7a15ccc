"""What a metric is: its name, its type, its help."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PREFIX = "kgnet_"


class Kind(StrEnum):
    GAUGE = "gauge"
    COUNTER = "counter"


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: its name ends in its base unit; *help* names where the value comes from."""

    name: str
    kind: Kind
    help: str


def gauge(name: str, text: str) -> Family:
    return Family(name, Kind.GAUGE, text)


def counter(name: str, text: str) -> Family:
    return Family(name, Kind.COUNTER, text)
