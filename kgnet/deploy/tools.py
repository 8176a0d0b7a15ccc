"""What a deploy works with: the other verbs, handed in, since neighbours never import each other."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from kgnet.model.config import Config
from kgnet.model.fleet import Device
from kgnet.model.outcome import Plan
from kgnet.ports import Part, Platform, Session


@dataclass(frozen=True, slots=True)
class Tools:
    """The verbs that bring one device from have to want."""

    open: Callable[[Device], AbstractContextManager[Session]]
    render: Callable[[Device], Config]  # with the true secrets
    read: Callable[[Device, Session], Config]  # running and true; Refused unless whole
    seal: Callable[[Device, Config], Config]  # the same without secrets: to show and to compare
    compare: Callable[[Config, Config], Plan]  # want, have
    neighbors: Callable[[Device, Session], frozenset[str]]  # those that are up, e.g. "BGP 10.96.0.1"


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a change may take before the device takes it back by itself."""

    confirm_s: int = 60  # from arming to confirming
    settle_s: float = 3.0  # before neighbours are judged: what dies of the change needs time to be seen dead
    save: bool = True  # survive a restart


@dataclass(frozen=True, slots=True)
class Job:
    """One device that is to change."""

    device: Device
    platform: Platform
    tools: Tools
    timing: Timing
    want: Config  # true
    old: Config  # true
    plan: Plan
    token: str  # names this deploy on the device
    stopped: Callable[[], bool]  # whether the operator wants everything back

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(part for part in self.platform.parts if part.name in self.plan.parts)

    def hide(self, text: str) -> str:
        """Return what the device said without the secrets of this job, wherever in a line they stand."""
        texts = [text for config in (self.want, self.old) for text in config.parts.values()]
        secrets = {
            match[1]
            for pattern in self.platform.secrets
            for each in texts
            for match in pattern.finditer(each)
        }
        for secret in sorted(secrets, key=len, reverse=True):
            text = text.replace(secret, "<secret>")
        return text

    def differs(self, target: Config, have: Config) -> Plan:
        """Return what is still between *have* and *target*, without secrets."""
        seal, device = self.tools.seal, self.device
        return self.tools.compare(seal(device, target), seal(device, have))
