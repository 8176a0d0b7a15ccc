"""Specs → a process that emulates them, and back to nothing; the folder's lock says whether it lives."""

from __future__ import annotations

import fcntl
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kgnet.emulate.device import Spec
from kgnet.emulate.keys import Folder, private
from kgnet.errors import TwinError

ANSWER_S = 30.0
END_S = 20.0
OURS = "kgnet-emulate"  # a file that marks a folder as one that `down` may remove
KEPT = {OURS, "secrets"}  # what may be there before we come


def root() -> Path:
    """Where emulations live that are given no folder: $XDG_STATE_HOME/kgnet/emulated."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "kgnet" / "emulated"


def folders() -> Iterator[Folder]:
    """Every emulation's folder below the usual place."""
    if root().is_dir():
        yield from (Folder(path) for path in sorted(root().iterdir()) if (path / OURS).exists())


def up(
    folder: Folder, specs: Iterable[Spec], *, outside: Mapping[str, int], speed: float = 1.0, seed: int = 0
) -> int:
    """Start to emulate; returns how many devices listen.  What a dead emulation has left is removed first."""
    with _owned(folder) as lock:
        plan = {
            "devices": [asdict(spec) for spec in specs],
            "outside": dict(outside),
            "speed": speed,
            "seed": seed,
        }
        private(folder.plan, json.dumps(plan))
        return _started(folder, lock)


@contextmanager
def _owned(folder: Folder) -> Iterator[int]:
    """The folder with its lock, swept; it is removed again if what follows fails."""
    folder.path.mkdir(parents=True, exist_ok=True, mode=0o700)
    mine = (folder.path / OURS).exists()
    if not mine and {path.name for path in folder.path.iterdir()} - KEPT:
        raise TwinError(f"{folder.path}: not empty, and no emulation's folder; name another one")
    (folder.path / OURS).touch()
    lock = os.open(folder.path / OURS, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise TwinError(
            f"{folder.path}: already emulated: kgnet emulate down --state {folder.path}"
        ) from None
    came_up = False
    try:
        _sweep(folder)
        yield lock
        came_up = True
    finally:
        if not came_up:
            shutil.rmtree(folder.path, ignore_errors=True)
        os.close(lock)


def _sweep(folder: Folder) -> None:
    """Remove what a dead emulation has left; the secrets and the lock are ours."""
    for path in folder.path.iterdir():
        if path.name in KEPT:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _started(folder: Folder, lock: int) -> int:
    heard, say = os.pipe()
    with folder.log.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "kgnet.emulate.holder", str(folder.path), str(say), str(lock)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=(say, lock), start_new_session=True,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        )  # fmt: skip
    os.close(say)
    folder.pid.write_text(str(process.pid))
    what = rest = ""
    try:
        with os.fdopen(heard) as words:
            what, _, rest = words.readline().strip().partition(" ")
    finally:
        if what != "ready":
            process.kill()
            process.wait()
    if what != "ready":
        raise TwinError(f"{folder.path}: {rest or _last_words(folder)}")
    process.returncode = 0  # it lives on, and is nobody's to wait for here
    return int(rest)


def _last_words(folder: Folder) -> str:
    lines = folder.log.read_text().strip().splitlines()
    return f"ended at once: {lines[-1]}" if lines else "ended at once"


def alive(folder: Folder) -> bool:
    """Whether a process holds the folder."""
    try:
        fd = os.open(folder.path / OURS, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def ask(folder: Folder, verb: str, **words: Any) -> dict[str, Any]:
    """Ask the process that emulates; TwinError with what it says if it cannot."""
    if not alive(folder):
        raise TwinError(f"{folder.path}: nothing is emulated there: kgnet emulate up")
    fd = os.open(folder.path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(ANSWER_S)
        try:
            line.connect(f"/proc/self/fd/{fd}/{folder.control.name}")
            line.sendall(json.dumps({"verb": verb, **words}).encode() + b"\n")
            told = line.makefile().readline()
        except OSError as reason:
            raise TwinError(f"{folder.path}: does not answer: {reason}") from reason
        finally:
            os.close(fd)
    if not told:
        raise TwinError(f"{folder.path}: gave no answer: see {folder.log}")
    answer: dict[str, Any] = json.loads(told)
    if "error" in answer:
        raise TwinError(answer["error"])
    return answer


def down(folder: Folder) -> bool:
    """End an emulation and remove its folder; False: there was none."""
    if not (folder.path / OURS).exists():
        return False
    pid = int(folder.pid.read_text()) if folder.pid.exists() else 0
    if alive(folder) and pid:
        process = os.pidfd_open(pid)
        with suppress(TwinError):  # what does not answer is killed
            ask(folder, "down")
        if not select.select([process], [], [], END_S)[0]:
            signal.pidfd_send_signal(process, signal.SIGKILL)
            select.select([process], [], [], END_S)
        os.close(process)
    shutil.rmtree(folder.path)
    return True
