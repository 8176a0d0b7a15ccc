"""What the design promises of the data center's fabric and of access switches."""

from __future__ import annotations

from mixed import FLEET, LAB, MIXED

from kgnet.design import design
from kgnet.model.fleet import InterfaceKind
from kgnet.model.province import SWITCHES, Role, Room

# ── the data center's fabric ────────────────────────────────────────────────


def test_the_fabric_leaves_the_routers_as_they_are() -> None:
    """A leaf and a spine more change nothing between hubs and border routers, nor how zones are addressed."""
    only_routers = {name: each for name, each in MIXED.devices.items() if each.role not in SWITCHES}
    without = design(MIXED.model_copy(update={"devices": only_routers}))
    for name in ("hub1", "fw1", "r-899", "web1"):
        assert without.devices[name].interfaces == FLEET.devices[name].interfaces
        assert without.devices[name].routing == FLEET.devices[name].routing


def test_every_leaf_is_joined_to_every_spine() -> None:
    for leaf in FLEET.with_role(Role.LEAF):
        assert leaf.routing is not None
        far = [link.peer.device for link in leaf.of_kind(InterfaceKind.FABRIC) if link.peer]
        assert far == ["spine1", "spine2"]
        assert [(each.device, each.address.version) for each in leaf.routing.neighbors] == [
            (name, version) for name in far for version in (4, 6)
        ]


def test_the_overlay_runs_between_loopbacks_that_the_underlay_announces() -> None:
    for device in FLEET.with_role(Role.SPINE, Role.LEAF):
        assert device.fabric is not None
        assert device.fabric.overlay
        for peer in device.fabric.overlay:
            far = FLEET.devices[peer.device]
            assert far.routing is not None
            assert far.fabric is not None
            assert peer.address == far.routing.router_id
            assert peer.remote_as == far.routing.asn
            assert any(peer.address in network for network in far.routing.networks if network.version == 4)
            assert peer.secret in {*device.secrets} & {*far.secrets}
            assert device.name in {back.device for back in far.fabric.overlay}


def test_the_underlay_carries_nothing_but_itself() -> None:
    """A fabric that announced the province's networks would be a way round the border routers."""
    for device in FLEET.with_role(Role.SPINE, Role.LEAF):
        assert device.routing is not None
        allowed = [rule.network for each in device.routing.prefix_lists for rule in each.rules]
        assert {each.name for each in device.routing.prefix_lists} == {"UNDERLAY-4", "UNDERLAY-6"}
        for network in device.routing.networks:
            assert any(network.version == each.version and network.subnet_of(each) for each in allowed)  # type: ignore[arg-type]
        assert not any(
            LAB.settings.addresses.datacenter.overlaps(each) for each in allowed if each.version == 4
        )


def test_a_zone_is_one_vlan_and_one_segment() -> None:
    """The border routers' own VLANs are the same, or a trunk would join nothing."""
    leaf, border = FLEET.devices["leaf1"].fabric, FLEET.devices["fw1"]
    assert leaf is not None
    wanted = {(lan.zone, lan.vlan) for lan in border.of_kind(InterfaceKind.LAN)}
    assert {(vlan.zone, vlan.number) for vlan in leaf.vlans} == wanted
    assert [vlan.vni for vlan in leaf.vlans] == [10_000 + vlan.number for vlan in leaf.vlans]
    trunks = {port.device: port.vlans for port in leaf.ports if port.trunk}
    assert trunks == {name: tuple(vlan.number for vlan in leaf.vlans) for name in ("fw1", "fw2")}


def test_a_server_is_plugged_in_where_its_zone_is() -> None:
    leaf = FLEET.devices["leaf1"].fabric
    assert leaf is not None
    assert leaf == FLEET.devices["leaf2"].fabric or leaf.ports == FLEET.devices["leaf2"].fabric.ports  # type: ignore[union-attr]
    ports = {port.device: port for port in leaf.ports}
    servers = [device for device in FLEET.devices.values() if device.gateways]
    assert servers
    for server in servers:
        assert ports[server.name].unit == server.number
        assert ports[server.name].vlans == (next(server.of_kind(InterfaceKind.LAN)).vlan,)
    assert (
        len({port.esi for port in leaf.ports}) == len(leaf.ports) == len({port.unit for port in leaf.ports})
    )


# ── access switches ─────────────────────────────────────────────────────────


def test_people_log_in_before_a_port_carries_anything() -> None:
    access = FLEET.devices["sw-899"].access
    assert access is not None
    assert access.router == "r-899"
    lans = {lan.vlan for lan in FLEET.devices["r-899"].of_kind(InterfaceKind.LAN)}
    assert {vlan.number for vlan in access.vlans} == lans
    assert [port.unit for port in access.ports] == list(range(1, 25))
    users = [port for port in access.ports if port.vlan == 100]
    assert users
    assert all(port.dot1x and port.enabled for port in users)


def test_a_room_has_the_port_of_its_number_and_others_are_shut() -> None:
    """A new room does not move another's plug."""
    rooms = dict(MIXED.rooms)
    rooms["room-8"] = Room(id="room-8", name="Eight", site="899", number=8, session_kbps=64, extension="8998")
    fleet = design(MIXED.model_copy(update={"rooms": rooms}))
    before, after = (
        {port.unit: port for port in each.access.ports} if each.access else {}
        for each in (FLEET.devices["sw-899"], fleet.devices["sw-899"])
    )
    assert (after[17].description, after[24].description) == ("room-899", "room-8")
    assert not before[24].enabled
    assert {unit for unit, port in after.items() if port != before[unit]} == {24}
