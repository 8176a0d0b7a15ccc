"""What surrounds an EOS device → facts: parts with serial numbers, who is logged in, what is unsaved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kgnet.errors import ReadError
from kgnet.model.managed import Inventory, Login, Logins, Module, Unsaved
from kgnet.platforms.arista_eos.answers import of_json

SLOTS = (
    ("powerSupplySlots", "PowerSupply"),
    ("fanTraySlots", "FanTray"),
    ("cardSlots", "Card"),
    ("xcvrSlots", "Transceiver"),
)
USERS = re.compile(r"\s*Line\s+User\s+Host\(s\)\s+Idle\s+Location\s*")
USER = re.compile(r"[* ]*\d+ (?:con|vty|tty) \d+\s+(\S+)\s+\S+\s+[\d:]+\s+(\S+)\s*")


@of_json
def inventory(answer: Any) -> Inventory:
    """Read `show inventory`; an empty slot has no serial number."""
    return Inventory(tuple(module for module in _modules(answer) if module.serial))


def _modules(answer: dict[str, Any]) -> Iterator[Module]:
    system = answer["systemInformation"]
    yield Module("System", system["name"], system["serialNum"])
    for kind, word in SLOTS:
        for slot, part in answer.get(kind, {}).items():
            model = part.get("name") or part.get("modelName", "")
            yield Module(f"{word}{slot}", model, part.get("serialNum", "").strip())


def logins(text: str) -> Logins:
    """Read `show users`; a program that is logged in for a request only is none of them."""
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines or not USERS.fullmatch(lines[0]):
        raise ReadError(f"`show users` is not as expected: {text.strip()[:80]!r}")
    found = [USER.fullmatch(line) for line in lines[1:]]
    for line, each in zip(lines[1:], found, strict=True):
        if each is None:
            raise ReadError(f"`show users` is not as expected: {line!r}")
    return Logins(tuple(Login(each[1], _from(each[2])) for each in found if each))


def _from(place: str) -> str:
    return "console" if place == "-" else place


def unsaved(text: str) -> Unsaved:
    """Read `show running-config diffs`: nothing where the startup configuration is the running one."""
    shown = text.strip()
    if shown and not shown.startswith("--- "):
        raise ReadError(f"`show running-config diffs` is not as expected: {shown[:80]!r}")
    return Unsaved(bool(shown), "")
