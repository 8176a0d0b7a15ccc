"""A folder of configurations as a Git repository: what is in it, who changed it, what it was."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kgnet.errors import UsageError

TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?|\d+ [a-z]+ ago|yesterday|now")
FULL = re.compile("no space left|read-only|permission denied|quota", re.IGNORECASE)
ELSEWHERE = "make room there, or keep the backups in another folder"
FOREIGN = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY")  # of a hook that runs us


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository at *folder*; UsageError in Git's own words if it does not do as told."""

    folder: Path

    def make(self) -> None:
        """Make it if it is not there; nothing is left of one that could not be made."""
        new = [folder for folder in (self.folder, *self.folder.parents) if not folder.exists()]
        try:
            self.folder.mkdir(mode=0o750, parents=True, exist_ok=True)
            if not self.there():
                with tempfile.TemporaryDirectory(prefix=".new-", dir=self.folder) as place:
                    self._git("init", "-q", "-b", "main", Path(place).name)
                    Path(place, ".git").rename(self.folder / ".git")
        except OSError as reason:
            _remove(new)
            raise UsageError(f"{self.folder}: {reason.strerror} — {ELSEWHERE}") from reason
        except UsageError:
            _remove(new)
            raise

    def there(self) -> bool:
        """Tell whether the folder is a repository of its own; UsageError if what there is of it is broken."""
        if not (self.folder / ".git").exists():
            return False
        asked = self._run("rev-parse", "--show-cdup")
        if asked.returncode != 0 or asked.stdout.strip():
            words = (asked.stderr.strip().splitlines() or ["fatal: it is part of another one"])[0]
            raise UsageError(
                f"{self.folder / '.git'}: is no whole repository: {words} — repair it, or move it away: "
                "the next backup makes a new one"
            )
        return True

    def changed(self, names: Sequence[str]) -> list[str]:
        """Return those of the files that are new or differ from the last commit, sorted."""
        if not names:
            return []
        told = self._git("status", "--porcelain", "--untracked-files=all", "-z", "--", *names)
        return sorted(entry[3:] for entry in told.split("\0") if entry)

    def commit(self, names: Sequence[str], message: str, author: str) -> str:
        """Commit these files, *author* being `name <address>`; return the commit's short name."""
        self._git("add", "--", *names)
        words = ("commit", "-q", "-m", message, "--author", author, "--", *names)
        self._git(*self._committer(), *words)
        return self._git("rev-parse", "--short", "HEAD").strip()

    def text(self, name: str, revision: str = "HEAD") -> str:
        """Return a file as it was at *revision*: a commit, or a time as Git reads it, `@{yesterday}`."""
        place = f"{self._commit(revision)}:./{name}"
        if self._run("cat-file", "-e", place).returncode != 0:
            raise UsageError(f"{self.folder}: holds no {name} at {revision}")
        return self._git("show", place)

    def difference(self, names: Sequence[str]) -> str:
        """Return what the last commit changed in these files, as a unified diff."""
        return self._git("show", "--format=", "--no-color", "--unified=2", "HEAD", "--", *names)

    def _commit(self, revision: str) -> str:
        """Return the commit that *revision* means: by name, or the last one before a date."""
        if self._run("rev-parse", "-q", "--verify", f"{revision}^{{commit}}").returncode == 0:
            return revision
        if not TIME.fullmatch(revision):  # Git takes any word for a time: for now
            raise UsageError(f"{self.folder}: has no commit {revision!r}, and that is no time either")
        found = self._git("rev-list", "-1", f"--before={revision}", "HEAD").strip()
        if not found:
            raise UsageError(f"{self.folder}: has no commit {revision!r} and none before such a time")
        return found

    def _committer(self) -> list[str]:
        """Return options that name a committer where the user has none."""
        if self._run("config", "user.email").returncode == 0:
            return []
        return ["-c", "user.name=kgnet", "-c", f"user.email=kgnet@{socket.gethostname()}"]

    def _git(self, *argv: str) -> str:
        done = self._run(*argv)
        if done.returncode != 0:
            words = (done.stderr or done.stdout).strip().splitlines() or ["without a word"]
            verb = next(word for word in argv if not word.startswith(("-", "user.")))
            remedy = f" — {ELSEWHERE}" if FULL.search(words[-1]) else ""
            raise UsageError(f"{self.folder}: git {verb} failed: {words[-1]}{remedy}")
        return done.stdout

    def _run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        environment["GIT_CEILING_DIRECTORIES"] = str(self.folder.resolve().parent)  # not one further up
        try:
            return subprocess.run(
                ["git", "-C", str(self.folder), *argv],
                capture_output=True,
                text=True,
                check=False,
                env=environment,
            )
        except FileNotFoundError as reason:
            raise UsageError("git is not installed — apt install git") from reason


def _remove(folders: Iterable[Path]) -> None:
    """Remove the folders that are empty, the innermost first."""
    with suppress(OSError):
        for folder in folders:
            folder.rmdir()
