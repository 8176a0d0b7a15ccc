"""A folder of configurations as a Git repository: what is in it, who changed it, what it was."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kgnet.errors import UsageError

TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?|\d+ [a-z]+ ago|yesterday|now")
FOREIGN = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY")  # of a hook that runs us


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository at *folder*; UsageError in Git's own words if it does not do as told."""

    folder: Path

    def make(self) -> None:
        """Make it if it is not there."""
        self.folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        if not (self.folder / ".git").exists():
            self._git("init", "-q", "-b", "main")

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
            raise UsageError(f"{self.folder}: git {verb} failed: {words[-1]}")
        return done.stdout

    def _run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
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
