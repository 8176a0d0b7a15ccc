"""What a text names and nowhere defines, or defines and nowhere uses, is found as by a look at every line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgnet.model.naming import Name, Names
from kgnet.platforms._objects import REMEMBERED, Compiled, Naming
from kgnet.platforms.arista_eos import naming as eos
from kgnet.platforms.cisco_ios import naming as ios
from kgnet.platforms.cisco_ios.lines import blocks
from kgnet.platforms.frr import naming as frr

LINES = """
ip access-list extended A
permit object-group B any
deny ip any addrgroup A
permit ip any any
ip access-group A in
ip access-group any in
ip verify unicast source reachable-via rx allow-default A
ip prefix-list A seq 5 permit 10.0.0.0/8
ip prefix-list B permit 0.0.0.0/0
ipv6 prefix-list A seq 5
ip policy route-map A
ip local policy route-map B
ipv6 policy route-map A
ip pim bsr-border A
ipv6 local policy route-map B
ipv6 traffic-filter A in
ip address 10.0.0.1 255.0.0.0
neighbor 10.0.0.1 route-map A in
neighbor 10.0.0.1 prefix-list B out
neighbor A remote-as 65000
neighbor B default-originate route-map A
neighbor B distribute-list A in
neighbor A peer group
neighbor A advertise-map A exist-map B
neighbor 10.0.0.1 peer-group A
neighbor 10.0.0.1 peer group A
route-map A permit 10
match ip address A B
match ip address prefix-list A B
match as-path A
class-map match-any A
policy-map B
class A
service-policy output B
description route-map A
object-group network B
group-object A
zone security A
zone-pair security X source A destination B
access-list 10 permit any
access-class 10 in
snmp-server community X RO 10
redistribute bgp route-map A
""".strip().splitlines()


def plain(told: Compiled, lines: Sequence[str]) -> Mapping[tuple[str, str], int]:
    first: dict[tuple[str, str], int] = {}
    for number, line in enumerate(lines, 1):
        for kind, pattern in told.words.get(line.split()[0], ()):
            for found in re.finditer(pattern, line):
                for name in " ".join(filter(None, found.groups())).split():
                    first.setdefault((kind, name), number)
    return first


def in_order(names: Names) -> tuple[list[Name], ...]:
    """Return them by place: in which order names of one line come tells nothing."""
    return tuple(
        sorted(each, key=lambda name: (name.line, name.kind, name.name))
        for each in (names.undefined, names.unused)
    )


@pytest.mark.parametrize("platform", [ios, eos, frr], ids=lambda module: module.__name__)
@given(lines=st.lists(st.sampled_from(LINES), max_size=12))
def test_no_name_is_missed(platform: object, lines: list[str]) -> None:
    told: Naming = platform.NAMING  # type: ignore[attr-defined]
    found = told.names(lines, range(1, len(lines) + 1))
    defines, uses = platform.DEFINES, platform.USES  # type: ignore[attr-defined]
    assert in_order(found) == in_order(Names.of(plain(defines, lines), plain(uses, lines)))


def test_the_first_place_of_a_name_is_told() -> None:
    lines = [
        "route-map A permit 10",
        "match ip address 7",
        "!",
        "match ip address 7",
        "route-map A permit 20",
    ]
    found = ios.NAMING.names(lines, [10, 11, 12, 13, 14])
    assert found == Names((Name("access list", "7", 11),), (Name("route map", "A", 10),))


def test_what_stands_in_a_text_for_people_names_nothing() -> None:
    """Nor does a certificate; both may stand inside a block."""
    text = (
        "banner login ^\n ip access-group A in\n^\ncrypto pki certificate chain X\n certificate ca 01\n\n"
        "  access-class B in\n  quit\nline vty 0 4\n banner exec ^C\n access-class C in\n^C\n"
        " access-class D in\n"
    )
    assert ios.naming(blocks(text, 5)).undefined == (Name("access list", "D", 17),)


def test_what_is_remembered_has_a_bound() -> None:
    told = Naming(
        Compiled({"list": [("list", r"^list (\S+)$")]}), Compiled({"use": [("list", r"^use (\S+)$")]})
    )
    for start in range(0, 4 * REMEMBERED, REMEMBERED):
        lines = [f"{word} {start + each}" for each in range(REMEMBERED) for word in ("list", "say")]
        names = told.names(lines, range(len(lines)))
        assert len(names.unused) == REMEMBERED
        assert len(told._naming) + len(told._silent) <= 4 * REMEMBERED
