"""devices → Outcomes in waves: what carries others is changed one at a time, and a failure stops the run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Protocol

from kgnet.errors import DeviceError
from kgnet.model.fleet import Device, Fleet
from kgnet.model.outcome import Outcome, Plan, Result
from kgnet.model.province import Role, SiteKind

OFFICES = (SiteKind.DEPARTMENT, SiteKind.DISTRICT, SiteKind.COMMUNE)
ALONE = (Role.HUB, Role.BORDER)  # the others of the role carry its traffic meanwhile


@dataclass(frozen=True, slots=True)
class Wave:
    """Devices that are changed at the same time."""

    name: str
    devices: tuple[Device, ...]


class Each(Protocol):
    """`kgnet.collect.each`: work for many devices at once, a failure as its value."""

    def __call__(
        self, devices: Iterable[Device], work: Callable[[Device], Outcome], *, workers: int
    ) -> Iterator[tuple[Device, Outcome | DeviceError]]: ...


def waves(fleet: Fleet, devices: Sequence[Device], *, size: int = 8) -> list[Wave]:
    """Part *devices* in waves: one office first, then hubs and borders singly, servers, offices, islands."""
    islands = [device for device in devices if _on_island(fleet, device)]
    inland = [device for device in devices if device not in islands]
    branches = [device for device in inland if device.role is Role.BRANCH]
    first = _canary(fleet, branches)
    rest = [device for device in branches if device not in first]
    planned = [
        ("first office", [first]),
        *((role.value, _singly(inland, role)) for role in ALONE),
        ("servers", _servers(inland)),
        *_offices(fleet, rest, size),
        *((f"islands, {name}", chunks) for name, chunks in _offices(fleet, islands, size)),
    ]
    return [Wave(name, tuple(chunk)) for name, chunks in planned for chunk in chunks if chunk]


def _on_island(fleet: Fleet, device: Device) -> bool:
    """Whether the device's site, or one that it hangs on, is an island."""
    return any(fleet.sites[code].island for code in fleet.ancestors(device.site))


def _canary(fleet: Fleet, branches: Sequence[Device]) -> list[Device]:
    """Choose the office that fewest others would miss; none if there is but one to change."""
    kinds = list(SiteKind)
    outermost = sorted(branches, key=lambda device: -kinds.index(fleet.sites[device.site].kind))
    return outermost[:1] if len(branches) > 1 else []


def _singly(devices: Sequence[Device], role: Role) -> list[list[Device]]:
    return [[device] for device in devices if device.role is role]


def _servers(devices: Sequence[Device]) -> list[list[Device]]:
    """Part the servers so that no two of a role and zone's job are changed at the same time."""
    servers = [device for device in devices if device.role not in (*ALONE, Role.BRANCH)]
    roles = [[device for device in servers if device.role is role] for role in Role]
    return [[device for device in chunk if device] for chunk in zip_longest(*roles)]


def _offices(fleet: Fleet, devices: Sequence[Device], size: int) -> Iterator[tuple[str, list[list[Device]]]]:
    """Yield the offices from the centre outwards: nobody is changed together with what it hangs on."""
    for kind in OFFICES:
        alike = [device for device in devices if fleet.sites[device.site].kind is kind]
        yield f"{kind.value}s", [alike[at : at + size] for at in range(0, len(alike), size)]


def deploy_fleet(
    planned: Iterable[Wave],
    work: Callable[[Device], Outcome],
    *,
    each: Each,
    max_failures: int = 0,
    workers: int = 8,
    stopped: Callable[[], bool],
) -> Iterator[Outcome]:
    """Yield the outcome of every device, wave after wave; past *max_failures* the rest is not tried."""
    failed: list[str] = []
    for wave in planned:
        reason = _reason(failed, max_failures, stopped())
        if reason:
            yield from (_not_tried(device, reason) for device in wave.devices)
            continue
        for outcome in _wave(wave, work, each, workers, stopped):
            failed += [] if outcome.ok else [outcome.device]
            yield outcome


def _wave(
    wave: Wave, work: Callable[[Device], Outcome], each: Each, workers: int, stopped: Callable[[], bool]
) -> Iterator[Outcome]:
    def unless_stopped(device: Device) -> Outcome:
        return _not_tried(device, "interrupted") if stopped() else work(device)

    for device, outcome in each(wave.devices, unless_stopped, workers=workers):
        if isinstance(outcome, DeviceError):
            yield Outcome(device.name, Result.FAILED, Plan(device.name, ()), outcome.reason)
        else:
            yield outcome


def _reason(failed: Sequence[str], max_failures: int, stopped: bool) -> str:
    if stopped:
        return "interrupted"
    return f"stopped because of {', '.join(failed)}" if len(failed) > max_failures else ""


def _not_tried(device: Device, reason: str) -> Outcome:
    return Outcome(device.name, Result.NOT_TRIED, Plan(device.name, ()), reason)
