"""configs → a Git repository: one commit a run, in which only complete texts stand, and none of a secret."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kgnet.errors import UsageError
from kgnet.files import write
from kgnet.model.config import Config

SUFFIX = ".cfg"
FOREIGN = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY")  # of a hook that runs us


@dataclass(frozen=True, slots=True)
class Kept:
    """What a backup changed in the repository."""

    commit: str  # short; "" if there was nothing to commit
    changed: tuple[str, ...]  # devices
    strangers: tuple[str, ...]  # files in the folder that no wanted device owns


def backup(
    configs: Sequence[Config], folder: Path, *, missed: Mapping[str, str], devices: Sequence[str] = ()
) -> Kept:
    """Write one file a device into *folder* and commit what changed.

    *missed* are devices that gave no whole text, with the reason: their former file stays as it is.
    Files of none of *devices* are told, and left alone.
    """
    _repository(folder)
    for config in configs:
        write(folder / f"{config.device}{SUFFIX}", str(config))
    names = [f"{config.device}{SUFFIX}" for config in configs]
    changed = _changed(folder, names)
    if changed:
        files = [f"{device}{SUFFIX}" for device in changed]
        _git(folder, "add", "--", *files)
        _git(
            folder,
            *_identity(folder),
            "commit",
            "-q",
            "-m",
            message(changed, len(configs), missed),
            "--",
            *files,
        )
    commit = _git(folder, "rev-parse", "--short", "HEAD").strip() if changed else ""
    known = {f"{device}{SUFFIX}" for device in (*devices, *(config.device for config in configs))}
    strangers = sorted(path.name for path in folder.glob(f"*{SUFFIX}") if path.name not in known)
    return Kept(commit, tuple(changed), tuple(strangers if devices else ()))


def message(changed: Sequence[str], asked: int, missed: Mapping[str, str]) -> str:
    """Return what the history tells: how many changed on the first line, then which, then who was missed."""
    first = f"{len(changed)} of {asked + len(missed)} devices changed"
    if len(changed) <= 3:
        first += f": {', '.join(changed)}"
    lines = [first, "", *(f"changed: {device}" for device in changed)]
    lines += [f"missed: {device}: {reason}" for device, reason in missed.items()]
    return "\n".join(lines) + "\n"


def _repository(folder: Path) -> None:
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    if not (folder / ".git").exists():
        _git(folder, "init", "-q", "-b", "main")


def _changed(folder: Path, names: Sequence[str]) -> list[str]:
    """Return the devices whose file is new or differs from the last commit."""
    if not names:
        return []
    listed = _git(folder, "status", "--porcelain", "--untracked-files=all", "-z", "--", *names).split("\0")
    return sorted(entry[3:].removesuffix(SUFFIX) for entry in listed if entry)


def _identity(folder: Path) -> list[str]:
    """Return options that name a committer where the user has none."""
    if _run(folder, "config", "user.email").returncode == 0:
        return []
    return ["-c", "user.name=kgnet", "-c", f"user.email=kgnet@{socket.gethostname()}"]


def _git(folder: Path, *argv: str) -> str:
    done = _run(folder, *argv)
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip().splitlines() or ["without a word"]
        verb = next(word for word in argv if not word.startswith(("-", "user.")))
        raise UsageError(f"{folder}: git {verb} failed: {words[-1]}")
    return done.stdout


def _run(folder: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *argv], capture_output=True, text=True, check=False, env=environment
        )
    except FileNotFoundError as reason:
        raise UsageError("git is not installed — apt install git") from reason
