"""A Git repository of configurations, bare or not, read as it was at a commit: nothing of it is ever run.

Somebody else's repository may name programs in its settings.  What is asked here are objects only: no work
tree, index, filter, hook, pager, signature or remote has a part in that (git-cat-file(1), git-ls-tree(1)).
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from kgnet.errors import UsageError

TIME = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?)?")
REVISION = re.compile(r"[\w@][\w.@{}~^/:+-]*")
OWN = {"GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}  # the rest of GIT_* is left out
QUIET = ("-c", "core.fsmonitor=false", "-c", "log.showSignature=false", "-c", "protocol.allow=never")
BLOBS = ("100644", "100755")  # modes of files; links and submodules are none


@dataclass(frozen=True, slots=True)
class Blob:
    """A file of a commit: *name* is that of its content."""

    path: PurePosixPath
    name: str
    size: int


def is_repository(folder: Path) -> bool:
    """Whether *folder* is a bare repository, told by what Git itself looks for (gitrepository-layout(5))."""
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir()


def commit(repository: Path, revision: str) -> str:
    """Return the full name of the commit that *revision* means: by name, or the last one before a time.

    UsageError if there is none.
    """
    if TIME.fullmatch(revision):
        when = revision if len(revision) > len("2026-01-31") else f"{revision} 23:59:59"
        found = _git(repository, "rev-list", "-1", f"--before={when}", "HEAD").strip()
        if not found:
            raise UsageError(f"{repository}: has no commit before {when}")
        return found
    done = _run(repository, "rev-parse", "-q", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    if not REVISION.fullmatch(revision) or done.returncode:
        words = done.stderr.strip().splitlines()
        why = f": {words[-1]}" if words else ""
        raise UsageError(f"{repository}: has no commit {revision!r}{why} — a name, or a day like 2026-01-31")
    return done.stdout.strip()


def tree(repository: Path, revision: str) -> tuple[Blob, ...]:
    """Return the files of a commit, those in its folders too."""
    told = _git(repository, "ls-tree", "-r", "-l", "-z", "--full-tree", revision)
    return tuple(
        Blob(PurePosixPath(path), name, int(size))
        for entry in filter(None, told.split("\0"))
        for about, _, path in [entry.partition("\t")]
        for mode, _, name, size in [about.split()]
        if mode in BLOBS
    )


def content(repository: Path, name: str) -> bytes:
    """Return the content that Git calls *name*."""
    try:
        return subprocess.run(
            _argv(repository, "cat-file", "blob", name), capture_output=True, check=True, env=_environment()
        ).stdout
    except subprocess.CalledProcessError as reason:
        raise UsageError(
            f"{repository}: git cannot read {name}: {reason.stderr.decode().strip()}"
        ) from reason


def changed(repository: Path, revision: str) -> dict[PurePosixPath, datetime]:
    """Return when each file was last changed by a commit, as of *revision*."""
    told = _git(
        repository,
        *("log", "-m", "--first-parent", "--no-renames", "--name-only", "-z", "--format=%x01%ct", revision),
    )
    return dict(reversed(list(_dated(told))))


def _dated(told: str) -> Iterator[tuple[PurePosixPath, datetime]]:
    """Yield the files of each commit with its time, the newest first."""
    for entry in told.split("\x01")[1:]:
        time, _, names = entry.partition("\0")
        when = datetime.fromtimestamp(int(time), UTC)
        yield from (
            (PurePosixPath(name.lstrip("\n")), when) for name in names.split("\0") if name.strip("\n")
        )


def _argv(repository: Path, *argv: str) -> list[str]:
    place = repository if is_repository(repository) else repository / ".git"
    return ["git", f"--git-dir={place}", "--no-pager", *QUIET, *argv]


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, **OWN}


def _git(repository: Path, *argv: str) -> str:
    done = _run(repository, *argv)
    if done.returncode:
        words = done.stderr.strip().splitlines() or ["without a word"]
        raise UsageError(f"{repository}: git {argv[0]} failed: {words[-1]}")
    return done.stdout


def _run(repository: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            _argv(repository, *argv),
            capture_output=True,
            text=True,
            errors="surrogateescape",
            check=False,
            env=_environment(),
        )
    except FileNotFoundError as reason:
        raise UsageError("git is not installed — apt install git") from reason
