"""files → Snapshots: what a folder of configurations says of devices, none of them trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from kgnet.collect.detect import foreign, main_part
from kgnet.collect.folders import Held, holdings
from kgnet.collect.owners import owned
from kgnet.collect.parts import Read, as_typed
from kgnet.collect.printed import LARGEST_BYTES, decoded, restored, unwrapped
from kgnet.errors import DeviceError, ReadError, Refused
from kgnet.model.config import Config
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device, Fleet
from kgnet.plugins import one
from kgnet.ports import Platform, gives

Mark = Callable[[str], str]  # a secret's value → what stands in its place, e.g. `Secrets.mark`

SUFFIX = ".cfg"


def read_folder(
    folder: Path, fleet: Fleet, *, devices: Sequence[Device] | None = None, mark: Mark | None = None
) -> Iterator[tuple[Device, Snapshot | DeviceError]]:
    """Yield what the files in *folder* say, one after the other: none is kept.

    Only those of *devices*, where given, in their order.  A file that is missing or cannot be read is the
    failure of its device, as in `each`.  UsageError if there are none, or all are of no device of the fleet.
    """
    files = owned(holdings(folder).held, fleet).files
    for device in [fleet.devices[name] for name in files] if devices is None else devices:
        try:
            yield device, read_held(files.get(device.name), device, folder, mark=mark)
        except DeviceError as reason:
            yield device, reason


def read_held(held: Held | None, device: Device, folder: Path, *, mark: Mark | None = None) -> Snapshot:
    """Return what the configuration says that *folder* has of *device*, as `read_file` does."""
    return told(held_config(held, device, folder, mark=mark), device)


def held_config(held: Held | None, device: Device, folder: Path, *, mark: Mark | None = None) -> Config:
    """Return the configuration that *folder* has of *device*, without secrets; Refused if it is none."""
    if held is None:
        raise Refused(device.name, f"{folder} has no file of this device")
    return config_of(text_of(held, device.name), device, held.where, mark=mark)


def text_of(held: Held, device: str) -> str:
    """Return the text of a configuration; Refused if no device prints such."""
    if held.unusable:
        raise Refused(device, f"{held.where} {held.unusable}")
    return _fit(held.content(), device, held.where)


def read_file(file: Path, device: Device, *, mark: Mark | None = None) -> Snapshot:
    """Return what one file says of *device*; facts of the running state are missing.

    Refused if it is no configuration of such a device: cut off, binary, endless, another platform's.
    """
    if not file.is_file():
        raise Refused(device.name, f"{file} is no file")
    with file.open("rb") as opened:
        raw = opened.read(LARGEST_BYTES + 1)
    return read_text(_fit(raw, device.name, str(file)), device, str(file), mark=mark)


def _fit(told: bytes, device: str, where: str) -> str:
    text, why = decoded(told)
    if why:
        raise Refused(device, f"{where} {why}")
    return restored(unwrapped(text))


def read_text(text: str, device: Device, where: str, *, mark: Mark | None = None) -> Snapshot:
    """Return what a text that stands at *where* says of *device*, as `read_file` does."""
    return told(config_of(text, device, where, mark=mark), device)


def config_of(text: str, device: Device, where: str, *, mark: Mark | None = None) -> Config:
    """Return a text that stands at *where* as the configuration of *device*, without secrets.

    Refused if such a device prints no such text.
    """
    platform = one(Platform, device.platform)
    main = main_part(platform).name
    names = {part.name for part in platform.parts}
    try:
        config = Config.parse(device.name, text, default=main, source=where, names=names)
    except ReadError as reason:
        raise Refused(device.name, f"{where} {reason}") from reason
    if why := foreign(platform, config.parts.get(main, "")):
        raise Refused(device.name, f"{where} {why}")
    return replace(config, parts={name: platform.redacted(part, mark) for name, part in config.parts.items()})


def told(config: Config, device: Device) -> Snapshot:
    """Return what a configuration in a file says of *device*; facts of the running state are missing."""
    platform = one(Platform, device.platform)
    read = Read.nothing()
    read.missing.update(_not_in_files(platform.name))
    for part in platform.parts:
        if part.name in config.parts:
            read.add_part(part, config, config.source)
        else:
            read.miss(gives(part.read), f"{config.source} has no part {part.name}")
    return Snapshot(device.name, config, read.facts, read.sources, read.missing)


@cache
def _not_in_files(platform: str) -> Mapping[type, str]:
    """Return the facts of the running state, each with why no file tells it."""
    return {
        fact: f"a file does not tell `{as_typed(command)}`"
        for command, reader in one(Platform, platform).state.items()
        for fact in reader.facts
    }
