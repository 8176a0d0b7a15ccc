"""Where `kgnet audit` takes the configuration of each device from: a folder, the device itself, or both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kgnet.errors import UsageError

if TYPE_CHECKING:
    from kgnet.cli._spreading import Spreading
    from kgnet.cli._subjects import Scope
    from kgnet.collect.folders import Held
    from kgnet.collect.reading import Reading
    from kgnet.model.fleet import Device, Fleet
    from kgnet.model.pack import Pack
    from kgnet.ports import Rule

MOST_NAMES = 20  # of files, in a sentence
BASELINE = "baseline"  # the pack that is asked by default

ConfigDir = Annotated[
    Path | None,
    typer.Option(
        "--config-dir",
        help="Judge the configurations in this folder, not live devices: files named for devices, "
        "Oxidized's or RANCID's folders, or a Git repository of them, bare or not.",
        metavar="DIR",
        exists=True,
        file_okay=False,
    ),
]
At = Annotated[
    str,
    typer.Option(
        "--at",
        help="As that folder's Git repository had them then: a commit, or a day like 2026-01-31.",
        metavar="REV|DAY",
    ),
]
NoInventory = Annotated[
    bool,
    typer.Option(
        "--no-inventory",
        help="Take the folder's files for the devices: what asks for the intent is skipped.  "
        "The default pack is then `hardening`.",
    ),
]
Platforms = Annotated[
    list[str] | None,
    typer.Option(
        "--platform",
        help="With --no-inventory: whose text it is, where the files do not tell; `core-*=arista_eos` "
        "for files of that name.  May be given again.",
        metavar="[PATTERN=]NAME",
    ),
]
Roles = Annotated[
    list[str] | None,
    typer.Option(
        "--role",
        help="With --no-inventory: what the devices are for, so that rules of that role are asked.  "
        "May be given again.",
        metavar="[PATTERN=]ROLE",
    ),
]
Names = Annotated[
    Path | None,
    typer.Option(
        "--names",
        help="CSV with the columns `file` (a pattern) and `device`: whose file it is, where its name "
        "does not tell.",
        metavar="FILE",
        exists=True,
        dir_okay=False,
    ),
]
LiveRest = Annotated[
    bool, typer.Option("--live-rest", help="Ask the devices themselves that have no file in the folder.")
]
MaxAge = Annotated[
    float | None,
    typer.Option(
        "--max-age",
        help="A file that was written, or last changed in Git, more days ago is no evidence.",
        metavar="DAYS",
        min=0,
    ),
]


@dataclass(frozen=True, slots=True)
class Folder:
    """What the command line says of the folder of files; *path* is None if it names none."""

    path: ConfigDir = None
    at: At = ""
    platforms: Platforms = None
    roles: Roles = None
    names: Names = None
    live_rest: LiveRest = False
    max_age_days: MaxAge = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says of whom to judge, and how."""

    inventory: Path | None  # None: nobody says what is planned
    limit: str
    files: Folder
    rooms: Path | None  # what the systems of conference rooms exported
    spreading: Spreading
    workers: int
    prometheus: str = ""  # who has the exporter's counters

    def __post_init__(self) -> None:
        """Refuse what makes no sense, before anybody is asked anything."""
        files = self.files
        told = {
            "--at": bool(files.at),
            "--no-inventory": self.inventory is None,
            "--names": files.names is not None,
            "--live-rest": files.live_rest,
            "--max-age": files.max_age_days is not None,
        }
        if files.path is None and (without := [option for option, given in told.items() if given]):
            raise UsageError(f"{without[0]} says something of a folder — give it by --config-dir")
        if self.spreading.cluster and files.path is None:
            raise UsageError("--cluster judges files: give a folder by --config-dir")
        alone = {"--platform": bool(files.platforms), "--role": bool(files.roles)}
        if self.inventory and (without := [option for option, given in alone.items() if given]):
            raise UsageError(f"{without[0]} goes with --no-inventory: an inventory tells that itself")
        if self.inventory is None and (files.names or files.live_rest):
            raise UsageError("--names and --live-rest need an inventory — leave out --no-inventory")

    @property
    def default_pack(self) -> str:
        return BASELINE if self.inventory else "hardening"

    @property
    def kept(self) -> dict[str, object]:
        """Return what the history has to know of it."""
        place = self.inventory or self.files.path or Path()
        return {"inventory": place, "folder": self.files.path, "at": self.files.at, "limit": self.limit}

    @property
    def waivers(self) -> Path | None:
        """Return the inventory's waivers, if it has any; nobody waives what is found in his own files."""
        from kgnet.audit.waivers import FILE

        return self.inventory / FILE if self.inventory and (self.inventory / FILE).exists() else None

    def scope(self, pack: Pack, rules: Mapping[str, Rule]) -> Scope | None:
        from kgnet.cli import _subjects

        return _subjects.scope(self.inventory, self.limit, pack, rules) if self.inventory else None

    def fleet(self, scope: Scope | None) -> Fleet:
        from kgnet.model.fleet import NOBODY

        return scope.fleet if scope else NOBODY

    def sources(self, scope: Scope | None, now: datetime) -> Sources:
        """Return the devices of the inventory, else of the folder, and where each one's text comes from."""
        return _known(self, scope, now) if scope else _unknown(self, now)


