"""What the cases of rules say of subjects that are no device: buildings, and conference rooms."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from functools import cache
from ipaddress import IPv4Interface
from typing import Any

from pydantic import TypeAdapter

from kgnet.audit.facility import checklist
from kgnet.audit.rooms import compared
from kgnet.collect.rooms import read_export
from kgnet.model.config import Config
from kgnet.model.facility import Checklist
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import BuiltRoom
from kgnet.model.province import FacilityAnswer, Room
from kgnet.model.subject import Subject
from kgnet.ports import Rule

ROOM = {
    "id": "room-1",
    "name": "A room",
    "site": "899",
    "number": 1,
    "session_kbps": 1024,
    "extension": "8991",
}


@cache
def reader(kind: Any) -> TypeAdapter[Any]:
    """Return what reads a value as written; to build it takes much longer than to read a case."""
    return TypeAdapter(kind)


def subject(rule: Rule, written: Mapping[str, Any]) -> Subject:
    """Return something that the rule is of."""
    if rule.of is BuiltRoom:
        return room(written)
    found: Subject = reader(rule.of).validate_python({"site": "DC", **written})
    return found


def room(written: Mapping[str, Any]) -> BuiltRoom:
    place = IPv4Interface("10.80.64.11/24")
    row = Room.model_validate({**ROOM, **written})
    return BuiltRoom(row, place, place.ip, "899-rooms", "sip:x", "sip/x", place.ip)


def told_by(want: Subject, written: Mapping[str, Any]) -> Snapshot:
    """Return what people have answered for a building, or what a room's system says beside others."""
    if isinstance(want, BuiltRoom):
        texts = {want.name: written["exported"], **written.get("others", {})}
        rooms = {name: want if name == want.name else room({"id": name}) for name in texts}
        return compared(
            {
                name: read_export(text, rooms[name], f"{name}.txt", written["asked"], str.upper)
                for name, text in texts.items()
            }
        )[want.name]
    rows = csv.DictReader(io.StringIO(written["answers"]))
    answers = [
        FacilityAnswer.model_validate({key: cell for key, cell in row.items() if cell}) for row in rows
    ]
    return Snapshot(want.name, Config(want.name, {}), {Checklist: checklist(answers, written["asked"])})
