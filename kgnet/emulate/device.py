"""What every emulated device has, whatever its dialect: files, timers, users, a log, and sessions on it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, ClassVar

from kgnet.emulate.clock import Clock
from kgnet.emulate.faults import Fault, Faults
from kgnet.emulate.world import Agreement, Peer, Port

if TYPE_CHECKING:
    from kgnet.emulate.world import World


@dataclass(frozen=True, slots=True)
class Ask:
    """What a command asks the person who typed it; the answer comes back from `yield`."""

    prompt: str
    hidden: bool = False  # a password: not echoed
    key: bool = False  # one key answers, without Enter
    text: bool = False  # lines of a text: where lines come from a file, it goes on there


Turn = Generator[Ask, str, str]  # a command that asks: yields questions, is sent answers, returns its output
Reply = str | Turn


class Dropped(ConnectionError):
    """The connection to the device breaks here."""


@dataclass(frozen=True, slots=True)
class Spec:
    """A device to emulate."""

    name: str
    dialect: str  # the platform's name: cisco_ios
    startup: str = ""  # its startup configuration; empty: as out of the box, see `bare`
    management: str = ""  # address/length of its management port, e.g. 10.0.0.1/24
    gateway: str = ""  # of the management network
    operator: str = ""  # the address that logins come from, for lists of who may; empty: nobody asks
    user: str = "admin"
    password: str = "admin"
    ports: tuple[str, ...] = ()  # physical ports beside those that the model has
    aaa: Mapping[str, str] = field(default_factory=dict)  # users that the province's AAA servers know
    boot_s: float = 0.0  # of the device's clock, between a restart and the first login
    services: tuple[str, ...] = ()  # the transports to offer; empty: all that the dialect speaks


@dataclass(frozen=True, slots=True)
class Seen:
    """What the world sees of a device."""

    ports: tuple[Port, ...]
    peers: tuple[Peer, ...]
    agreements: tuple[Agreement, ...]
    hops: tuple[str, ...]


@dataclass(slots=True)
class Session:
    """Somebody who is logged in; a dialect keeps what it likes in *memory*."""

    user: str
    number: int
    since: float  # Unix time
    remote: str = "127.0.0.1"
    privilege: int = 15
    width: int = 80
    length: int = 24  # lines of a page; 0: no paging
    modes: list[Any] = field(default_factory=list)  # where in the configuration it stands, outermost first
    memory: dict[str, Any] = field(default_factory=dict)
    closed: bool = False  # set it to log out
    drop: Callable[[], object] = lambda: None  # breaks the connection, from outside


class Device(ABC):
    """One emulated device; a dialect is a class below it."""

    dialect: ClassVar[str]
    services: ClassVar[tuple[str, ...]] = ("ssh",)  # ssh, netconf, https
    newline: ClassVar[str] = "\r\n"
    more: ClassVar[str] = " --More-- "
    echo: ClassVar[bool] = True
    ssh_version: ClassVar[str] = "OpenSSH_8.0"
    kex: ClassVar[tuple[str, ...]] = ()  # key exchanges beside the usual ones

    def __init__(self, spec: Spec, clock: Clock, *, folder: Path | None = None, seed: int = 0) -> None:
        self.spec = spec
        self.name = spec.name
        self.clock = clock
        self.folder = folder  # what survives a restart of the process; None: nothing does
        self.seed = seed
        self.random = Random(f"{seed}/{spec.name}")  # noqa: S311  # the same in every run
        self.faults = Faults()
        self.files: dict[str, bytes] = {}  # what survives a restart of the device
        self.sessions: list[Session] = []
        self.log: list[str] = []
        self.trace: list[str] = []  # every configuration line that was stored, in order
        self.watchers: list[Callable[[], object]] = []  # called after every change of the configuration
        self.generation = 0  # of the configuration
        self.world: World | None = None
        self.ready_at = 0.0
        self.booted_at = clock.now()
        self._numbers = 0
        self._seen: tuple[int, Seen] | None = None
        self.load_files()

    # ── what a dialect must say ─────────────────────────────────────────────

    @classmethod
    @abstractmethod
    def bare(cls, spec: Spec) -> str:
        """The startup configuration of a device that nobody has provisioned: it can be logged in to."""

    @abstractmethod
    def boot(self) -> None:
        """Make the running configuration of what was saved; called at start and at every restart."""

    @abstractmethod
    def running(self) -> str:
        """The running configuration as the device prints it, without header."""

    @abstractmethod
    def startup(self) -> str:
        """The configuration that the next boot loads."""

    @abstractmethod
    def prompt(self, session: Session) -> str:
        """The prompt, with the space behind it where the device prints one."""

    @abstractmethod
    def execute(self, session: Session, line: str) -> Reply:
        """Do what was typed; the answer ends without a line break unless there is a blank line."""

    @abstractmethod
    def login(self, user: str, password: str) -> int | None:
        """Return the privilege of *user*, or None if the password is not theirs."""

    # ── what a dialect may say ──────────────────────────────────────────────

    def greeting(self, session: Session) -> str:
        """What is printed before the first prompt."""
        return ""

    def banner(self) -> str:
        """What SSH shows before the login."""
        return ""

    def begin(self, session: Session) -> None:  # noqa: B027  # most have nothing to do
        """A session begins: set its modes."""

    def end(self, session: Session) -> None:  # noqa: B027
        """A session ended, however: give back its locks and candidates."""

    def key(self, session: Session, key: str, typed: str) -> str | None:
        """Return the line that a control character stands for (then it is executed), or None.

        *typed* is what stands on the line.  Ctrl-C empties the line where nothing else is said.
        """
        return "" if key == "\x03" else None

    def invalid(self, session: Session, line: str) -> str:
        """The vendor's words for a line that it does not know."""
        return f"invalid input: {line}"

    def reachable(self) -> bool:
        """Whether its configuration lets anybody log in over the network at all."""
        return True

    def put(self, user: str, path: str, data: bytes) -> str:
        """Store a file that came by SCP; returns what is wrong, or nothing."""
        if self.faults.take("full", path):
            return "No space left on device"
        self.files[path] = data
        return ""

    def get(self, user: str, path: str) -> bytes | None:
        """The file that SCP asks for."""
        return self.files.get(path)

    def ports(self) -> tuple[Port, ...]:
        """The interfaces with their addresses, for the world."""
        return ()

    def peers(self) -> tuple[Peer, ...]:
        """The BGP neighbours that are configured, for the world."""
        return ()

    def agreements(self) -> tuple[Agreement, ...]:
        """What else must be configured at both ends: BFD, OSPF, LLDP; for the world."""
        return ()

    def hops(self) -> tuple[str, ...]:
        """The next hops of static routes, for the world."""
        return ()

    def netconf(self, user: str) -> Callable[[Any, Any], Awaitable[None]] | None:
        """Who serves the NETCONF subsystem for *user*: a coroutine of reader and writer (bytes)."""
        return None

    async def https(self, request: Any) -> Any:
        """Answer an aiohttp request with an aiohttp response."""
        raise NotImplementedError(f"{self.dialect} speaks no HTTPS")

    # ── what the core does ──────────────────────────────────────────────────

    def note(self, words: str) -> None:
        """Write a line into the device's log."""
        self.log.append(f"{self.clock.moment():%Y-%m-%dT%H:%M:%S.%f}Z {words}")

    def changed(self, line: str) -> None:
        """Tell that *line* has changed the running configuration: call it after every stored line."""
        self.trace.append(line)
        self.generation += 1
        self._tell()

    def _tell(self) -> None:
        if self.world:
            self.world.look_again(self.name)
        for watcher in self.watchers:
            watcher()

    def seen(self) -> Seen:
        """What others see of its configuration; looked for anew only when that has changed."""
        if self._seen is None or self._seen[0] != self.generation:
            self._seen = (self.generation, Seen(self.ports(), self.peers(), self.agreements(), self.hops()))
        return self._seen[1]

    def unsaved(self) -> bool:
        """Whether a restart would lose something."""
        return self.running().split() != self.startup().split()

    def up(self) -> bool:
        """Whether it has booted and lets people in."""
        return self.clock.now() >= self.ready_at and self.reachable()

    def reboot(self, why: str = "reload") -> None:
        """Restart: everybody is thrown out, what was not saved is lost."""
        self.note(f"restarts: {why}")
        for session in tuple(self.sessions):
            self.leave(session)
            session.drop()
        self.ready_at = self.clock.now() + self.spec.boot_s
        self.booted_at = self.clock.now()
        self.generation += 1
        self.boot()
        self._tell()

    def enter(self, user: str, privilege: int, remote: str = "127.0.0.1") -> Session:
        """Somebody has logged in."""
        self._numbers += 1
        least = 1 if self.faults.take("privilege", user) else privilege
        session = Session(user, self._numbers, self.clock.now(), remote, least)
        self.sessions.append(session)
        self.begin(session)
        self.note(f"{user} logs in from {remote}")
        return session

    def leave(self, session: Session) -> None:
        """Somebody's connection has ended."""
        if session in self.sessions:
            self.sessions.remove(session)
            session.closed = True
            self.end(session)
            self.note(f"{session.user} is gone")

    def order(self, kind: str, at: str = "", *, skip: int = 0, times: int = 1, value: str = "") -> Fault:
        """Order a fault; see `faults.KINDS`."""
        self.note(f"fault ordered: {kind} {at}")
        return self.faults.order(Fault(kind, at, skip, times, value))

    def save_files(self) -> None:
        """Write what survives a restart into the folder."""
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, data in self.files.items():
            path = self.folder / name.replace("/", "%")
            fresh = path.with_name(path.name + ".new")
            fresh.write_bytes(data)
            fresh.replace(path)
        for path in self.folder.iterdir():
            if path.name.replace("%", "/") not in self.files:
                path.unlink()

    def load_files(self) -> None:
        for path in self.folder.iterdir() if self.folder and self.folder.is_dir() else ():
            if not path.name.endswith(".new"):
                self.files[path.name.replace("%", "/")] = path.read_bytes()

    def first_startup(self) -> str:
        """The startup configuration that the device was delivered with."""
        return self.spec.startup or self.bare(self.spec)
