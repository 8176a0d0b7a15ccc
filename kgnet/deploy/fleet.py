"""devices → Outcomes in waves: what carries others is changed one at a time, and a failure stops the run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Protocol

from kgnet.errors import DeviceError
from kgnet.model.fleet import Device, Fleet
from kgnet.model.outcome import Outcome, Plan, Result
from kgnet.model.province import NETWORK, Role, SiteKind

OFFICES = (SiteKind.DEPARTMENT, SiteKind.DISTRICT, SiteKind.COMMUNE)
ALONE = (Role.HUB, Role.BORDER, Role.SPINE, Role.LEAF)  # the others of the role carry its traffic meanwhile
AT_OFFICES = (Role.BRANCH, Role.ACCESS)


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
    """Part *devices* in waves: one office, one of each kind, what carries others singly, the rest, islands.

    In no wave are two devices of one office, or one and what it hangs on.
    """
    islands = [device for device in devices if _on_island(fleet, device)]
    inland = [device for device in devices if device not in islands]
    first, kinds = samples(fleet, devices)
    offices = [device for device in inland if device.role in AT_OFFICES]
    rest = [device for device in offices if device not in first and device not in kinds]
    planned = [
        ("first office", [first]),
        *(
            (f"one of each kind, {name}", chunks)
            for name, chunks in _offices(fleet, kinds, size, inwards=True)
        ),
        *((role.value, _singly(inland, role)) for role in ALONE),
        ("servers", _servers(inland)),
        *_offices(fleet, rest, size),
        *((f"islands, {name}", chunks) for name, chunks in _offices(fleet, islands, size)),
    ]
    return [Wave(name, tuple(chunk)) for name, chunks in planned for chunk in chunks if chunk]


def samples(fleet: Fleet, devices: Sequence[Device]) -> tuple[list[Device], list[Device]]:
    """Return the office that is changed first, and those of offices that stand for all of their kind."""
    offices = [each for each in devices if each.role in AT_OFFICES and not _on_island(fleet, each)]
    first = _canary(fleet, [device for device in offices if device.role is Role.BRANCH])
    return first, _one_of_each(fleet, [device for device in offices if device not in first], done=first)


def _on_island(fleet: Fleet, device: Device) -> bool:
    """Whether the device's site, or one that it hangs on, is an island."""
    return any(fleet.sites[code].island for code in fleet.ancestors(device.site))


def _canary(fleet: Fleet, branches: Sequence[Device]) -> list[Device]:
    """Choose the office that fewest others would miss; none if there is but one to change."""
    kinds = list(SiteKind)
    outermost = sorted(branches, key=lambda device: -kinds.index(fleet.sites[device.site].kind))
    return outermost[:1] if len(branches) > 1 else []


def _one_of_each(fleet: Fleet, devices: Sequence[Device], *, done: Sequence[Device]) -> list[Device]:
    """Choose one device of each platform, role and kind of site, beside those that are *done* already."""

    def kind(device: Device) -> tuple[str, Role, SiteKind]:
        return device.platform, device.role, fleet.sites[device.site].kind

    seen = {kind(device) for device in done}
    first = {kind(device): device for device in reversed(devices)}
    return [device for device in devices if first[kind(device)] is device and kind(device) not in seen]


def _singly(devices: Sequence[Device], role: Role) -> list[list[Device]]:
    return [[device] for device in devices if device.role is role]


def _servers(devices: Sequence[Device]) -> list[list[Device]]:
    """Part the servers so that no two of a role and zone's job are changed at the same time."""
    servers = [device for device in devices if device.role not in NETWORK]
    roles = [[device for device in servers if device.role is role] for role in Role]
    return [[device for device in chunk if device] for chunk in zip_longest(*roles)]


def _offices(
    fleet: Fleet, devices: Sequence[Device], size: int, *, inwards: bool = False
) -> Iterator[tuple[str, list[list[Device]]]]:
    """Yield the offices kind by kind, outwards from the centre or *inwards*; routers before switches."""
    for kind in reversed(OFFICES) if inwards else OFFICES:
        for role, name in ((Role.BRANCH, f"{kind.value}s"), (Role.ACCESS, f"switches of {kind.value}s")):
            alike = [each for each in devices if each.role is role and fleet.sites[each.site].kind is kind]
            yield name, list(_apart(alike, size))


def _apart(devices: Sequence[Device], size: int) -> Iterator[list[Device]]:
    """Yield *devices* in chunks of at most *size*, no two of one site in any."""
    left = list(devices)
    while left:
        chunk = list({device.site: device for device in reversed(left)}.values())[::-1][:size]
        yield chunk
        left = [device for device in left if device not in chunk]


def deploy_fleet(
    planned: Iterable[Wave],
    work: Callable[[Device], Outcome],
    *,
    each: Each,
    max_failures: int = 0,
    workers: int = 8,
    stopped: Callable[[], bool],
    unseen: Sequence[Device] = (),
) -> Iterator[Outcome]:
    """Yield the outcome of every device, wave after wave; past *max_failures* the rest is not tried.

    Whatever may fail: when one of those that carry each other's traffic did, or is *unseen* since nobody
    reached it, the others are left alone.
    """
    failed: list[Device] = []
    for wave in planned:
        reason = _reason(failed, max_failures, stopped()) or _needed(wave, [*unseen, *failed])
        if reason:
            yield from (_not_tried(device, reason) for device in wave.devices)
            continue
        named = {device.name: device for device in wave.devices}
        for outcome in _wave(wave, work, each, workers, stopped):
            well = outcome.ok or outcome.result is Result.NOT_TRIED
            failed += [] if well else [named[outcome.device]]
            yield outcome


def _needed(wave: Wave, failed: Sequence[Device]) -> str:
    """Return why *wave* has to wait: its like failed, and it carries the traffic of both."""
    roles = {device.role for device in wave.devices} & set(ALONE)
    alike = [device.name for device in failed if device.role in roles]
    return f"it carries what {', '.join(alike)} carried, which is not well" if alike else ""


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


def _reason(failed: Sequence[Device], max_failures: int, stopped: bool) -> str:
    if stopped:
        return "interrupted"
    names = ", ".join(device.name for device in failed)
    return f"stopped because of {names}" if len(failed) > max_failures else ""


def _not_tried(device: Device, reason: str) -> Outcome:
    return Outcome(device.name, Result.NOT_TRIED, Plan(device.name, ()), reason)
