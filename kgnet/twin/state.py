"""Where a twin keeps what outlives a command: one folder a twin, and whether a twin in it is alive.

A twin is alive as long as its holder holds the lock; the kernel lets go of it however the holder ends.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from kgnet.errors import TwinError
from kgnet.twin import linux


@dataclass(frozen=True, slots=True)
class State:
    """A running twin as its holder wrote it down; pids are those of the host."""

    name: str
    holder: int
    holder_started: int  # clock ticks since boot
    nodes: dict[str, int] = field(default_factory=dict)
    desks: list[str] = field(default_factory=list)
    ready: bool = False


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of one twin."""

    path: Path

    @property
    def name(self) -> str:
        """The twin's name."""
        return self.path.name

    @property
    def secrets(self) -> Path:
        """Where kgnet inside the twin finds the secrets that the intent names."""
        return self.path / "secrets"

    @property
    def ssh_key(self) -> Path:
        """The private key that root of every node accepts."""
        return self.path / "ssh_key"

    @property
    def known_hosts(self) -> Path:
        """Every node's host key, by name and by address."""
        return self.path / "known_hosts"

    @property
    def logs(self) -> Path:
        """What the holder and the relay had to say."""
        return self.path / "logs"

    @property
    def work(self) -> Path:
        """The nodes' own files; in memory where the kernel can."""
        return self.path / "work"

    @property
    def blueprint(self) -> Path:
        """What it was built from."""
        return self.path / "blueprint.json"

    @property
    def inventory(self) -> Path:
        """A file that names the inventory it was designed from, if it was."""
        return self.path / "inventory"

    @property
    def socket(self) -> Path:
        """Where the holder listens."""
        return self.path / "control"

    def environment(self) -> dict[str, str]:
        """What kgnet and ansible need to find in their environment when they run inside.

        Ansible's control sockets are named for addresses, which two twins share: each has its own folder.
        """
        inventory = self.inventory.read_text() if self.inventory.exists() else ""
        return ({"KGNET_INVENTORY": inventory} if inventory else {}) | {
            "KGNET_TWIN": self.name,
            "KGNET_TWIN_DIR": str(self.path.parent),
            "KGNET_SECRETS": str(self.secrets),
            "KGNET_SSH_KEY": str(self.ssh_key),
            "KGNET_KNOWN_HOSTS": str(self.known_hosts),
            "KGNET_STATE": str(self.path / "results"),
            "ANSIBLE_SSH_CONTROL_PATH_DIR": str(self.path / "cp"),
        }

    def write(self, state: State) -> None:
        """Write the state down, whole or not at all."""
        new = self.path / "state.json.new"
        new.write_text(json.dumps(asdict(state)))
        new.rename(self.path / "state.json")

    def read(self) -> State | None:
        """What was last written, if anything was."""
        try:
            return State(**json.loads((self.path / "state.json").read_text()))
        except FileNotFoundError:
            return None

    def lock(self, kind: int = fcntl.LOCK_EX) -> int | None:
        """Take the lock and return its file descriptor; None: somebody else has it."""
        fd = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return None
        return fd

    def alive(self) -> bool:
        """Whether a twin runs here (or is being built)."""
        if not (self.path / "lock").exists():
            return False
        if (fd := self.lock(fcntl.LOCK_SH)) is None:  # shared: two who ask do not see each other
            return True
        os.close(fd)
        return False

    def running(self) -> State:
        """The state of the twin that runs here; TwinError if none does."""
        state = self.read() if self.alive() else None
        if state is None:
            raise TwinError(f"twin {self.name} is not running: kgnet twin up --name {self.name}")
        return state


def same_process(pid: int, started: int) -> bool:
    """Whether *pid* is still the process that started then."""
    try:
        return linux.started_at(pid) == started
    except (FileNotFoundError, ProcessLookupError):
        return False


def root() -> Path:
    """Where twins live: $KGNET_TWIN_DIR, or $XDG_STATE_HOME/kgnet/twins."""
    if chosen := os.environ.get("KGNET_TWIN_DIR"):
        return Path(chosen).absolute()
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "kgnet" / "twins"


def folder(name: str) -> Folder:
    """The folder of the twin of that name, whether it is there or not."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}", name):
        raise TwinError(f"twin name {name!r}: letters, digits, dot, dash and underscore only, 63 at most")
    return Folder(root() / name)


def folders() -> Iterator[Folder]:
    """Every twin's folder, living or left over."""
    if root().is_dir():
        yield from (Folder(path) for path in sorted(root().iterdir()) if (path / "lock").exists())
