"""What an IOS device says of a BGP neighbour: itself, by its group, and by templates."""

from __future__ import annotations

import pytest

from kgnet.model.facts import ConfiguredBgp, ConfiguredNeighbor, RouteMaps
from kgnet.platforms.cisco_ios.bgp import bgp
from kgnet.platforms.cisco_ios.filtered import prefix_lists, route_maps
from kgnet.platforms.cisco_ios.lines import blocks

TEXT = """\
router bgp 65000
 bgp router-id 10.0.0.1
 template peer-session KEYED
  password 7 070C285F4D06
  remote-as 65099
 exit-peer-session
 neighbor DISTRICTS peer-group
 neighbor DISTRICTS remote-as 65010
 neighbor DISTRICTS description every district
 neighbor 10.1.0.1 peer-group DISTRICTS
 neighbor 10.1.0.2 remote-as 65012
 neighbor 10.1.0.2 description the second
 neighbor 10.1.0.2 inherit peer-session KEYED
 neighbor 10.1.0.3 fall-over bfd
 neighbor 10.1.0.4 inherit peer-session KEYED
 !
 address-family ipv4
  neighbor DISTRICTS route-map IN in
  neighbor DISTRICTS maximum-prefix 100
  neighbor 10.1.0.1 activate
  neighbor 10.1.0.1 maximum-prefix 200 warning-only
  neighbor 10.1.0.2 prefix-list ONES in
  neighbor 10.1.0.2 prefix-list OTHERS out
  neighbor 10.1.0.2 route-map OUT out
 exit-address-family
 !
 address-family ipv4 vrf GUESTS
  neighbor 10.9.0.1 remote-as 65900
 exit-address-family
"""


def read(text: str) -> ConfiguredBgp:
    (found,) = bgp(blocks(text))
    return found


def test_a_neighbour_has_what_its_group_and_its_templates_say_and_its_own_word_counts() -> None:
    first, second, fourth = read(TEXT).neighbors
    assert [str(each.address) for each in (first, second, fourth)] == ["10.1.0.1", "10.1.0.2", "10.1.0.4"]
    assert (first.remote_as, first.description, first.line) == (65010, "every district", 10)
    assert (first.import_policy, first.export_policy, first.maximum_prefix) == ("IN", None, None)
    assert (second.remote_as, second.description, second.password) == (65012, "the second", True)
    assert (second.import_lists, second.export_lists, second.export_policy) == (("ONES",), ("OTHERS",), "OUT")
    assert (fourth.remote_as, fourth.password, fourth.line) == (65099, True, 15)


def test_neighbours_of_two_devices_have_their_own_names_and_lines() -> None:
    """What is said of many is remembered; what is a neighbour's own is not."""
    said = ("remote-as {1}", "description {2}", "fall-over bfd")
    text = "\n".join(("router bgp 1", *(f" neighbor {{0}} {each}" for each in said)))
    one, other = read(text.format("10.0.0.1", 2, "a")), read("!\n" + text.format("10.0.0.5", 3, "b"))
    for found, expected in ((one, ("10.0.0.1", 2, "a", 2)), (other, ("10.0.0.5", 3, "b", 3))):
        (each,) = found.neighbors
        assert (str(each.address), each.remote_as, each.description, each.line) == expected
        assert each.bfd


def test_lines_of_neighbours_may_stand_in_any_order() -> None:
    lines = [
        f" neighbor 10.0.0.{n} {what}"
        for what in ("remote-as 7", "password x", "activate")
        for n in (1, 2, 11)
    ]
    found = read("\n".join(("router bgp 1", *lines))).neighbors
    assert [(str(each.address), each.password, each.line) for each in found] == [
        ("10.0.0.1", True, 2),
        ("10.0.0.2", True, 3),
        ("10.0.0.11", True, 4),
    ]
    assert all(isinstance(each, ConfiguredNeighbor) for each in found)


def test_a_route_map_has_all_its_parts_and_each_list_has_its_entries_in_order() -> None:
    text = """\
ip prefix-list ONES seq 5 permit 10.0.0.0/8 ge 16 le 24
ipv6 prefix-list SIX seq 5 deny ::/0
ip prefix-list ONES seq 10 deny 0.0.0.0/0 le 32
route-map IN permit 10
 match ip address prefix-list ONES OTHERS
route-map IN deny 20
route-map IN permit 30
 match ipv6 address prefix-list SIX
 no match tag 5
 match tag 5
route-map OUT permit 10
 description match nothing
"""
    root = blocks(text)
    maps = route_maps(root)
    assert maps == RouteMaps({"IN": ("ONES", "OTHERS", "SIX"), "OUT": ()}, {"OUT": 11})
    lists = prefix_lists(root).lists
    assert list(lists) == ["ONES", "SIX"]
    assert [(e.sequence, e.permit, e.network, e.ge, e.le, e.line) for e in lists["ONES"]] == [
        (5, True, "10.0.0.0/8", 16, 24, 1),
        (10, False, "0.0.0.0/0", None, 32, 3),
    ]


@pytest.mark.parametrize("network", ["0.0.0.0/00", "0.0.0.0/0.0.0.0"])
def test_all_there_is_is_told_however_it_is_written(network: str) -> None:
    (entry,) = prefix_lists(blocks(f"ip prefix-list ALL seq 5 permit {network} le 32\n")).lists["ALL"]
    assert (entry.network, entry.le) == ("0.0.0.0/0", 32)


@pytest.mark.parametrize("network", ["any", "10.0.0.0/8x", "0.0.0.0/0x"])
def test_what_is_no_network_cannot_be_judged(network: str) -> None:
    with pytest.raises(ValueError, match="network"):
        prefix_lists(blocks(f"ip prefix-list ALL seq 5 permit {network} le 32\n"))
