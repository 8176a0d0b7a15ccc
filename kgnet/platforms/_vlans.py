"""Lists of VLANs as devices write them: `10,20-29`."""

from __future__ import annotations

from collections.abc import Iterable

EVERY = range(1, 4095)  # IEEE 802.1Q §9.6: 0 and 4095 are no VLANs


def numbers(text: str) -> tuple[int, ...]:
    """Return the VLANs of a list, each once, in order."""
    found: set[int] = set()
    for part in filter(None, text.replace(" ", "").split(",")):
        first, _, last = part.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return tuple(sorted(found))


def number(text: str | None) -> int | None:
    """Return the VLAN that *text* names, 1 where it says nothing; None where it is no number: `dynamic`."""
    first = (text or "1").split()[0]
    return int(first) if first.isdecimal() else None


def allowed(lists: Iterable[str]) -> tuple[int, ...] | None:
    """Return what the lines of `switchport trunk allowed vlan …` come to; None: every VLAN."""
    found: set[int] | None = None
    for text in lists:
        match text.split():
            case ["all"]:
                found = None
            case ["none"]:
                found = set()
            case ["add", *more]:
                found = found if found is None else found | set(numbers("".join(more)))
            case ["remove", *less]:
                found = (set(EVERY) if found is None else found) - set(numbers("".join(less)))
            case ["except", *less]:
                found = set(EVERY) - set(numbers("".join(less)))
            case words:
                found = set(numbers("".join(words)))
    return None if found is None or found == set(EVERY) else tuple(sorted(found))
