"""What an audit judges, by what all of it has: a device, a conference room, the building of a site."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Kind(StrEnum):
    DEVICE = "device"
    ROOM = "room"
    BUILDING = "building"
    FILE = "file"  # that is of no device


class Subject(Protocol):
    """Its findings bear its *name* where a device's bear the device's; *site* is a site's code."""

    @property
    def name(self) -> str: ...

    @property
    def site(self) -> str: ...

    @property
    def kind(self) -> Kind: ...
