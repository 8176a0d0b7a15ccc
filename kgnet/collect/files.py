"""files → Snapshots: what a folder of configurations says of devices, none of them trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from kgnet.collect.detect import foreign, main_part
from kgnet.collect.parts import Read, as_typed, merge, part_facts
from kgnet.errors import DeviceError, Refused, UsageError
from kgnet.model.config import Config, unfit
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device, Fleet
from kgnet.plugins import one
from kgnet.ports import Platform, gives

Mark = Callable[[str], str]  # a secret's value → what stands in its place, e.g. `Secrets.mark`

SUFFIX = ".cfg"
LARGEST_BYTES = 1 << 25  # of a file; the largest firewalls print some 10 MB


def read_folder(
    folder: Path, fleet: Fleet, *, devices: Sequence[Device] | None = None, mark: Mark | None = None
) -> Iterator[tuple[Device, Snapshot | DeviceError]]:
    """Yield what the files `<device>.cfg` say, one after the other: none is kept.

    They are as `kgnet render -o` and `kgnet backup` write them.  Only those of *devices*, where given, in
    their order.  A file that is missing or cannot be read is the failure of its device, as in `each`.
    UsageError if there are none, or one is of no device of the fleet.
    """
    files = {file.stem: file for file in sorted(folder.glob(f"*{SUFFIX}"))}
    if not files:
        raise UsageError(f"{folder}: no {SUFFIX} file in it — `kgnet backup -o {folder}` writes them")
    for name, file in files.items():
        if name not in fleet.devices:
            raise UsageError(f"{file}: no device is named {name} — remove the file, or add the device")
    for device in [fleet.devices[name] for name in files] if devices is None else devices:
        try:
            if device.name not in files:
                raise Refused(device.name, f"{folder} has no file of this device")
            yield device, read_file(files[device.name], device, mark=mark)
        except DeviceError as reason:
            yield device, reason


def read_file(file: Path, device: Device, *, mark: Mark | None = None) -> Snapshot:
    """Return what one file says of *device*; facts of the running state are missing.

    Refused if it is no configuration of such a device: cut off, binary, endless, another platform's.
    """
    return read_text(_text(file, device), device, str(file), mark=mark)


def read_text(text: str, device: Device, where: str, *, mark: Mark | None = None) -> Snapshot:
    """Return what a text that stands at *where* says of *device*, as `read_file` does."""
    platform = one(Platform, device.platform)
    main = main_part(platform).name
    config = Config.parse(device.name, text, default=main, source=where)
    if why := foreign(platform, config.parts.get(main, "")):
        raise Refused(device.name, f"{where} {why}")
    config = replace(
        config, parts={name: platform.redacted(part, mark) for name, part in config.parts.items()}
    )
    read: Read = ({}, {}, {})
    for part in platform.parts:
        if part.name in config.parts:
            merge(read, part_facts(part, config, where))
        else:
            read[2].update(dict.fromkeys(gives(part.read), f"{where} has no part {part.name}"))
    for command, reader in platform.state.items():
        read[2].update(dict.fromkeys(reader.facts, f"a file does not tell `{as_typed(command)}`"))
    return Snapshot(device.name, config, *read)


def _text(file: Path, device: Device) -> str:
    """Return the text in *file*; Refused if no device prints such."""
    if not file.is_file():
        raise Refused(device.name, f"{file} is no file")
    with file.open("rb") as opened:
        told = opened.read(LARGEST_BYTES + 1)
    if len(told) > LARGEST_BYTES:
        raise Refused(device.name, f"{file} is larger than {LARGEST_BYTES} bytes: no configuration is")
    try:
        text = told.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        raise Refused(device.name, f"{file} is not UTF-8 text at byte {reason.start}") from reason
    if why := unfit(text):
        raise Refused(device.name, f"{file} {why}")
    return text
