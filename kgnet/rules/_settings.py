"""Reading a daemon's effective settings: what is not told is an error, never a pass."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kgnet.errors import MissingFact
from kgnet.model.facts import Kernel, Settings
from kgnet.model.outcome import Deviation


def value(settings: Settings, key: str) -> str:
    """Return the one value of *key*, in lower case; MissingFact if the daemon did not tell it."""
    found = settings.one(key)
    if found is None:
        raise MissingFact(f"{type(settings).__name__} does not tell {key}")
    return found.strip().lower()


def number(settings: Settings, key: str) -> int:
    """Return *key* as a number; a text that is none is as good as missing."""
    found = value(settings, key)
    if not re.fullmatch(r"-?[0-9]+", found):
        raise MissingFact(f"{key} is {found!r}, not a number")
    return int(found)


def words(settings: Settings, key: str) -> tuple[str, ...]:
    """Return the members of the list *key*, however it is parted."""
    held = settings.values.get(key.lower())
    if held is None:
        raise MissingFact(f"{type(settings).__name__} does not tell {key}")
    return tuple(word for text in held for word in re.split(r"[\s,]+", text.strip()) if word)


def told(family: str, name: str, found: Mapping[str, int], good: str = "0") -> Iterator[Deviation]:
    """Yield one line a wrong value of a setting, with the interfaces that have it."""
    for value in sorted(set(found.values())):
        where = ", ".join(interface for interface, own in found.items() if own == value)
        yield Deviation(f"net.{family}.conf.*.{name} = {value} for {where}", good)


def on_interfaces(kernel: Kernel, family: str, name: str) -> Iterator[tuple[str, int]]:
    """Yield (interface, value) of a setting that each interface has; loopback never meets a stranger.

    The pseudo interfaces `all` and `default` come first where they are told.
    """
    pattern = re.compile(rf"net\.{family}\.conf\.(.+)\.{name}")
    found = {match[1]: key for key in kernel.values if (match := pattern.fullmatch(key)) and match[1] != "lo"}
    if "all" not in found:
        raise MissingFact(f"Kernel does not tell net.{family}.conf.all.{name}")
    for interface in sorted(found, key=lambda each: (each not in ("all", "default"), each)):
        yield interface, number(kernel, found[interface])
