"""IOS's canonical configuration → BGP: who speaks to whom, and what of it is held back.

Of a neighbour's own are its address, its AS and its description; what else is said of it is said of many.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Network

from kgnet.model.facts import ConfiguredBgp, ConfiguredNeighbor
from kgnet.platforms._addresses import address, network
from kgnet.platforms._asn import as_number
from kgnet.platforms._releases import switched
from kgnet.platforms.cisco_ios.lines import Block

SAFE = "bgp safe-ebgp-policy"
REMEMBERED = 1 << 12


def bgp(root: Block) -> Iterator[ConfiguredBgp]:
    for block in root.starting("router bgp "):
        lines, numbers = list(block.lines), list(block.numbers)
        for family in block.starting("address-family "):
            if " vrf " not in family.line:
                lines += family.lines
                numbers += family.numbers
        router_id = block.rest("bgp router-id ")
        templates = {each.line.removeprefix("template "): each.lines for each in block.starting("template ")}
        told, places, others = _told(lines, numbers)
        yield ConfiguredBgp(
            asn=as_number(block.line.split()[2]),
            router_id=IPv4Address(router_id) if router_id else None,
            neighbors=tuple(_neighbors(told, places, templates)),
            networks=tuple(_networks(others, "network ")),
            aggregates=tuple(_networks(others, "aggregate-address ")),
            requires_policy=switched("cisco_ios", SAFE, root.rest("version "), on=block.says(SAFE)),
            line=block.number,
        )


def _networks(lines: Iterable[str], word: str) -> Iterator[IPv4Network | IPv6Network]:
    for line in lines:
        if not line.startswith(word):
            continue
        match line.removeprefix(word).split():
            case [start, "mask", mask, *_]:
                yield network(f"{start}/{mask}")
            case [start, *_] if "/" in start:
                yield network(start)
            case [start, mask, *_] if mask[0].isdecimal():
                yield network(f"{start}/{mask}")
            case [start, *_]:
                yield network(f"{start}/{_classful(start)}")


def _classful(start: str) -> int:
    """Return the length that a network without a mask has (RFC 791 §2.3)."""
    first = int(start.partition(".")[0])
    return 8 if first < 128 else 16 if first < 192 else 24


# ── neighbours ──────────────────────────────────────────────────────────────


def _told(
    lines: Iterable[str], numbers: Iterable[int]
) -> tuple[dict[str, list[str]], dict[str, int], list[str]]:
    """Return what is said of each neighbour or group, where first, and all other lines.

    Many lines in turn are of the same neighbour.
    """
    told: dict[str, list[str]] = {}
    places: dict[str, int] = {}
    others: list[str] = []
    same, begun, here = "neighbor  ", 0, list[str]()  # how no line begins
    for line, number in zip(lines, numbers, strict=True):
        if line.startswith(same):
            here.append(line[begun:])
        elif line.startswith("neighbor "):
            _, name, what = line.split(None, 2)
            if name not in told:
                told[name], places[name] = [], number
            here = told[name]
            here.append(what)
            same = f"neighbor {name} "
            begun = len(same)
        else:
            others.append(line)
    return told, places, others


def _neighbors(
    told: Mapping[str, Sequence[str]], places: Mapping[str, int], templates: Mapping[str, Sequence[str]]
) -> Iterator[ConfiguredNeighbor]:
    """Yield those with an AS; *templates*: what they may inherit, sessions and policies."""
    for name, own in told.items():
        if name[0].isdecimal() or ":" in name:
            remote_as, description, others = _apart(own)
            said = _said(others)
            if said.group or said.inherits:
                all_of_it = list(_with_inherited(own, told.get(said.group, ()), templates))
                remote_as, description, others = _apart(all_of_it)
                said = _said(others)
            if remote_as:
                number = as_number(remote_as.split()[1])
                yield ConfiguredNeighbor(
                    address(name), number, description, *said.session, places[name], *said.lists
                )


def _with_inherited(
    own: Sequence[str], group: Sequence[str], templates: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """Yield what holds for a neighbour, the last of it the most: templates, its *group*, its own."""
    told = [*group, *own]
    for each in told:
        if each.startswith("inherit "):
            yield from templates.get(" ".join(each.split()[1:]), ())
    yield from told


def _apart(told: Iterable[str]) -> tuple[str, str | None, tuple[str, ...]]:
    """Return what tells the AS, the description, and all else."""
    remote_as, description, others = "", None, []
    for each in told:
        if each.startswith("remote-as "):
            remote_as = each
        elif each.startswith("description"):
            description = " ".join(each.split()[1:])
        else:
            others.append(each)
    return remote_as, description, tuple(others)


@dataclass(frozen=True, slots=True)
class _Said:
    """What is said of many neighbours; *group* and *inherits*: from where more of it comes, "" for none."""

    session: tuple[bool, bool, str | None, str | None, int | None]  # as a neighbour has them, from `bfd` on
    lists: tuple[tuple[str, ...], tuple[str, ...]]  # prefix lists, in and out
    group: str
    inherits: str


@lru_cache(REMEMBERED)
def _said(told: tuple[str, ...]) -> _Said:
    words = [each.split() for each in told]
    by_word = {each[0]: each for each in words}
    policies = {each[2]: each[1] for each in words if each[0] == "route-map"}
    lists = [each for each in words if each[0] == "prefix-list"]
    most = by_word.get("maximum-prefix")
    session = (
        ["fall-over", "bfd"] in [each[:2] for each in words],
        "password" in by_word or "ao" in by_word,  # TCP-AO, RFC 5925
        policies.get("in"),
        policies.get("out"),
        int(most[1]) if most and "warning-only" not in most else None,
    )
    came, went = (tuple(each[1] for each in lists if each[2] == way) for way in ("in", "out"))
    groups = [each[1] for each in words if each[0] == "peer-group" and len(each) == 2]
    inherits = " ".join(by_word.get("inherit", ())[1:])
    return _Said(session, (came, went), groups[-1] if groups else "", inherits)
