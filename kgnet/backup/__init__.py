"""configs → a Git repository: one commit a run, in which only complete texts stand, and none of a secret.

With a box, the true text is kept beside it, sealed: what a device needs to be restored by those who hold
the key, and nothing for anybody else.
"""

from __future__ import annotations

import getpass
import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kgnet.backup.repository import Repository
from kgnet.box import Box
from kgnet.errors import SecretError, UsageError
from kgnet.files import write
from kgnet.model.config import Config

SUFFIX, SEALED = ".cfg", ".cfg.sealed"
KEY = "backup/key"  # the secret that opens what is sealed
SHORT = 0.6  # of the lines that are kept: a text shorter than that is taken for a torn one
LEAST_LINES = 20  # fewer are too few to judge by


@dataclass(frozen=True, slots=True)
class Taken:
    """What one device gave: its text for all eyes, the true one, and what it says of its startup text."""

    config: Config
    true: Config
    unsaved: str = ""  # what it says of changes that a restart would lose; "" if there are none


@dataclass(frozen=True, slots=True)
class Origin:
    """Who made a backup, and by which run."""

    author: str  # as Git has it: `name <address>`
    run: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What a backup changed in the repository."""

    commit: str  # short; "" if there was nothing to commit
    changed: tuple[str, ...]  # devices
    strangers: tuple[str, ...]  # files in the folder that no wanted device owns
    missed: Mapping[str, str] = field(default_factory=dict)  # device → why its former file stays
    unsaved: Mapping[str, str] = field(default_factory=dict)


def somebody() -> str:
    """Return who runs us, as Git names an author."""
    user = getpass.getuser()
    return f"{user} <{user}@{socket.gethostname()}>"


def backup(
    taken: Sequence[Taken],
    folder: Path,
    *,
    missed: Mapping[str, str],
    origin: Origin,
    devices: Sequence[str] = (),
    box: Box | None = None,
    shorter: Iterable[str] = (),
) -> Kept:
    """Write one file a device into *folder* and commit what changed.

    *missed* are devices that gave no whole text, with the reason: their former file stays as it is, and so
    does that of a device whose text is suddenly much shorter, unless *shorter* names it.
    Files of none of *devices* are told, and left alone.
    """
    repository = Repository(folder)
    repository.make()
    torn = _torn(taken, folder, frozenset(shorter))
    whole = [each for each in taken if each.config.device not in torn]
    names = [name for each in whole for name in _written(folder, each, box)]
    changed = repository.changed(names)
    lost = {**missed, **torn}
    unsaved = {each.config.device: each.unsaved for each in taken if each.unsaved}
    devices_changed = tuple(dict.fromkeys(_device(name) for name in changed))
    commit = ""
    if changed:
        text = message(devices_changed, len(taken) + len(missed), lost, unsaved, origin.run)
        commit = repository.commit(changed, text, origin.author)
    known = {*devices, *(each.config.device for each in taken)}
    strangers = sorted(path.name for path in folder.glob(f"*{SUFFIX}") if path.stem not in known)
    return Kept(commit, devices_changed, tuple(strangers if devices else ()), lost, unsaved)


def message(
    changed: Sequence[str], asked: int, missed: Mapping[str, str], unsaved: Mapping[str, str], run: str
) -> str:
    """Return what the history tells: how many changed on the first line, then which, then who was missed."""
    first = f"{len(changed)} of {asked} devices changed"
    if len(changed) <= 3:
        first += f": {', '.join(changed)}"
    lines = [first, "", *(f"changed: {device}" for device in changed)]
    lines += [f"missed: {device}: {reason}" for device, reason in missed.items()]
    lines += [f"unsaved: {device}: {said}" for device, said in unsaved.items()]
    return "\n".join([*lines, "", f"Run: {run}"]) + "\n"


def digest(kept: Kept, folder: Path, origin: Origin) -> str:
    """Return what a backup has to tell people: who changed how, who was missed, what is unsaved; or ""."""
    lines = [f"{device} was missed: {reason}" for device, reason in kept.missed.items()]
    lines += [f"{device} has unsaved changes: {said}" for device, said in kept.unsaved.items()]
    if kept.changed:
        lines += ["", Repository(folder).difference([f"{device}{SUFFIX}" for device in kept.changed])]
    if not lines:
        return ""
    head = f"{len(kept.changed)} devices changed, {len(kept.missed)} were missed, {len(kept.unsaved)} unsaved"
    return "\n".join([head, f"run {origin.run} by {origin.author}", "", *lines]).rstrip() + "\n"


def kept_text(folder: Path, device: str, *, revision: str, box: Box | None) -> tuple[str, bool]:
    """Return the text of *device* at *revision*, and whether it is the true one, out of the box.

    UsageError if there is none.
    """
    repository = Repository(folder)
    if not repository.there():
        raise UsageError(f"{folder}: is no repository of backups — `kgnet backup -o {folder}` makes it")
    if box is not None and (folder / f"{device}{SEALED}").exists():
        return box.open(repository.text(f"{device}{SEALED}", revision).encode()), True
    return repository.text(f"{device}{SUFFIX}", revision), False


def _torn(taken: Sequence[Taken], folder: Path, shorter: frozenset[str]) -> dict[str, str]:
    """Return the devices whose text is too short beside the one that is kept."""
    torn: dict[str, str] = {}
    for each in taken:
        device, file = each.config.device, folder / f"{each.config.device}{SUFFIX}"
        if device in shorter or not file.is_file():
            continue
        kept, given = (text.count("\n") for text in (file.read_text(encoding="utf-8"), str(each.config)))
        if kept >= LEAST_LINES and given < SHORT * kept:
            torn[device] = (
                f"gave {given} lines where {kept} are kept: torn, or much was removed"
                f" — look at it, then `--shorter {device}` keeps it"
            )
    return torn


def _written(folder: Path, each: Taken, box: Box | None) -> Iterable[str]:
    """Write the files of one device; yield their names."""
    device = each.config.device
    write(folder / f"{device}{SUFFIX}", str(each.config), mode=0o640)
    yield f"{device}{SUFFIX}"
    if box is None:
        return
    file = folder / f"{device}{SEALED}"
    if not file.is_file() or _opened(box, file) != str(each.true):  # sealing twice never gives the same
        write(file, box.seal(str(each.true)).decode() + "\n", mode=0o640)
    yield f"{device}{SEALED}"


def _opened(box: Box, file: Path) -> str | None:
    try:
        return box.open(file.read_bytes().strip())
    except SecretError:
        return None  # the key is a new one: seal it anew


def _device(name: str) -> str:
    return name.removesuffix(SEALED).removesuffix(SUFFIX)
