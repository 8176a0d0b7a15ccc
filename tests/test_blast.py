"""Who and what is behind a change, counted by hand in the lab and in the province."""

from __future__ import annotations

import pytest
import shipped
from mixed import FLEET, MIXED

from kgnet.blast import Reach, blast
from kgnet.design import design

LAB = shipped.province("lab")
LAB_FLEET = shipped.fleet("lab")
KIENGIANG = shipped.province("kiengiang")
PROVINCE_FLEET = shipped.fleet("kiengiang")

OFFICES = tuple(code for code in LAB.sites if code != "DC")
ROOMS = ("room-899", "room-911", "room-stttt")
ALL_FUNCTIONS = ("names (DNS)", "mail", "calls between rooms", "monitoring")
CENTER = Reach((), ROOMS, ("portal", "onestop"), ALL_FUNCTIONS, 8)
EVERYONE = Reach(OFFICES, ROOMS, (), (), 8)
PHU_QUOC = Reach(("911", "31081"), ("room-911",), (), (), 2)
KIEN_LUONG = Reach(("902", "30787", "30790"), (), (), (), 1)


@pytest.mark.parametrize(
    ("touched", "behind", "alone"),
    [
        (["r-911"], PHU_QUOC, PHU_QUOC),  # one router, whatever its circuits
        (["r-31081"], Reach(("31081",), (), (), (), 1), Reach(("31081",), (), (), (), 1)),
        (["hub1"], EVERYONE, Reach()),  # every office that has a circuit there has one to hub2
        (["hub1", "hub2"], EVERYONE, EVERYONE),
        (["hub1", "r-902"], EVERYONE, KIEN_LUONG),
        (["fw1"], Reach(OFFICES, ROOMS, ("portal", "onestop"), ALL_FUNCTIONS, 8), Reach()),
        (["fw1", "fw2"], Reach(OFFICES, ROOMS, ("portal", "onestop"), ALL_FUNCTIONS, 8), CENTER),
        (["web1"], Reach(services=("portal", "onestop")), Reach(services=("portal", "onestop"))),
        (["lb1"], Reach(services=("portal", "onestop")), Reach(services=("portal", "onestop"))),
        (["mail1"], Reach(functions=("mail",), mailboxes=8), Reach(functions=("mail",), mailboxes=8)),
        (
            ["sip1"],
            Reach(rooms=ROOMS, functions=("calls between rooms",)),
            Reach(rooms=ROOMS, functions=("calls between rooms",)),
        ),
        (["mon1"], Reach(functions=("monitoring",)), Reach(functions=("monitoring",))),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, list) else "",
)
def test_the_lab_counted_by_hand(touched: list[str], behind: Reach, alone: Reach) -> None:
    found = blast(LAB, LAB_FLEET, touched)
    assert (found.behind, found.alone) == (behind, alone)


def test_an_office_with_one_circuit_falls_with_its_hub() -> None:
    """899 without its second circuit: nothing but hub1 carries it and its commune."""
    circuits = {name: each for name, each in LAB.circuits.items() if name != "899-2"}
    province = LAB.model_copy(update={"circuits": circuits})
    found = blast(province, design(province), ["hub1"])
    assert found.alone.sites == ("899", "30730")


def test_the_province_counted_by_hand() -> None:
    """Phú Quốc: the district and ten communes, one room, 140 + 10 × 21 mailboxes; hub1 alone cuts nobody."""
    island = blast(KIENGIANG, PROVINCE_FLEET, ["r-911"])
    assert (len(island.alone.sites), len(island.alone.rooms), island.alone.mailboxes) == (11, 1, 350)
    hub = blast(KIENGIANG, PROVINCE_FLEET, ["hub1"])
    assert (len(hub.behind.sites), hub.behind.mailboxes, hub.alone) == (181, 6923, Reach())
    assert len(blast(KIENGIANG, PROVINCE_FLEET, ["hub1", "hub2"]).alone.sites) == 181
    assert blast(KIENGIANG, PROVINCE_FLEET, ["dns1"]).alone == Reach()  # dns2 stays
    assert blast(KIENGIANG, PROVINCE_FLEET, ["dns1", "dns2"]).alone.functions == ("names (DNS)",)


def test_a_fabric_has_a_second_path_unless_all_of_a_kind_are_touched() -> None:
    assert blast(MIXED, FLEET, ["spine1", "leaf2"]).alone == Reach()
    both = blast(MIXED, FLEET, ["leaf1", "leaf2"])
    assert (both.alone.services, both.alone.mailboxes, both.alone.sites) == (("portal", "onestop"), 8, ())


def test_an_access_switch_is_the_only_way_for_its_people() -> None:
    found = blast(MIXED, FLEET, ["sw-899"])
    assert (found.behind.sites, found.alone.sites, found.alone.rooms) == (("899",), ("899",), ("room-899",))


def test_it_is_told_in_words() -> None:
    """Names that people know, and a plain sentence when there is nothing to fear."""
    assert blast(LAB, LAB_FLEET, ["r-911"]).lines == (
        "touches 1 device: r-911 (branch, Phú Quốc, an island)",
        "behind it: 2 sites: Phú Quốc (911), An Thới (31081); "
        "1 room: Phòng họp UBND huyện Phú Quốc; 2 mailboxes",
        "none of that has a second path: it is cut off if this goes wrong",
    )
    partly = blast(LAB, LAB_FLEET, ["hub1", "r-902"]).lines
    assert partly[-1].startswith("no second path, cut off if this goes wrong: 3 sites: Kiên Lương (902)")
    assert blast(LAB, LAB_FLEET, ["hub1"]).lines[-1] == (
        "all of that has a second path, which none of these devices is on"
    )
    long = blast(KIENGIANG, PROVINCE_FLEET, ["hub1"]).lines[1]
    assert "181 sites: " in long
    assert " and 173 more" in long


def test_nothing_touched_is_nothing_behind() -> None:
    found = blast(LAB, LAB_FLEET, [])
    assert (found.touched, found.behind, found.alone) == ((), Reach(), Reach())


def test_a_device_that_there_is_not_is_an_error() -> None:
    """A typing error must not look harmless."""
    with pytest.raises(KeyError, match="r-912"):
        blast(LAB, LAB_FLEET, ["r-912"])
