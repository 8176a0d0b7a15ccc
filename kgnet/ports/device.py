"""The shapes of what speaks to devices: drivers, platforms, transactions; see the package for the rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any, Protocol

from kgnet.errors import Unreachable
from kgnet.model.config import Config
from kgnet.model.fleet import Device
from kgnet.model.managed import Release
from kgnet.model.outcome import Change
from kgnet.model.province import Role
from kgnet.model.suspects import ANYWHERE, Suspects, searched
from kgnet.ports.reading import Reading, gives

# ── drivers ─────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Output:
    """What a command gave: *code* 0 is success."""

    code: int
    out: str
    err: str


class Session(Protocol):
    """A live conversation with one device."""

    def run(self, argv: Sequence[str], *, stdin: str = "", timeout_s: float = 30.0) -> Output:
        """Run *argv* on the device, without a shell of ours; Unreachable if the line breaks.

        A device with a command line of its own takes one word, the whole command: `("show version",)`;
        code 1 means that it answered with one of its platform's refusals.
        """


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a service of a device is found, when not at its management address."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Access:
    """How the operator gets in: files and names, never the secrets themselves."""

    user: str = "root"
    key_file: str | None = None
    known_hosts: str | None = None
    port: int = 22
    timeout_s: float = 10.0
    password_file: str | None = None  # for devices that know no keys; also answers TACACS-style prompts
    ssh_config: str | None = None  # OpenSSH's own client file: jump hosts, ciphers
    ca_file: str | None = None  # who signs the certificates of devices that are spoken to over TLS
    endpoints: Mapping[tuple[str, str], Endpoint] = field(default_factory=dict)  # device, ssh|netconf|https
    logins: int = 16  # at the same time, in one process: AAA servers have only so many
    logins_per_s: float = 0.0  # 0: as fast as they go

    def endpoint(self, device: Device, service: str, port: int) -> Endpoint:
        """Return where *service* of *device* is: as told, or *port* of its management address if nothing is.

        Unreachable if only others are told: who rehearses on emulated devices reaches no real one.
        """
        if not self.endpoints:
            return Endpoint(str(device.management), port)
        if (device.name, service) not in self.endpoints:
            why = f"its {service} is none of those told here — leave it out, or tell it by KGNET_ENDPOINTS"
            raise Unreachable(device.name, why)
        return self.endpoints[device.name, service]

    def told(self, device: Device) -> bool:
        """Return whether somebody said where *device* is, e.g. an emulated one."""
        return any(name == device.name for name, _ in self.endpoints)


@dataclass(frozen=True, slots=True)
class Driver:
    """Opens sessions: `with driver.open(device, access) as session`."""

    name: str
    open: Callable[[Device, Access], AbstractContextManager[Session]]


# ── platforms ───────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Reader:
    """Makes the fact *fact* of what a command printed; raises ReadError on what it does not know.

    Where the command fails, *fact* is missing. *roles* are the devices to ask it of (empty: all).
    *also* are further facts that the same words tell.
    """

    fact: type
    read: Callable[[str], object]
    roles: tuple[Role, ...] = ()
    also: Mapping[type, Callable[[str], object]] = field(default_factory=dict)

    @property
    def facts(self) -> tuple[type, ...]:
        return (self.fact, *self.also)

    def __call__(self, text: str) -> tuple[object, ...]:
        return (self.read(text), *(read(text) for read in self.also.values()))


def _nothing(device: Device) -> Mapping[str, Any]:
    return {}


Path = tuple[str, ...]  # the lines of the blocks that a line stands in, outermost first
Typed = Callable[[tuple[Change, ...], str, str], tuple[str, ...]]  # changes, have, want → commands


def _never(path: Path) -> bool:
    return False


def _always(path: Path) -> bool:
    return True


def _nowhere(path: Path) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a configuration, and what the device wants done with it.

    *show* prints the running text; *canonical* strips from it what is not configuration and puts what a
    device may print in any order into one, so that rendered and printed text can be the same.

    *commands* are what one types to make changes, the last word of a *Path* below being the line itself.
    A part without them is loaded as a whole text: *check* judges a candidate file without loading it;
    *load* makes it the running configuration; *save* lets that survive a restart.  ``{file}`` stands for the
    candidate's path on the device, ``{folder}`` for its private folder; in *save* too: it is what was loaded.
    """

    name: str
    template: str
    show: tuple[str, ...]
    read: Callable[[str, str], Iterable[object]] | Reading  # text, part → facts, lines counted in that text
    check: tuple[str, ...] = ()
    load: tuple[str, ...] = ()
    save: tuple[tuple[str, ...], ...] = ()  # the last puts in place what those before wrote
    canonical: Callable[[str], str] = str
    prepare: Callable[[Device], Mapping[str, Any]] = _nothing  # names for the template, beside `device`
    closers: tuple[str, ...] = ()  # lines that do not count, e.g. "exit", which only closes a block
    ordered: Callable[[Path], bool] = _never  # is the order of this block's lines meant?
    opaque: Callable[[Path], bool] = _never  # is this block one text: a banner, a certificate?
    owns: Callable[[Path], bool] = _always  # does the intent speak for this line?  others are left alone
    permanent: Callable[[Path], bool] = _never  # is this block always there (a port), empty as good as none?
    close: Callable[[Path], str] = _nowhere  # asked of every line: what closes its block in print, "": none
    indent: str = " "  # of the canonical text, one level
    commands: Typed | None = None
    spelled: Typed | None = None  # the same for lines that the intent does not speak for, too: a remedy's
    ending: str = ""  # how a whole printed text ends (a regular expression); what does not is a torn one
    opening: str = ""  # how a printed text begins, where ours does not: it has to have the *ending*, too
    released: re.Pattern[str] | None = None  # the line of the `version`, or `series`; *canonical* omits it
    releases: str = ""  # what each such line begins with, a line feed before it: few texts are searched
    silent_check: bool = False  # anything on stderr of the check is a refusal, whatever the exit code

    @property
    def facts(self) -> frozenset[type]:
        """Return every fact that its text may tell."""
        return gives(self.read) | ({Release} if self.released else frozenset())


