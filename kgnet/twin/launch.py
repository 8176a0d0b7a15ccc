"""Blueprint → a running twin, and back to nothing."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from kgnet.errors import TwinError
from kgnet.twin import base, blueprint, control
from kgnet.twin.blueprint import Blueprint
from kgnet.twin.can import lacking
from kgnet.twin.keys import pair, write_private
from kgnet.twin.state import Folder, State, folder, same_process

DOWN_S = 60.0
CROWD = 100  # nodes; more than that overflow the kernel's neighbour table of 1,024
NEIGHBOURS = {"gc_thresh1": 4096, "gc_thresh2": 8192, "gc_thresh3": 16384}


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened on the way up: what, to whom, and how many of them there will be."""

    what: str  # cleaned, based, wired, up, linked, ready
    who: str = ""
    total: int = 0


def up(plan: Blueprint, inventory: str = "") -> Generator[Step, None, None]:
    """Bring a twin up step by step; whoever stops listening before `ready` stops the twin as well.

    *inventory* is what it was designed from, for those who work inside.
    """
    if missing := list(lacking(plan)):
        raise TwinError("\n".join(map(str, missing)))
    place = folder(plan.checked().name)
    with _owned(place) as lock:
        if _swept(place):
            yield Step("cleaned", plan.name)
        _furnish(place, plan, inventory)
        _room_for_neighbours(len(plan.nodes))
        yield from _built(place, lock, len(plan.nodes))


def refuse_running(place: Folder) -> None:
    """Raise TwinError if a twin runs there already."""
    if place.path.exists() and place.alive():
        raise TwinError(f"twin {place.name} is already running: kgnet twin down --name {place.name}")


class _owned:  # noqa: N801  # reads as what it is: with _owned(folder) as lock
    """The twin's folder and its lock; a folder of a twin that did not come up is removed again."""

    def __init__(self, place: Folder) -> None:
        self.place = place

    def __enter__(self) -> int:
        try:
            self.place.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as reason:
            raise TwinError(
                f"{self.place.path}: {reason.strerror}; set KGNET_TWIN_DIR to another folder"
            ) from reason
        while (lock := self.place.lock()) is None:
            refuse_running(self.place)  # or somebody has just asked whether it runs
        self.lock = lock
        return lock

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if kind is not None:
            _end(self.place)
        os.close(self.lock)
        if isinstance(error, OSError):
            raise TwinError(f"{self.place.path}: {error.strerror}") from error


def _swept(place: Folder) -> bool:
    """Remove what a dead twin left; the lock stays, for it is ours now."""
    left = [path for path in place.path.iterdir() if path.name not in ("lock", "secrets")]
    for path in left:
        _remove(path)
    return bool(left)


def _remove(path: Path) -> None:
    """Remove a file or a tree, also one that belongs to sub-ids of ours."""
    if not path.is_dir() or path.is_symlink():
        return path.unlink(missing_ok=True)
    shutil.rmtree(path, ignore_errors=True)
    if path.exists():
        enter = ["unshare", "--user", "--map-root-user", "--map-auto", "rm", "-rf", str(path)]
        subprocess.run(enter, check=False, capture_output=True)
    return None


def _furnish(place: Folder, plan: Blueprint, inventory: str) -> None:
    place.secrets.mkdir(exist_ok=True, mode=0o700)
    for path in (place.logs, place.path / "cp", place.path / "results"):
        path.mkdir(mode=0o700)
    place.inventory.write_text(inventory)
    key = pair()
    write_private(place.ssh_key, key.private)
    place.ssh_key.with_suffix(".pub").write_text(key.public)
    write_private(place.blueprint, blueprint.dumps(_with_desks(plan, place)))
    base.pack(place.path / "base.tar")


def _with_desks(plan: Blueprint, place: Folder) -> Blueprint:
    """A workstation sees the twin's folder, the checkout and Python wherever they are."""
    seen = (str(place.path), str(Path.cwd()), sys.prefix)
    nodes = (replace(n, shares=tuple(dict.fromkeys(n.shares + seen))) if n.desk else n for n in plan.nodes)
    return replace(plan, nodes=tuple(nodes))


def _room_for_neighbours(nodes: int) -> None:
    """Widen the kernel's one neighbour table for a crowd (arp(7)); only root can, and it stays widened."""
    for name, least in NEIGHBOURS.items() if nodes > CROWD and os.geteuid() == 0 else ():
        for family in ("ipv4", "ipv6"):
            path = Path(f"/proc/sys/net/{family}/neigh/default/{name}")
            if int(path.read_text()) < least:
                path.write_text(str(least))


def _built(place: Folder, lock: int, total: int) -> Iterator[Step]:
    """Start the holder and pass on what it says, until it is ready."""
    said, say = os.pipe()
    with (place.logs / "holder.log").open("w") as log:
        command = [sys.executable, "-m", "kgnet.twin.isolate", str(place.path), str(say), str(lock)]
        starter = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=(say, lock),
            start_new_session=True, env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        )  # fmt: skip
    os.close(say)
    starter.wait()
    with os.fdopen(said) as words:
        for line in words:
            what, _, who = line.strip().partition(" ")
            if what == "failed":
                raise TwinError(f"twin {place.name}: {who}{_last_words(place)}")
            yield Step(what, who, total)
            if what == "ready":
                return
    raise TwinError(f"twin {place.name} ended while it was being built{_last_words(place)}")


def _last_words(place: Folder) -> str:
    lines = (place.logs / "holder.log").read_text().strip().splitlines()
    return f": {lines[-1]}" if lines else ""


def down(place: Folder) -> bool:
    """End a twin and remove its folder; False: there was nothing."""
    if not place.path.exists():
        return False
    with suppress(TwinError):  # what does not answer is killed
        control.ask(place, "down")
    _end(place)
    return True


def _end(place: Folder) -> None:
    """Kill the holder if it lives, wait until all that it held is gone, and clean up."""
    state = place.read()
    if state and same_process(state.holder, state.holder_started):
        _kill(state)
    shutil.rmtree(place.secrets, ignore_errors=True)
    _remove(place.path)


def _kill(state: State) -> None:
    with suppress(ProcessLookupError):
        fd = os.pidfd_open(state.holder)
        if not select.select([fd], [], [], 2.0)[0]:  # it may be going by itself
            signal.pidfd_send_signal(fd, signal.SIGKILL)
            if not select.select([fd], [], [], DOWN_S)[0]:
                raise TwinError(f"twin {state.name}: process {state.holder} does not end")
        os.close(fd)
