"""What the design promises, held over the shipped inventories and over random changes to them."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from itertools import chain

import pytest
import shipped
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgnet.design import design, in_order
from kgnet.errors import DesignError
from kgnet.model.fleet import Device, Fleet, InterfaceKind
from kgnet.model.province import Circuit, DeviceRow, Province, Role, Site, SiteKind
from kgnet.plugins import found
from kgnet.ports import Pass

PROVINCES = {name: shipped.province(name) for name in ("lab", "kiengiang")}
FLEETS = {name: shipped.fleet(name) for name in PROVINCES}
LAB = PROVINCES["lab"]


@pytest.fixture(params=FLEETS.values(), ids=FLEETS)
def fleet(request: pytest.FixtureRequest) -> Fleet:
    return request.param


def addresses(device: Device) -> list[IPv4Address | IPv6Address]:
    return [address.ip for interface in device.interfaces for address in interface.addresses]


def test_no_address_is_given_twice(fleet: Fleet) -> None:
    """Two devices with one address is the classic fault of a hand-kept plan."""
    rooms = [room.address.ip for room in fleet.rooms.values()]
    every = list(chain(rooms, *(addresses(device) for device in fleet.devices.values())))
    assert len(every) == len(set(every)) > 0


def test_as_numbers_are_unique(fleet: Fleet) -> None:
    """eBGP on every link needs an AS number a router (RFC 7938)."""
    numbers = [device.routing.asn for device in fleet.devices.values() if device.routing]
    assert len(numbers) == len(set(numbers)) > 0


def test_both_ends_of_a_link_agree(fleet: Fleet) -> None:
    """Each end names the other, in one subnet, and each runs BGP to the other with the same key."""
    for device in fleet.devices.values():
        for interface in device.interfaces:
            if interface.peer is None:
                continue
            far = fleet.devices[interface.peer.device].interface(interface.peer.interface)
            assert far.peer is not None
            assert (far.peer.device, far.peer.interface) == (device.name, interface.name)
            assert far.ipv4 is not None
            assert interface.ipv4 is not None
            assert far.ipv4.network == interface.ipv4.network


def test_sessions_are_mutual(fleet: Fleet) -> None:
    """A session that only one side knows never comes up."""
    sides: dict[frozenset[str], list[tuple[int, str | None]]] = {}
    for device in fleet.devices.values():
        for neighbor in device.routing.neighbors if device.routing else ():
            link = frozenset(
                (f"{device.name}:{neighbor.interface}", neighbor.device, str(neighbor.address.version))
            )
            far = fleet.devices[neighbor.device]
            assert far.routing is not None
            assert far.routing.asn == neighbor.remote_as
            assert any(
                back.device == device.name and back.secret == neighbor.secret
                for back in far.routing.neighbors
            )
            sides.setdefault(link, []).append((neighbor.remote_as, neighbor.secret))
    assert sides


def test_interface_names_fit_linux(fleet: Fleet) -> None:
    """IFNAMSIZ leaves 15 characters."""
    names = [interface.name for device in fleet.devices.values() for interface in device.interfaces]
    assert max(map(len, names)) <= 15


def test_every_policy_and_prefix_list_exists_and_is_used(fleet: Fleet) -> None:
    """FRR takes an unknown route map for "permit nothing", silently."""
    for device in fleet.devices.values():
        if device.routing is None:
            continue
        used = {
            name for each in device.routing.neighbors for name in (each.import_policy, each.export_policy)
        }
        assert used == {policy.name for policy in device.routing.policies}
        matched = {name for policy in device.routing.policies for name in policy.prefixes}
        assert matched == {one.name for one in device.routing.prefix_lists}


def test_a_district_announces_sums_only(fleet: Fleet) -> None:
    """However many communes a district has, a hub hears the same few prefixes from it."""
    for device in fleet.with_role(Role.BRANCH):
        if fleet.sites[device.site].kind is SiteKind.DISTRICT:
            assert device.routing is not None
            mine = next(one for one in device.routing.prefix_lists if one.name == "OWN-4")
            assert {rule.network for rule in mine.rules} <= set(device.routing.aggregates)


def test_queues_fit_the_circuit(fleet: Fleet) -> None:
    """What the classes are promised together is not more than the circuit carries."""
    queued = [link for device in fleet.devices.values() for link in device.interfaces if link.queues]
    assert queued
    for link in queued:
        assert link.rate_mbps is not None
        assert sum(queue.rate_mbps for queue in link.queues) <= link.rate_mbps * 1.001


def test_rooms_are_reserved_on_every_circuit_to_them(fleet: Fleet) -> None:
    """The media of a room crosses its own circuits and those of the sites above it."""
    for room in fleet.rooms.values():
        path = set(fleet.ancestors(room.row.site))
        carrying = {circuit.id for circuit in fleet.circuits.values() if room.row.id in circuit.rooms}
        assert carrying == {circuit.id for circuit in fleet.circuits.values() if circuit.row.site in path}


def test_a_meeting_that_does_not_fit_is_refused() -> None:
    """Better now than while the chairman speaks."""
    slow = LAB.circuits["911-2"].model_copy(update={"down_mbps": 0.5, "up_mbps": 0.5})
    with pytest.raises(DesignError, match=r"911-2 carries .* order a faster circuit"):
        design(LAB.model_copy(update={"circuits": {**LAB.circuits, "911-2": slow}}))


def test_default_deny_has_no_hole_for_guests() -> None:
    """Guests reach the Internet and nothing of ours."""
    border = FLEETS["lab"].devices["fw1"].firewall
    assert border is not None
    guests = LAB.settings.addresses.sites.network_address + (3 << 20)
    rules = [rule for rule in border.forward if any(guests in network for network in rule.sources)]
    assert rules
    assert all(not rule.destinations and rule.ports for rule in rules)


def test_passes_stand_in_their_order() -> None:
    """A pass sees the work of those it names."""
    names = [each.name for each in in_order(found(Pass).values())]
    for each in found(Pass).values():
        assert all(names.index(before) < names.index(each.name) for before in each.after)


def test_a_circle_of_passes_is_told() -> None:
    def nothing(province: Province, fleet: Fleet) -> Fleet:
        return fleet

    with pytest.raises(DesignError, match="wait for each other"):
        in_order([Pass("a", nothing, ("b",)), Pass("b", nothing, ("a",))])


def test_a_pass_that_waits_for_nobody_is_told() -> None:
    with pytest.raises(DesignError, match="does not exist"):
        in_order([Pass("a", lambda province, fleet: fleet, ("ghost",))])


# ── adding or removing a site renumbers no other ────────────────────────────

OFFICES = sorted(code for code, site in LAB.sites.items() if site.kind is not SiteKind.DATACENTER)
SLOW = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def without(province: Province, codes: set[str]) -> Province:
    """Return the province without the sites *codes* and all that stands there or behind."""
    gone = {code for code in province.sites if codes & set(design(province).ancestors(code))}
    hosts = [host for host in province.meetings if province.meetings[host].host not in gone]
    rooms = {key: room for key, room in province.rooms.items() if room.site not in gone}
    return province.model_copy(
        update={
            "sites": {key: site for key, site in province.sites.items() if key not in gone},
            "devices": {key: row for key, row in province.devices.items() if row.site not in gone},
            "circuits": {key: row for key, row in province.circuits.items() if row.site not in gone},
            "rooms": rooms,
            "meetings": {key: province.meetings[key] for key in hosts},
            "mailboxes": {key: box for key, box in province.mailboxes.items() if box.site not in gone},
        }
    )


def numbers(fleet: Fleet) -> dict[tuple[str, str], object]:
    """Return every number that was derived, by device and what it is for."""
    found_numbers: dict[tuple[str, str], object] = {}
    for device in fleet.devices.values():
        for interface in device.interfaces:
            found_numbers[device.name, interface.name] = interface.addresses
        if device.routing:
            found_numbers[device.name, "asn"] = device.routing.asn
    return found_numbers | {(room.row.id, "room"): room.address for room in fleet.rooms.values()}


@SLOW
@given(st.sets(st.sampled_from(OFFICES), min_size=1, max_size=4))
def test_removing_sites_renumbers_no_other(codes: set[str]) -> None:
    before, after = numbers(FLEETS["lab"]), numbers(design(without(LAB, codes)))
    assert {key: before[key] for key in after} == after


@SLOW
@given(st.integers(min_value=31, max_value=62), st.sampled_from(["department", "district"]))
def test_adding_a_site_renumbers_no_other(number: int, kind: str) -> None:
    site = Site(
        code="NEW",
        name="New",
        kind=SiteKind(kind),
        parent="DC",
        number=number,
        island=False,
        lat=10,
        lon=105,
        users=1,
    )
    router = DeviceRow(name="r-new", site="NEW", role=Role.BRANCH, platform="frr", number=1, zone=None)
    circuit = LAB.circuits["899-1"].model_copy(update={"id": "NEW-1", "site": "NEW"})
    grown = LAB.model_copy(
        update={
            "sites": {**LAB.sites, "NEW": site},
            "devices": {**LAB.devices, "r-new": router},
            "circuits": {**LAB.circuits, "NEW-1": circuit},
        }
    )
    before, after = numbers(FLEETS["lab"]), numbers(design(grown))
    assert {key: after[key] for key in before} == before
    assert isinstance(circuit, Circuit)


def test_the_order_of_rows_means_nothing() -> None:
    """A spreadsheet that was sorted anew gives the same network."""
    turned = LAB.model_copy(
        update={
            key: dict(reversed(getattr(LAB, key).items()))
            for key in ("sites", "devices", "circuits", "rooms", "zones")
        }
    )
    assert numbers(design(turned)) == numbers(FLEETS["lab"])


def test_loopbacks_identify_routers(fleet: Fleet) -> None:
    """The router id is the loopback (RFC 4271 wants it unique within an AS; we keep it unique everywhere)."""
    for device in fleet.devices.values():
        loopbacks = list(device.of_kind(InterfaceKind.LOOPBACK))
        assert bool(loopbacks) == bool(device.routing)
