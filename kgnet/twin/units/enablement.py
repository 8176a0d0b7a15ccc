"""Whether a unit starts at boot: the symbolic links below /etc/systemd/system."""

from __future__ import annotations

import os
from pathlib import Path

from kgnet.twin.units.unit import Unit, UnitError, find, full_name, load

HOME = Path("/etc/systemd/system")


def enabled(name: str) -> str:
    """The word that `systemctl is-enabled` says; empty: there is no such unit."""
    unit = load(name)
    if unit.state != "loaded":
        return "masked" if unit.state == "masked" else ""
    if any(
        os.path.lexists(link)
        for link in (*HOME.glob(f"*.wants/{unit.name}"), *HOME.glob(f"*.requires/{unit.name}"))
    ):
        return "enabled"
    if unit.name != full_name(name) and "@" not in name:
        return "alias"
    return "disabled" if _links(unit) else "static"


def enable(name: str) -> None:
    """Make the links that the unit's `[Install]` asks for."""
    unit = _there(name)
    for link in _links(unit):
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(unit.path or "/dev/null")


def disable(name: str) -> None:
    """Remove those links."""
    unit = _there(name)
    for link in (*_links(unit), *HOME.glob(f"*.wants/{unit.name}")):
        link.unlink(missing_ok=True)


def mask(name: str) -> None:
    """Make it impossible to start."""
    link = HOME / full_name(name)
    if link.is_file() and not link.is_symlink():
        raise UnitError(f"Failed to mask unit: File {link} already exists.")
    link.unlink(missing_ok=True)
    link.symlink_to("/dev/null")


def unmask(name: str) -> None:
    """Undo that."""
    link = HOME / full_name(name)
    if link.is_symlink() and os.path.realpath(link) == "/dev/null":
        link.unlink()


def _there(name: str) -> Unit:
    unit = load(name)
    if unit.state == "not-found":
        raise UnitError(f"Failed to enable unit: Unit file {full_name(name)} does not exist.")
    return unit


def _links(unit: Unit) -> list[Path]:
    found = []
    for key, kind in (("WantedBy", "wants"), ("RequiredBy", "requires")):
        for target in " ".join(unit.options.get(f"Install.{key}", [])).split():
            found.append(HOME / f"{target}.{kind}" / unit.name)
    for alias in " ".join(unit.options.get("Install.Alias", [])).split():
        if find(alias) is None or (HOME / alias).is_symlink():
            found.append(HOME / alias)
    return found
