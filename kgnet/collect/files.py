"""a file → Snapshot: what a configuration says of a device; none is trusted.  For folders see `reading`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from kgnet.collect.detect import foreign, main_part
from kgnet.collect.folders import Held
from kgnet.collect.parts import Read, as_typed
from kgnet.collect.printed import LARGEST_BYTES, decoded, restored, unwrapped
from kgnet.errors import ReadError, Refused
from kgnet.model.config import Config
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.managed import Release
from kgnet.plugins import one
from kgnet.ports import Platform

Mark = Callable[[str], str]  # a secret's value → what stands in its place, e.g. `Secrets.mark`

SUFFIX = ".cfg"


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
            if Release in part.facts and Release not in read.facts.known:
                read.add({Release: Release("", whole=False, line=0)}, config.source)
        else:
            read.miss(part.facts, f"{config.source} has no part {part.name}")
    return Snapshot(device.name, config, read.facts, read.sources, read.missing)


@cache
def _not_in_files(platform: str) -> Mapping[type, str]:
    """Return the facts of the running state, each with why no file tells it."""
    return {
        fact: f"a file does not tell `{as_typed(command)}`"
        for command, reader in one(Platform, platform).state.items()
        for fact in reader.facts
    }
