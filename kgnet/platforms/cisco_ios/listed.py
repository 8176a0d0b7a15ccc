"""The lines of an access list → rules of the chain that it works for.

Most entries are of one shape, for which all lines of a list are looked through at once.  What is of another
shape is read a line at a time, and what it says is remembered: a fleet writes the same again and again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from kgnet.model.facts import FilterRule
from kgnet.platforms.cisco_ios import acl
from kgnet.platforms.cisco_ios.entries import plain, unnumbered
from kgnet.platforms.cisco_ios.object_groups import Groups

REMEMBERED = 1 << 11  # ends and entries
END = r"(any|host [\d.]+|[\d.]+ [\d.]+)"
SHAPE = re.compile(
    rf"^(?:(?:sequence )?\d+ )?((permit|deny) (ip|tcp|udp|icmp|esp|gre) {END} {END}(?: eq (\d+))?(?: log)?)$"
    r"|^(.+)$",
    re.ASCII | re.MULTILINE,
)
NOT_SHAPED = ("",) * 6  # the groups of the shape, where a line is of another
VERDICTS = {"permit": "accept", "deny": "drop"}
Ends = tuple[str, ...]
Ranges = tuple[tuple[int, int], ...]
What = tuple[str, Ends, Ends, str | None, Ranges]  # verdict, sources, destinations, protocol, ports
How = tuple[bool, bool]  # harmless, narrow
Beside = tuple[Ranges, tuple[str, ...]]  # source ports, conditions


def rules(
    lines: Sequence[str], numbers: Iterable[int], chain: str, groups: Groups, *, within: str, standard: bool
) -> list[FilterRule]:
    """Return the entries of the list *within* as rules of *chain*; *numbers* are those of the *lines*."""
    found: list[FilterRule] = []
    remark: str | None = None
    shaped = [(*NOT_SHAPED, line) for line in lines] if standard else SHAPE.findall("\n".join(lines))
    for (text, does, by, source, destination, port, other), number in zip(shaped, numbers, strict=True):
        try:
            if text:
                from_, to, reached = _end(source), _end(destination), _port(port) if port else ()
                verdict, protocol = VERDICTS[does], None if by == "ip" else by
                place = remark, number, False, False, within
                found.append(FilterRule(chain, text, verdict, from_, to, protocol, reached, *place))
                continue
        except ValueError:
            pass  # what is read below tells why it is no entry
        told = text or unnumbered(other)
        if told.startswith("remark "):
            remark = told.removeprefix("remark ")
        elif told.startswith(("permit ", "deny ")):
            for each in groups.expanded(plain(told, standard)):
                what, how, beside = _said(each, standard)
                found.append(FilterRule(chain, told, *what, remark, number, *how, within, *beside))
    return found


@lru_cache(REMEMBERED)
def _end(words: str) -> Ends:
    return () if words == "any" else (acl.end_of(words.split()),)


@lru_cache(REMEMBERED)
def _port(word: str) -> Ranges:
    return ((int(word), int(word)),)


@lru_cache(REMEMBERED)
def _said(line: str, standard: bool) -> tuple[What, How, Beside]:
    """Return what an entry says, wherever it stands."""
    entry = acl.entry(line, standard=standard)
    from_, to = (() if end == "any" else (end,) for end in (entry.source, entry.destination))
    protocol = None if entry.protocol in ("ip", "ipv6") else entry.protocol
    conditions = () if acl.LOGGED.issuperset(entry.rest) else (" ".join(entry.rest),)
    narrow = bool(conditions or entry.source_ports)
    return (
        ("accept" if entry.permit else "drop", from_, to, protocol, entry.ports),
        (entry.harmless, narrow),
        (entry.source_ports, conditions),
    )