@dataclass(frozen=True, slots=True)
class Platform:
    """An operating system of devices."""

    name: str
    driver: str
    parts: tuple[Part, ...]
    state: Mapping[tuple[str, ...], Reader] = field(default_factory=dict)  # command → reader of live facts
    secrets: tuple[re.Pattern[str], ...] = ()  # group 1 is the secret itself
    within: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = ()  # a secret only in the text before it
    suspects: Suspects | None = None  # finds the same sooner, by lines; None: any may have some
    blind: tuple[re.Pattern[str], ...] = ()  # those kept in a form that nobody foresees: never compared
    transaction: str = "guard"
    dialect: str = ""  # the name that the driver's library has for it: NAPALM's "ios", Netmiko's "huawei"
    refusals: tuple[re.Pattern[str], ...] = ()  # what it prints instead of an exit code: "% Invalid input"
    ports: Callable[[Device], Mapping[str, str]] = _nothing  # interface as designed → as the device calls it
    session: tuple[str, ...] = ()  # what its driver types by itself before anything is asked
    signs: re.Pattern[str] | None = None  # finds what only its text has: whose text is this?
    kinds: tuple[str, ...] = ()  # what lists of collectors call it: RANCID's type, Oxidized's model
    snmp_digest: str = "SHA-256"  # by which its agent authenticates, of `kgnet.wire.snmp.DIGESTS`
    whole: bool = True  # the templates print all of it, so that all else may be removed (`--replace`)

    @property
    def facts(self) -> frozenset[type]:
        """Return every fact that one can learn of it, from its configuration or while it runs."""
        running = (fact for reader in self.state.values() for fact in reader.facts)
        return frozenset(running).union(*(part.facts for part in self.parts))

    def redacted(self, text: str, mark: Callable[[str], str] | None = None) -> str:
        """Return *text* with `<secret>` in place of every secret, or `<secret MARK>` of its value."""

        def hidden(found: re.Match[str]) -> str:
            whole, value, begin = found[0], found[1], found.start()
            if value.startswith("<secret") and "\n" not in value:
                return whole
            told = value if value.startswith("<secret") else f"<secret {mark(value)}>" if mark else "<secret>"
            told += "\n" * (value.count("\n") - told.count("\n"))  # all that follows stays in its line
            return f"{whole[: found.start(1) - begin]}{told}{whole[found.end(1) - begin :]}"

        def inside(pattern: re.Pattern[str], block: re.Match[str]) -> str:
            return pattern.sub(hidden, block[0])

        if self.suspects:
            return self.suspects.searched(text, hidden)
        text = f"\n{text}"  # so that each line has a line feed before it
        for pattern in self.blind:
            text = pattern.sub(lambda found: found[0].replace(found[1], "<secret>"), text)
        for around, pattern in self.within:
            text = around.sub(partial(inside, pattern), text)
        return ANYWHERE.searched(searched(text, self.secrets, hidden), hidden)[1:]


