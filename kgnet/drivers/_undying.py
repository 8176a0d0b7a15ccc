"""A NAPALM driver that is closed by who opened it, and by nobody else."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def undying(kind: type) -> Any:
    """Return *kind* without its `__del__`.

    NAPALM's closes a driver when it is collected, in whatever thread that happens; EOS's then speaks to the
    device, and aborts a change that waits to be confirmed.
    """
    return type(kind.__name__, (kind,), {"__del__": lambda self: None})
