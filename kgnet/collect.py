"""device, session → Snapshot: what a device says of itself, with nothing secret in it.

Only `configuration` gives the true text away: deploy needs it to put a device back.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from kgnet import paths
from kgnet.environment import access as access  # noqa: PLC0414 - callers say `collect.access`
from kgnet.errors import DeviceError, ReadError, Refused, Unreachable, UsageError
from kgnet.model.config import Config
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device, Fleet
from kgnet.plugins import one
from kgnet.ports import Access, Driver, Output, Part, Platform, Reader, Session, gives

T = TypeVar("T")
Mark = Callable[[str], str]  # a secret's value → what stands in its place, e.g. `Secrets.mark`
Read = tuple[dict[type, Any], dict[type, str], dict[type, str]]  # facts, sources, missing

MARKED = re.compile(r"<secret [^>\n]*>")
SUFFIX = ".cfg"
LONG = 80  # characters of a command in a message
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
    return Config(
        device.name, {part.name: _shown(device, session, part) for part in platform.parts}, "running"
    )


def _shown(device: Device, session: Session, part: Part) -> str:
    output = session.run(part.show)
    try:
        if output.code == 0:
            if not re.search(rf"(?:{part.ending})\s*\Z", output.out):
                lines = output.out.count("\n")
                raise Refused(device.name, f"gave only {lines} lines of its {part.name}: the end is missing")
            return part.canonical(output.out)
    except ReadError as reason:
        raise Refused(device.name, f"`{as_typed(part.show)}`: {reason}") from reason
    raise Refused(device.name, f"cannot tell its {part.name}: {_failure(part.show, output)}")


def as_typed(argv: Sequence[str]) -> str:
    """Return *argv* as one types it, a constant script as such, cut where it gets long."""
    line = argv[2] if argv[:2] == ("sh", "-c") else shlex.join(argv)
    return line if len(line) <= LONG else f"{line[: LONG - 1]}…"


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
    texts: dict[str, str] = {}
    read: Read = ({}, {}, {})
    for part in platform.parts:
        try:
            texts[part.name] = platform.redacted(_shown(device, session, part), mark)
        except Refused as reason:
            read[2].update(dict.fromkeys(gives(part.read), reason.reason))
    config = Config(device.name, texts, "running")
    for part in platform.parts:
        if part.name in texts:
            _merge(read, _part_facts(part, config, as_typed(part.show)))
    for command, reader in platform.state.items() if live else ():
        _merge(read, _asked(device, session, command, reader, mark))
    return Snapshot(device.name, config, *read)


def read_folder(folder: Path, fleet: Fleet, *, mark: Mark | None = None) -> Iterator[Snapshot]:
    """Yield what the files `<device>.cfg` say, as `kgnet render -o` and `kgnet backup` write them.

    UsageError if there are none, or one is of no device of the fleet.
    """
    files = sorted(folder.glob(f"*{SUFFIX}"))
    if not files:
        raise UsageError(f"{folder}: no {SUFFIX} file in it — `kgnet backup -o {folder}` writes them")
    for file in files:
        if file.stem not in fleet.devices:
            raise UsageError(f"{file}: no device is named {file.stem} — remove the file, or add the device")
        yield read_file(file, fleet.devices[file.stem], mark=mark)


def read_file(file: Path, device: Device, *, mark: Mark | None = None) -> Snapshot:
    """Return what one file says of *device*; facts of the running state are missing."""
    platform = one(Platform, device.platform)
    text = platform.redacted(_text(file), mark)
    config = Config.parse(device.name, text, default=_main(platform), source=str(file))
    read: Read = ({}, {}, {})
    for part in platform.parts:
        if part.name in config.parts:
            _merge(read, _part_facts(part, config, str(file)))
        else:
            read[2].update(dict.fromkeys(gives(part.read), f"{file} has no part {part.name}"))
    for command, reader in platform.state.items():
        read[2].update(dict.fromkeys(reader.facts, f"a file does not tell `{as_typed(command)}`"))
    return Snapshot(device.name, config, *read)


def _main(platform: Platform) -> str:
    """Return the part that a file without headers holds: the one named like the platform, else the first."""
    names = [part.name for part in platform.parts]
    return platform.name if platform.name in names else names[0]


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as reason:
        raise UsageError(f"{file}: not UTF-8 text at byte {reason.start}") from reason


def _part_facts(part: Part, config: Config, source: str) -> Read:
    """Read one part; lines count as in `str(config)`."""
    try:
        found = list(part.read(config.parts[part.name], part.name))
    except ReadError as reason:
        return {}, {}, dict.fromkeys(gives(part.read), f"{source}: {reason}")
    before = 1
    for name, text in config.parts.items():
        if name == part.name:
            break
        before += 1 + len(text.splitlines())
    facts = {type(fact): _moved(fact, before) for fact in found}
    return facts, dict.fromkeys(facts, source), {}


def ask(device: Device, session: Session, *facts: type) -> Snapshot:
    """Ask a device only for these *facts* of its running state."""
    read: Read = ({}, {}, {})
    for command, reader in one(Platform, device.platform).state.items():
        if set(reader.facts) & set(facts):
            _merge(read, _asked(device, session, command, reader, None))
    return Snapshot(device.name, Config(device.name, {}), *read)


def _asked(
    device: Device, session: Session, command: tuple[str, ...], reader: Reader, mark: Mark | None
) -> Read:
    """Ask for what one command tells of the running state."""

    def missing(why: str) -> Read:
        return {}, {}, dict.fromkeys(reader.facts, why)

    if reader.roles and device.role not in reader.roles:
        return missing(f"asked of {', '.join(reader.roles)} only")
    output = session.run(command)
    platform = one(Platform, device.platform)
    if output.code != 0:
        return missing(platform.redacted(_failure(command, output)))
    try:
        told = reader(platform.redacted(output.out, mark))
    except ReadError as reason:
        return missing(f"`{as_typed(command)}`: {reason}")
    facts = dict(zip(reader.facts, told, strict=True))
    return facts, dict.fromkeys(facts, as_typed(command)), {}


def _merge(into: Read, more: Read) -> None:
    for old, new in zip(into, more, strict=True):
        old.update(new)


def _moved(value: Any, by: int) -> Any:
    """Return *value* with every `line` in it *by* further down."""
    if is_dataclass(value) and not isinstance(value, type):
        moved = {field.name: _moved(getattr(value, field.name), by) for field in fields(value)}
        if moved.get("line"):
            moved["line"] += by
        return replace(value, **moved)
    if isinstance(value, tuple):
        return tuple(_moved(item, by) for item in value)
    if isinstance(value, Mapping):
        return {key: _moved(item, by) for key, item in value.items()}
    return value


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