# ── transactions ────────────────────────────────────────────────────────────


def _equal(want: Config, running: Config) -> bool:
    return want.parts == running.parts


@dataclass(frozen=True, slots=True)
class Candidate:
    """What shall become of one device, with everything that a transaction may need; secrets stand in it."""

    device: Device
    platform: Platform
    parts: tuple[Part, ...]  # those that change
    want: Config
    have: Config
    commands: tuple[str, ...]  # from have to want, where the parts have commands
    undo: tuple[str, ...]  # and back
    token: str  # names this change on the device: 16 hexadecimal digits
    owner: str  # who changes it, for whom finds it locked
    save: bool  # survive a restart
    hide: Callable[[str], str]  # takes this candidate's secrets out of what a device says
    same: Callable[[Config, Config], bool] = _equal  # want, running: is nothing left to do between them?


class Ended(StrEnum):
    """How a change ended, as the device itself can tell."""

    PENDING = "pending"  # loaded and not confirmed: the device will take it back
    CONFIRMED = "confirmed"
    RESTORED = "restored"
    TIMED_OUT = "restored by its own timer"
    BROKEN = "restore failed"  # the old text runs again, but a restart may bring another
    UNKNOWN = "unknown"  # it does not tell, or was restarted: compare its text


@dataclass(frozen=True, slots=True)
class Transaction:
    """How a device is changed so that it cannot stay half changed; every step takes session and candidate.

    hold      lock the device, bring the candidate, let the device judge it.  Refused: nothing was changed
    load      make it the running configuration, which the device takes back by itself in *confirm_s*
              seconds, whatever becomes of us, of the network or of its power.  Refused: nothing was
              changed; any other DeviceError: some of it may run
    confirm   keep it, in the startup configuration too if the candidate says so, and unlock.
              Refused: it was too late, or it cannot be kept
    restore   take it back now, and unlock
    free      unlock a device on which nothing was loaded
    ended     tell how this change ended
    reaches   tell which of the addresses answer the device's ping

    hold and load come over one session, each of the others over one of its own.
    """

    name: str
    hold: Callable[[Session, Candidate], None]
    load: Callable[[Session, Candidate, int], None]
    confirm: Callable[[Session, Candidate], None]
    restore: Callable[[Session, Candidate], None]
    free: Callable[[Session, Candidate], None]
    ended: Callable[[Session, Candidate], Ended]
    reaches: Callable[[Session, Iterable[str]], frozenset[str]]
    least_s: int = 10  # the shortest time that it can wait for the confirmation; it is rounded up to it
