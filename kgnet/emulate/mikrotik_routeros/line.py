"""RouterOS' command line taken apart: menu, verb, selection, settings; its words for what is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from kgnet.emulate.mikrotik_routeros.menus import DELIVERED, Item, Menu

WORD = re.compile(r'(?:"(?:[^"\\]|\\.)*"|\[[^\]]*\]|[^\s"\[\]])+')
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "_": " "}
UNITS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}


class Wrong(Exception):
    """A line that RouterOS does not take; the text is its answer."""


@dataclass(frozen=True, slots=True)
class Command:
    """`/ip service set [find name=ssh] disabled=no`: menu, verb, what it is about, settings, other words."""

    path: str
    verb: str
    about: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()


def split(line: str) -> list[str]:
    """Split a line into commands at `;` outside quotation marks and brackets."""
    parts = re.findall(r'(?:"(?:[^"\\]|\\.)*"|\[[^\]]*\]|[^;"\[])+', line)
    return [part.strip() for part in parts if part.strip()]


def parse(text: str, menus: Mapping[str, Menu], verbs: tuple[str, ...]) -> Command:
    """Take one command apart; Wrong where it goes wrong, with the column."""
    words = WORD.findall(text)
    if WORD.sub("", text).strip():
        raise Wrong(f"expected end of command (line 1 column {len(text)})")
    path, rest = _path(words, verbs)
    if not rest:
        raise Wrong(f"bad command name {words[-1].strip('/')} (line 1 column {text.rfind(words[-1]) + 1})")
    verb, *told = rest
    settings: dict[str, str] = {}
    about, other = "", list[str]()
    for word in told:
        name, equals, value = word.partition("=")
        if equals and re.fullmatch(r"[a-z][a-z0-9.-]*", name):
            settings[name] = unquoted(value)
        elif not about and not other and verb in ("set", "remove", "move", "disable", "enable"):
            about = word
        else:
            other.append(word)
    return Command(path, verb, about, settings, tuple(other))


def _path(words: list[str], verbs: tuple[str, ...]) -> tuple[str, list[str]]:
    """Return the menu and the words from the verb on; `/ip/service/set` is the same as `/ip service set`."""
    if "/" in words[0][1:]:
        words = [*words[0].strip("/").split("/"), *words[1:]]
    for place, word in enumerate(words):
        if word.strip("/") in verbs:
            return "/" + " ".join(w.strip("/") for w in words[:place]), [word.strip("/"), *words[place + 1 :]]
    return "", []


def unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    return re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), value[1:-1])


def selected(menu: Menu, about: str) -> list[Item]:
    """Return the items that `[find …]`, a name or a number means; Wrong if a name means none."""
    if about.startswith("["):
        words = WORD.findall(about.strip("[] "))
        if not words or words[0] != "find":
            raise Wrong("bad command name (line 1 column 1)")
        return [
            item
            for item in menu.items
            if all(_fits(menu, item, word) for word in words[1:] if word != "where")
        ]
    name = unquoted(about)
    found = [item for item in menu.items if name in (item.fixed, item.values.get("name"))]
    if not found and name.isdecimal() and int(name) < len(menu.items):
        found = [menu.items[int(name)]]
    if not found:
        raise Wrong("no such item")
    return found


def _fits(menu: Menu, item: Item, condition: str) -> bool:
    name, sign, wanted = re.split(r"(=|~)", condition, maxsplit=1)
    value = {"default": "yes" if item.fixed else "no", "default-name": item.values.get("name", "")}.get(name)
    value = item.get(menu, name) if value is None else value
    value = item.fixed if name == "name" and menu.name == "/ip service" else value
    return value == unquoted(wanted) if sign == "=" else re.search(unquoted(wanted), value) is not None


def seconds(text: str) -> float:
    """Return the seconds of `1m30s` or `00:01:30`."""
    if ":" in text:
        hours, minutes, rest = text.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + float(rest)
    return sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([wdhms])", text))


def duration(total_s: float) -> str:
    """Return a length of time as RouterOS prints it."""
    left, told = int(total_s), ""
    for unit, length in UNITS.items():
        if left >= length:
            told += f"{left // length}{unit}"
            left %= length
    return told or "0s"


# ── carrying out ────────────────────────────────────────────────────────────


def known(menu: Menu, settings: Mapping[str, str]) -> None:
    for name, value in settings.items():
        if not menu.knows(name) and name not in ("place-before", "destination"):
            raise Wrong(f"bad parameter {name} (line 1 column 1)")
        if name in ("disabled", "enabled") and value not in ("yes", "no"):
            raise Wrong(f"invalid value for argument {name}")


def add(menu: Menu, settings: Mapping[str, str]) -> None:
    values = {name: value for name, value in settings.items() if name != "place-before"}
    for name in menu.needs:
        if name not in values and not menu.defaults.get(name):
            raise Wrong(f"failure: {name} is needed")
    if menu.single or menu.name in ("/ip service", "/interface ethernet"):
        raise Wrong("bad command name add (line 1 column 1)")
    if menu.unique and any(item.get(menu, menu.unique) == values.get(menu.unique) for item in menu.items):
        raise Wrong(f"failure: already have {menu.name.split()[-1].strip('/')} with such {menu.unique}")
    place = len(menu.items)
    place = len(menu.items)
    if "place-before" in settings:
        place = menu.items.index(next(iter(selected(menu, settings["place-before"]))))
    menu.items.insert(place, Item(values))


def change(menu: Menu, item: Item, settings: Mapping[str, str]) -> None:
    for name, value in settings.items():
        if value == menu.defaults.get(name) and name not in DELIVERED.get(menu.name, ("name",)):
            item.values.pop(name, None)
            if item.fixed == "www-ssl":
                item.values[name] = value
        else:
            item.values[name] = value


def move(menu: Menu, command: Command) -> None:
    moved = selected(menu, command.about)
    target = selected(menu, command.settings["destination"])[0]
    menu.items = [item for item in menu.items if item not in moved]
    place = menu.items.index(target)
    menu.items[place:place] = moved
