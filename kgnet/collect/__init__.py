"""device, session → Snapshot: what a device says of itself, with nothing secret in it.

Only `configuration` gives the true text away: deploy needs it to put a device back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TypeVar

from kgnet import paths
from kgnet.collect.detect import spoken
from kgnet.collect.files import SUFFIX, Mark, read_file, read_text, told
from kgnet.collect.parts import Read, as_typed
from kgnet.collect.reading import read_folder
from kgnet.environment import access
from kgnet.errors import DeviceError, ReadError, Refused, Unreachable
from kgnet.model.config import Config, unfit
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.plugins import one
from kgnet.ports import Access, Driver, Output, Part, Platform, Reader, Session

__all__ = [
    "SUFFIX",
    "Mark",
    "access",
    "as_typed",
    "ask",
    "collect",
    "configuration",
    "each",
    "in_order",
    "read_file",
    "read_folder",
    "read_text",
    "sealed",
    "session",
    "spoken",
    "told",
]

T = TypeVar("T")
Shown = tuple[str, str]  # the canonical text, and the line that tells the release

MARKED = re.compile(r"<secret [^>\n]*>")
NOT_THERE = 127  # a shell's exit code for a command that is not there (POSIX 2.8.2)


def session(device: Device, access: Access) -> AbstractContextManager[Session]:
    """Open a session by the driver of the device's platform; a device of the lab only inside a twin.

    Outside, its addresses may belong to somebody else.
    """
    if paths.out_of_reach(device) and not access.told(device):
        raise Unreachable(
            device.name, "stands in a twin only — `kgnet twin up`, then `kgnet twin exec -- kgnet …`"
        )
    return one(Driver, one(Platform, device.platform).driver).open(device, access)


# ── the configuration ───────────────────────────────────────────────────────


def configuration(device: Device, session: Session) -> Config:
    """Return the running configuration, canonical, whole and *true*: secrets stand in it.

    Refused if any part cannot be had: half a configuration is none.
    """
    platform = one(Platform, device.platform)
    shown = {part.name: _shown(device, session, part) for part in platform.parts}
    return _running(device, {name: text for name, (text, _) in shown.items()}, shown)


def _running(device: Device, texts: Mapping[str, str], shown: Mapping[str, Shown]) -> Config:
    released = {name: line for name, (_, line) in shown.items() if line}
    return Config(device.name, texts, "running", released=released)


def _shown(device: Device, session: Session, part: Part) -> Shown:
    output = session.run(part.show)
    try:
        if output.code == 0:
            if not re.search(rf"(?:{part.ending})\s*\Z", output.out):
                lines = output.out.count("\n")
                raise Refused(device.name, f"gave only {lines} lines of its {part.name}: the end is missing")
            if output.out.strip() and (why := unfit(output.out)):
                raise Refused(device.name, f"`{as_typed(part.show)}`: what it printed {why}")
            told = part.released.search(output.out) if part.released else None
            return part.canonical(output.out), f"{told[0]}\n" if told else ""
    except ReadError as reason:
        raise Refused(device.name, f"`{as_typed(part.show)}`: {reason}") from reason
    raise Refused(device.name, f"cannot tell its {part.name}: {_failure(part.show, output)}")


def _failure(argv: tuple[str, ...], output: Output) -> str:
    """Say why a command gave nothing, in its own last words."""
    words = (output.err.strip() or output.out.strip()).splitlines()
    if output.code == NOT_THERE:
        return f"`{argv[0]}` is not installed there"
    return (
        f"`{as_typed(argv)}` ended with exit code {output.code}: {words[-1] if words else 'without a word'}"
    )


# ── redaction ───────────────────────────────────────────────────────────────


def sealed(config: Config, platform: Platform, mark: Mark | None = None) -> Config:
    """Return *config* without secrets: fit to be shown, kept and compared.

    Without *mark* also the marks that are in it go: there is nothing to compare them with.
    """
    texts = {name: platform.redacted(text, mark) for name, text in config.parts.items()}
    if mark is None:
        texts = {name: MARKED.sub("<secret>", text) for name, text in texts.items()}
    return replace(config, parts=texts)


# ── the snapshot ────────────────────────────────────────────────────────────


def collect(device: Device, session: Session, *, mark: Mark | None = None, live: bool = True) -> Snapshot:
    """Ask a device for its configuration and, if *live*, for its state.

    A command that fails, or whose text cannot be read, leaves its facts missing with the reason.
    """
    platform = one(Platform, device.platform)
    shown: dict[str, Shown] = {}
    read = Read.nothing()
    for part in platform.parts:
        try:
            shown[part.name] = _shown(device, session, part)
        except Refused as reason:
            read.miss(part.facts, reason.reason)
    texts = {name: platform.redacted(text, mark) for name, (text, _) in shown.items()}
    config = _running(device, texts, shown)
    for part in platform.parts:
        if part.name in texts:
            read.add_part(part, config, as_typed(part.show))
    for command, reader in platform.state.items() if live else ():
        _ask(read, device, session, command, reader, mark=mark)
    return Snapshot(device.name, config, read.facts, read.sources, read.missing)


def ask(device: Device, session: Session, *facts: type) -> Snapshot:
    """Ask a device only for these *facts* of its running state."""
    read = Read.nothing()
    for command, reader in one(Platform, device.platform).state.items():
        if set(reader.facts) & set(facts):
            _ask(read, device, session, command, reader)
    return Snapshot(device.name, Config(device.name, {}), read.facts, read.sources, read.missing)


def _ask(
    read: Read,
    device: Device,
    session: Session,
    command: tuple[str, ...],
    reader: Reader,
    *,
    mark: Mark | None = None,
) -> None:
    """Ask for what one command tells of the running state."""
    if reader.roles and device.role not in reader.roles:
        read.miss(reader.facts, f"asked of {', '.join(reader.roles)} only")
        return
    output = session.run(command)
    platform = one(Platform, device.platform)
    if output.code != 0:
        read.miss(reader.facts, platform.redacted(_failure(command, output)))
        return
    try:
        told = reader(platform.redacted(output.out, mark))
        read.add(dict(zip(reader.facts, told, strict=True)), as_typed(command))
    except ReadError as reason:
        read.miss(reader.facts, f"`{as_typed(command)}`: {reason}")


# ── many devices ────────────────────────────────────────────────────────────


def each(
    devices: Iterable[Device], work: Callable[[Device], T], *, workers: int = 16
) -> Iterator[tuple[Device, T | DeviceError]]:
    """Do *work* for every device, *workers* at a time; yield each as it is done, a failure as its value.

    Nothing new is begun once the caller stops listening.
    """
    pool = ThreadPoolExecutor(workers, thread_name_prefix="device")
    try:
        begun: dict[Future[T], Device] = {pool.submit(work, device): device for device in devices}
        for future in as_completed(begun):
            value = _value(future)
            yield begun[future], value
    finally:
        pool.shutdown(cancel_futures=True)


def in_order(devices: Iterable[Device], results: Iterable[tuple[Device, T]]) -> list[tuple[Device, T]]:
    """Return the *results* of `each` in the order of *devices*, for who prints them."""
    found = {device.name: value for device, value in results}
    return [(device, found[device.name]) for device in devices]


def _value(future: Future[T]) -> T | DeviceError:
    try:
        return future.result()
    except DeviceError as reason:
        return reason
