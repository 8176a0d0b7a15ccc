"""Templates of remedies, filled from the intent, the rule's parameters and the evidence.

What nobody knows stands as `<its name>`: people see what they have to put there, and nothing is handed on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_network
from typing import Any

from jinja2 import Environment, Template, TemplateError, Undefined

from kgnet.errors import ReadError

OPEN = re.compile(r"<(?!secret [0-9a-f]{8,}>)[a-z][a-z0-9 _-]*>")  # to be filled in; a sealed secret is not


class Asked(Undefined):
    """A value that nobody knows: printed as its name; taken apart, it stays what it is."""

    __slots__ = ()

    @property
    def _told(self) -> str:
        return f"<{(self._undefined_name or 'value').replace('_', ' ')}>"

    def __str__(self) -> str:
        return self._told

    def __iter__(self) -> Iterator[Any]:
        yield self

    def __bool__(self) -> bool:
        return False

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._same if hasattr(str, name) else asked(name)

    def _same(self, *_: Any) -> Any:
        return self

    __truediv__ = __mul__ = __add__ = __radd__ = __sub__ = __getitem__ = _same

    def __hash__(self) -> int:
        return hash(self._told)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Asked) and other._told == self._told


def asked(name: str) -> Asked:
    return Asked(name=name)


@dataclass(frozen=True, slots=True)
class Known:
    """A value whose attributes, where they are empty, are asked for instead."""

    value: Any

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.value, name, None)
        return asked(name) if found in (None, "", ()) else found


def filled(text: str, names: Mapping[str, Any]) -> str:
    """Return *text* with its holes filled."""
    if "{" not in text:
        return text.strip()
    try:
        return _template(text).render(names).strip()
    except (TemplateError, ValueError, TypeError, ArithmeticError) as reason:
        raise ReadError(f"a remedy cannot be told here: {text!r}: {reason}") from reason


def lines(text: str, names: Mapping[str, Any]) -> list[str]:
    """Return the lines of *text*, filled; blank ones are none."""
    return [line.rstrip() for line in filled(text, names).splitlines() if line.strip()]


def open_places(text: str) -> list[str]:
    """Return what in *text* somebody still has to fill in, each once, in order."""
    return list(dict.fromkeys(OPEN.findall(text)))


def shape(text: str) -> Callable[[str], dict[str, str] | None]:
    """Return what reads a sentence made of *text*: the values of its `{holes}`, or None."""
    pattern = _shape(text)

    def read(sentence: str) -> dict[str, str] | None:
        found = pattern.fullmatch(sentence)
        return found.groupdict() if found else None

    return read


@cache
def _shape(text: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", text)
    return re.compile(
        "".join(f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts))
    )


def _wildcard(network: Any) -> Any:
    """Return `10.0.0.0 0.0.255.255` for `10.0.0.0/16`, as access lists of IOS write it."""
    return network if isinstance(network, Asked) else ip_network(str(network)).with_hostmask.replace("/", " ")


def _minutes(seconds: Any) -> Any:
    return seconds if isinstance(seconds, Asked) else max(1, int(seconds) // 60)


def _mask(interface: Any) -> Any:
    return interface if isinstance(interface, Asked) else interface.with_netmask.replace("/", " ")


def _with_number(listed: Any, number: Any) -> Any:
    """Return a list of VLANs as IOS writes it, `100-103,200`, with *number*; what is no list stays."""
    if isinstance(listed, Asked) or not re.fullmatch(r"[\d,-]+", str(listed)):
        return listed
    numbers = {int(number)}
    for share in str(listed).split(","):
        first, _, last = share.partition("-")
        numbers |= set(range(int(first), int(last or first) + 1))
    starts = sorted(each for each in numbers if each - 1 not in numbers)
    ends = sorted(each for each in numbers if each + 1 not in numbers)
    pairs = zip(starts, ends, strict=True)
    return ",".join(f"{first}" if first == last else f"{first}-{last}" for first, last in pairs)


@cache
def _environment() -> Environment:
    environment = Environment(
        undefined=Asked,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 — devices read no HTML
    )
    environment.filters.update(wildcard=_wildcard, minutes=_minutes, mask=_mask, with_number=_with_number)
    environment.globals.update(asked=asked)
    return environment


@cache
def _template(text: str) -> Template:
    return _environment().from_string(text)