@dataclass(frozen=True, slots=True)
class Sources:
    """The devices to be judged, in their order, and the files of those that have one."""

    devices: tuple[Device, ...]
    reading: Reading | None = None  # None: no folder was named
    files: Mapping[str, Held] = field(default_factory=dict)
    live: frozenset[str] = frozenset()  # names of those that are asked themselves
    lost: Mapping[str, str] = field(default_factory=dict)  # file that is nobody's → why
    passed: Sequence[str] = ()  # files and folders that were not judged at all

    def notes(self) -> Iterator[str]:
        """Yield what was passed over, and how much: nobody may take it for judged."""
        many, names = len(self.passed), ", ".join(self.passed[:MOST_NAMES])
        if many > MOST_NAMES:
            names = f"{names} and {many - MOST_NAMES} more"
        if many:
            yield f"passed over, by name or place no configurations: {many} files or folders: {names}"


def _known(asked: Asked, scope: Scope, now: datetime) -> Sources:
    """Return where the configurations of the devices in *scope* come from."""
    files, devices = asked.files, scope.devices
    if files.path is None or not devices:
        return Sources(devices, live=frozenset(device.name for device in devices))
    from kgnet.collect.folders import holdings
    from kgnet.collect.owners import owned, table
    from kgnet.collect.reading import Reading

    names = table(files.names) if files.names else {}
    there = holdings(files.path, files.at)
    found = owned(there.held, scope.fleet, names)
    live = {device.name for device in devices if device.name not in found.files} if files.live_rest else set()
    lost = {} if asked.limit else found.lost  # whose they would be nobody knows
    reading = Reading(files.path, _oldest(files, now))
    return Sources(devices, reading, found.files, frozenset(live), lost, there.passed)


def _unknown(asked: Asked, now: datetime) -> Sources:
    """Return the devices that the files of the folder make, without an inventory."""
    from kgnet.collect.folders import holdings
    from kgnet.collect.owners import named_platforms, named_roles, strangers
    from kgnet.collect.reading import Reading
    from kgnet.limit import select
    from kgnet.model.fleet import NOBODY

    files = asked.files
    if files.path is None:
        raise UsageError("--no-inventory says something of a folder — give it by --config-dir")
    platforms, roles = named_platforms(files.platforms or ()), named_roles(files.roles or ())
    there = holdings(files.path, files.at)
    pairs = strangers(there.held, platforms=platforms, roles=roles)
    found = {device.name: (device, held) for device, held in pairs}
    fleet = NOBODY.with_devices({name: device for name, (device, _) in found.items()})
    texts = {name: held for name, (_, held) in found.items()}
    reading = Reading(files.path, _oldest(files, now))
    return Sources(select(fleet, asked.limit), reading, texts, passed=there.passed)


def _oldest(files: Folder, now: datetime) -> datetime | None:
    return None if files.max_age_days is None else now - timedelta(days=files.max_age_days)
