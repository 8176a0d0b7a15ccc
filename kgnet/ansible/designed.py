"""folder → the fleet, once a process: Ansible's forks and kgnet's own plug-ins share it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from kgnet.design import design
from kgnet.inventory import load
from kgnet.model.fleet import Fleet


def fleet_of(folder: Path | str) -> Fleet:
    """Return the fleet that the inventory in *folder* asks for; KgnetError tells what is wrong with it."""
    return _designed(Path(folder).resolve())


@cache
def _designed(folder: Path) -> Fleet:
    return design(load(folder))
