"""room → Snapshot: what a conference room's system says, over SSH or in a file; no secret leaves here."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import date
from pathlib import Path

from kgnet import paths
from kgnet.collect.parts import as_typed
from kgnet.collect.printed import LARGEST_BYTES, decoded
from kgnet.errors import DeviceError, ReadError, Refused, Unreachable
from kgnet.model.config import Config
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import BuiltRoom, Device
from kgnet.model.province import Role
from kgnet.plugins import found, one
from kgnet.ports import Access, Driver, Marked, System

DRIVER = "ssh"


def marking() -> Marked:
    """Return what tells two passwords apart within one audit; with a key that nobody keeps."""
    key = secrets.token_bytes(32)
    return lambda value: hmac.new(key, value.encode(), hashlib.sha256).hexdigest()[:12]


def ask_room(room: BuiltRoom, access: Access, asked: date, mark: Marked) -> Snapshot:
    """Ask the room's system over SSH; DeviceError if that gives nothing."""
    system = one(System, room.row.system or "")
    if not system.command:
        raise Refused(room.name, f"{system.name} is not asked over the network: give its export with --rooms")
    host = _host(room)
    if paths.out_of_reach(host) and not access.told(host):
        raise Unreachable(room.name, "stands in a twin only: `kgnet twin exec -- kgnet …`")
    with one(Driver, DRIVER).open(host, access) as session:
        output = session.run(system.command)
    if output.code != 0:
        raise Refused(room.name, f"`{as_typed(system.command)}` ended with exit code {output.code}")
    return _read(output.out, room, system, as_typed(system.command), (asked, mark))


def _host(room: BuiltRoom) -> Device:
    """Return the room as a driver knows whom to speak to."""
    return Device(
        room.name,
        room.site,
        Role.UNKNOWN,
        "linux",
        room.row.number,
        room.management,
        twin_only=room.twin_only,
    )


def exported(folder: Path) -> dict[str, Path]:
    """Return the files in *folder* by the room that they are named for: `room-899.txt`, `room-899.cfg` …"""
    return {path.stem: path for path in sorted(folder.iterdir()) if path.is_file()}


def read_room(file: Path, room: BuiltRoom, asked: date, mark: Marked) -> Snapshot:
    """Read what the room's system exported; Refused if no system that is known wrote it."""
    with file.open("rb") as opened:
        text, why = decoded(opened.read(LARGEST_BYTES + 1))
    if why:
        raise Refused(room.name, f"{file} {why}")
    return read_export(text, room, str(file), asked, mark)


def read_export(text: str, room: BuiltRoom, where: str, asked: date, mark: Marked) -> Snapshot:
    """Return what a text that stands at *where* says of the room; Refused as from `read_room`."""
    return _read(text, room, _system(text, room, where), where, (asked, mark))


def _system(text: str, room: BuiltRoom, file: str) -> System:
    signed = [system for system in found(System).values() if system.signs.search(text)]
    if room.row.system:
        system = one(System, room.row.system)
        if signed and system not in signed:
            raise Refused(room.name, f"{file} is of {signed[0].name}, and rooms.csv says {system.name}")
        return system
    if not signed:
        raise Refused(room.name, f"{file} is of no system that is known: {', '.join(found(System))}")
    return signed[0]


def _read(text: str, room: BuiltRoom, system: System, where: str, with_: tuple[date, Marked]) -> Snapshot:
    try:
        facts = {type(fact): fact for fact in system.read(text, *with_)}
    except ReadError as reason:
        raise Refused(room.name, f"{where}: {reason}") from reason
    return Snapshot(room.name, Config(room.name, {}, where), facts, dict.fromkeys(facts, where))


Asked = Callable[[BuiltRoom], "Snapshot | DeviceError | str"]  # what it says, why it cannot, why nobody asks


def looking(folder: Path | None, access: Access | None, asked: date, mark: Marked) -> Asked:
    """Return how rooms are looked at: by the files in *folder*, else over the network by *access*."""
    files = exported(folder) if folder else {}

    def look(room: BuiltRoom) -> Snapshot | DeviceError | str:
        try:
            if folder and room.name in files:
                return read_room(files[room.name], room, asked, mark)
            if access and room.row.system:
                return ask_room(room, access, asked, mark)
        except DeviceError as reason:
            return reason
        if folder:
            return Refused(room.name, f"{folder} has no file of this room")
        if access:
            return "rooms.csv does not name its system, so nobody asks it: write that, or give --rooms"
        return "configurations of devices do not tell of rooms: give --rooms"

    return look
