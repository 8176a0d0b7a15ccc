"""The libraries of sessions, imported by the first login that wants them, while others wait.

They import one another in circles: threads that do so at once wait for each other (`_DeadlockError`).
"""

from __future__ import annotations

from importlib import import_module
from threading import Lock

_ONE_AT_A_TIME = Lock()


def ready(*modules: str) -> None:
    """Import *modules*."""
    with _ONE_AT_A_TIME:
        for module in modules:
            import_module(module)
