"""What rows say together: each check is a function Draft → problems, named for what it holds to be true."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kgnet.errors import Problem
from kgnet.inventory.checks import (
    calendar,
    circuits,
    devices,
    facility,
    keys,
    services,
    settings,
    sites,
    zones,
)
from kgnet.inventory.draft import Draft

Check = Callable[[Draft], Iterator[Problem]]

CHECKS: tuple[Check, ...] = (
    *keys.CHECKS,
    *settings.CHECKS,
    *sites.CHECKS,
    *devices.CHECKS,
    *circuits.CHECKS,
    *zones.CHECKS,
    *services.CHECKS,
    *calendar.CHECKS,
    *facility.CHECKS,
)
