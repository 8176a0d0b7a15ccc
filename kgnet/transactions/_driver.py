"""The driver of NAPALM behind a session: what is not typed as a line goes by it."""

from __future__ import annotations

from typing import Any

from kgnet.ports import Session


def driver_of(session: Session) -> Any:
    """Return NAPALM's driver, which every session of our driver `napalm` exposes."""
    return getattr(session, "driver")  # noqa: B009 - no part of a Session
