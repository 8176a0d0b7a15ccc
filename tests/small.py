"""Small offices' devices for tests: what is wanted of one, an emulated one, and a session typed into it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from ipaddress import ip_address, ip_network

from kgnet import collect, paths
from kgnet.deploy import Health, Terms, Timing, Tools
from kgnet.emulate.clock import Clock
from kgnet.emulate.device import Device as Emulated
from kgnet.emulate.device import Dropped, Spec
from kgnet.emulate.dialects import dialect
from kgnet.emulate.terminal import Terminal
from kgnet.errors import Unreachable
from kgnet.model.administration import AaaServers, LocalAccount
from kgnet.model.config import Config
from kgnet.model.fleet import Device
from kgnet.model.province import Role
from kgnet.model.tree import walk
from kgnet.plan import apply, commands, plan, ways
from kgnet.plugins import one
from kgnet.ports import Output, Part, Platform
from kgnet.render import render

PLATFORMS = ("huawei_vrp", "mikrotik_routeros", "fortinet_fortios")
TIMING = Timing(confirm_s=120, settle_s=0, retry_s=0.01, patience_s=2)


def secret(name: str) -> str:
    """A pass phrase like those of the store."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def wanted(platform: str) -> Device:
    """A commune's router with everything that the templates print."""
    return Device(
        name="r-30808",
        site="30808",
        role=Role.BRANCH,
        platform=platform,
        number=1,
        management=ip_address("172.20.0.5"),
        ntp=("10.0.10.11", "10.0.10.14", "10.0.10.12", "10.0.40.41"),
        syslog=("10.0.40.41",),
        snmp_user="kgnet-monitor",
        contact="noc@kiengiang.gov.vn",
        location="Xã Bình An (30808)",
        accounts=(
            LocalAccount("kgnet", "admin", "login/kgnet"),
            LocalAccount("noc", "operator", "login/noc"),
        ),
        aaa=AaaServers(tacacs=(ip_address("10.0.40.9"),), radius=(ip_address("10.0.40.9"),)),
        admins=(ip_network("172.20.0.0/16"), ip_network("10.0.40.0/24")),
        banner=("Chỉ người có thẩm quyền.", "Everything is logged."),
    )


def part_of(platform: str) -> Part:
    (part,) = one(Platform, platform).parts
    return part


def text(device: Device, *, secret: Callable[[str], str] = secret) -> str:
    return render(device, paths.templates(), secret=secret).parts[device.platform]


def emulated(platform: str, name: str = "r1", **told: str) -> Emulated:
    """A device out of the box, on a clock that only steps."""
    spec = Spec(name, platform, management="172.20.0.5/16", **told)  # type: ignore[arg-type]
    device = dialect(platform)(spec, Clock(0))
    device.boot()
    return device


@dataclass
class Typed:
    """A session without a network; what it asks is answered from stdin."""

    name: str
    platform: Platform
    terminal: Terminal
    typed: list[str] = field(default_factory=list)

    def run(self, argv: Sequence[str], *, stdin: str = "", timeout_s: float = 30.0) -> Output:
        answers = stdin.splitlines()
        self.typed.append(argv[0])
        try:
            said = self.terminal.type(argv[0])
            while self.terminal.ask is not None and answers:
                said += "\n" + self.terminal.type(answers.pop(0))
        except Dropped as reason:
            self.terminal.close()
            raise Unreachable(self.name, f"the connection broke during `{argv[0]}`") from reason
        if self.terminal.ask is not None:
            raise Unreachable(self.name, f"no answer: it asks `{self.terminal.ask.prompt}`")
        refused = any(pattern.search(said) for pattern in self.platform.refusals)
        return Output(int(refused), said, said if refused else "")


@contextmanager
def session(device: Emulated, user: str = "operator") -> Iterator[Typed]:
    """Log in; at the end the line is cut, as when a program ends."""
    platform = one(Platform, device.dialect)
    if not device.up():
        raise Unreachable(device.name, "does not answer")
    typed = Typed(device.name, platform, Terminal(device, user))
    try:
        yield typed
    finally:
        if not typed.terminal.closed:
            typed.terminal.close()


def running(device: Emulated) -> str:
    """The canonical text, as collected."""
    with session(device) as typed:
        part = part_of(device.dialect)
        return part.canonical(typed.run(part.show).out)


def lines(device: Emulated) -> list[tuple[str, ...]]:
    """All that is configured, in no order, but for the marks of changes: what a device ends with."""
    part = part_of(device.dialect)
    found = sorted(walk(running(device), part.closers))
    return [path for path in found if not any(MARK.search(line) for line in path) and len(path) > 0]


MARK = re.compile(r"kgnet-[0-9a-f]{16}|^config firewall address$|^/system scheduler$|kgnet-last")


def sealed(platform: str, text: str) -> str:
    return one(Platform, platform).redacted(
        text, lambda value: hashlib.sha256(value.encode()).hexdigest()[:6]
    )


def tools(device: Emulated, *, want: str, hook: Callable[[], object] = lambda: None) -> Tools:
    """What a deploy works with; *hook* happens whenever it looks at the device's health."""

    def seal(wanted: Device, config: Config) -> Config:
        return replace(config, parts={n: sealed(device.dialect, t) for n, t in config.parts.items()})

    def health(wanted: Device, session: object) -> Health:
        hook()
        return Health(frozenset())

    def typed(want: Config, have: Config) -> tuple[tuple[str, ...], tuple[str, ...]]:
        both = ways(plan(want, have), have)
        return both.there, both.back

    def rendered(wanted: Device) -> Config:
        return Config(wanted.name, {device.dialect: want})

    return Tools(lambda wanted: session(device), rendered, collect.configuration, seal, plan, typed, health)


def terms(**told: float) -> Terms:
    return Terms(replace(TIMING, **told))  # type: ignore[arg-type]


def left(device: Emulated, want: str) -> list[str]:
    """What is still between a device and *want*, sealed."""
    platform = device.dialect
    have = Config(device.name, {platform: sealed(platform, running(device))})
    found = plan(Config(device.name, {platform: sealed(platform, want)}), have)
    return [f"{change.action} {' / '.join((*change.path, change.line))}" for change in found.changes]


def carry_out(device: Emulated, want: str) -> list[str]:
    """Type the commands of the plan; what was refused."""
    platform = device.dialect
    have = Config(device.name, {platform: running(device)})
    todo = plan(Config(device.name, {platform: want}), have)
    refused = []
    with session(device) as typed:
        if platform == "huawei_vrp":
            typed.run(("system-view",))
        for command in commands(todo, have, apply(todo, have)):
            output = typed.run((command,))
            refused += [f"{command}: {output.err}"] if output.code else []
    return refused
