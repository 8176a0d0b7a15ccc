"""`kgnet/platforms/<platform>/events.yml`: kind of event → the texts that tell it, each with a real one.

    extends: linux
    link_down:
      - says: "%LINK-3-UPDOWN: Interface {interface}, changed state to down"
        case: "<187>45: %LINK-3-UPDOWN: Interface GigabitEthernet0/0/1, changed state to down"

`*` stands for anything, `{interface}` for one name; the rest is literal, and may stand anywhere in
`program: message id: text`.  The pieces between the stars are sought one after the other, and never again
from an earlier place: whatever a device (or who pretends to be one) sends, reading it takes linear time.
The first entry that fits decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, field_validator

from kgnet.errors import PluginError
from kgnet.model.events import Event, EventKind
from kgnet.paths import PACKAGE
from kgnet.wire.syslog import Message

FILE = "events.yml"
LONGEST = 2048  # characters that are looked at; what tells an event stands at the start
INTERFACE = r"(?P<interface>[\w./:-]{1,64})"


class Entry(BaseModel):
    """One text: *interface* is what its case names, empty if it names none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    says: str
    case: str
    interface: str = ""

    @field_validator("says")
    @classmethod
    def _is_more_than_stars(cls, says: str) -> str:
        if len(says.replace("*", "").strip()) < 4:
            raise ValueError(f"{says!r} would fit nearly everything")
        return says


Entries = dict[EventKind, list[Entry]]


class Pattern:
    """An entry's text, ready to be looked for."""

    def __init__(self, kind: EventKind, says: str) -> None:
        self.kind = kind
        pieces = (re.escape(piece).replace(r"\{interface\}", INTERFACE) for piece in says.split("*"))
        self._pieces = tuple(re.compile(piece) for piece in pieces)

    def event(self, text: str) -> Event | None:
        """Return what *text* tells, None if it is not this."""
        start, interface = 0, ""
        for piece in self._pieces:
            found = piece.search(text, start)
            if found is None:
                return None
            start = found.end()
            interface = found.groupdict().get("interface") or interface
        return Event(self.kind, interface)


def told(platform: str, message: Message) -> Event | None:
    """Return what a device of *platform* tells by *message*; None if nothing that is counted."""
    text = message.text[:LONGEST].lstrip()  # rsyslog keeps the space that stood behind the tag
    whole = ": ".join(part for part in (message.app, message.name, text) if part)
    return next((event for one in patterns(platform) if (event := one.event(whole))), None)


@cache
def patterns(platform: str) -> tuple[Pattern, ...]:
    return tuple(Pattern(kind, entry.says) for kind, entry in entries(platform))


def entries(platform: str) -> Iterable[tuple[EventKind, Entry]]:
    """Yield what the platform's book holds, those it extends at the end; PluginError if it is malformed."""
    path = PACKAGE / "platforms" / platform / FILE
    if not path.is_file():
        return
    try:
        written: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        base = written.pop("extends", "")
        for kind, listed in TypeAdapter(Entries).validate_python(written).items():
            for entry in listed:
                yield kind, entry
    except (yaml.YAMLError, AttributeError, ValidationError) as reason:
        raise PluginError(f"{path}: {reason}") from reason
    if base:
        yield from entries(base)
