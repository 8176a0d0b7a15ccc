"""The lines of an access list → rules of the chain that it works for.

Most entries are of one shape, for which all lines of a list are looked through at once.  What is of another
shape is read a line at a time, and what it says is remembered: a fleet writes the same again and again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from kgnet.model.facts import FilterRule
from kgnet.model.remembered import Remembered
from kgnet.platforms.cisco_ios import acl
from kgnet.platforms.cisco_ios.entries import PORTS as NAMED
from kgnet.platforms.cisco_ios.entries import plain, unnumbered
from kgnet.platforms.cisco_ios.object_groups import Groups

REMEMBERED = 1 << 11  # ends and entries
END = r"(any|host [\da-fA-F.:]+|[\d.]+ [\d.]+|[\da-fA-F:]+/\d+)"
REACHED = r"(?: ((?:eq|gt|lt|neq) [\w-]+|range [\w-]+ [\w-]+))?"
SHAPE = re.compile(
    r"^(?:(?:sequence )?\d+ )?"
    rf"((permit|deny) (ip|tcp|udp|icmp|ipv6|esp|gre) {END} {END}{REACHED}(?: log(?:-input)?)?)$"
    r"|^(.+)$",
    re.ASCII | re.MULTILINE,
)
NOT_SHAPED = ("",) * 6  # the groups of the shape, where a line is of another
VERDICTS = {"permit": "accept", "deny": "drop"}
EVERY = ("ip", "ipv6")  # whatever protocol
Ends = tuple[str, ...]
Ranges = tuple[tuple[int, int], ...]
What = tuple[str, Ends, Ends, str | None, Ranges]  # verdict, sources, destinations, protocol, ports
How = tuple[bool, bool]  # harmless, narrow
Beside = tuple[Ranges, tuple[str, ...]]  # source ports, conditions
Said = tuple[What, How, Beside]


def rules(
    lines: Sequence[str], numbers: Iterable[int], chain: str, groups: Groups, *, within: str, standard: bool
) -> list[FilterRule]:
    """Return the entries of the list *within* as rules of *chain*; *numbers* are those of the *lines*."""
    found: list[FilterRule] = []
    remark: str | None = None
    others = STANDARD if standard else EXTENDED
    shaped = [(*NOT_SHAPED, line) for line in lines] if standard else SHAPE.findall("\n".join(lines))
    for (text, does, by, source, destination, port, other), number in zip(shaped, numbers, strict=True):
        try:
            if text:
                from_, to, reached = ENDS[source], ENDS[destination], PORTS[port]
                verdict, protocol = VERDICTS[does], None if by in EVERY else by
                place = remark, number, False, False, within
                found.append(FilterRule(chain, text, verdict, from_, to, protocol, reached, *place))
                continue
        except ValueError:
            pass  # what is read below tells why it is no entry
        told, comment, said = others[text or other]
        remark = comment or remark
        for what, how, beside in _expanded(told, groups, standard) if said is None else said:
            found.append(FilterRule(chain, told, *what, remark, number, *how, within, *beside))
    return found


def _end(words: str) -> Ends:
    if words == "any":
        return ()
    first, _, second = words.partition(" ")
    return (acl.network(second, "") if first == "host" else acl.network(first, second),)


def _ports(words: str) -> Ranges:
    return acl.reached([str(NAMED.get(word, word)) for word in words.split()])


def _other(line: str, standard: bool) -> tuple[str, str, tuple[Said, ...] | None]:
    """Return an entry without its number, or a remark, and what it says; None: that is for groups to tell."""
    told = unnumbered(line)
    if told.startswith("remark "):
        return "", told.removeprefix("remark "), ()
    if not told.startswith(("permit ", "deny ")):
        return "", "", ()
    entry = plain(told, standard)
    return told, "", None if "group" in entry else (_said(entry, standard),)


def _expanded(told: str, groups: Groups, standard: bool) -> Iterator[Said]:
    return (_said(each, standard) for each in groups.expanded(plain(told, standard)))


def _said(line: str, standard: bool) -> Said:
    """Return what an entry says, wherever it stands."""
    entry = acl.entry(line, standard=standard)
    from_, to = (() if end == "any" else (end,) for end in (entry.source, entry.destination))
    protocol = None if entry.protocol in EVERY else entry.protocol
    conditions = () if acl.LOGGED.issuperset(entry.rest) else (" ".join(entry.rest),)
    narrow = bool(conditions or entry.source_ports)
    return (
        ("accept" if entry.permit else "drop", from_, to, protocol, entry.ports),
        (entry.harmless, narrow),
        (entry.source_ports, conditions),
    )


ENDS = Remembered(_end, REMEMBERED)
PORTS = Remembered(_ports, REMEMBERED)
EXTENDED = Remembered(partial(_other, standard=False), REMEMBERED)
STANDARD = Remembered(partial(_other, standard=True), REMEMBERED)
