"""What the design promises of vendors' devices: ports, switches, tunnels, administration."""

from __future__ import annotations

from collections import Counter
from ipaddress import IPv4Address

import pytest
import shipped
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mixed import FLEET, LAB, MIXED, row

from kgnet.design import design
from kgnet.errors import DesignError
from kgnet.model.fleet import Device, Fleet
from kgnet.model.groups import LINUX
from kgnet.model.province import (
    SWITCHES,
    Province,
    Role,
    Site,
    SiteKind,
)

KIENGIANG = shipped.province("kiengiang")


FLEETS = {"lab": shipped.fleet("lab"), "mixed": FLEET, "kiengiang": shipped.fleet("kiengiang")}


@pytest.fixture(params=FLEETS.values(), ids=FLEETS)
def fleet(request: pytest.FixtureRequest) -> Fleet:
    found = request.param
    assert isinstance(found, Fleet)
    return found


# ── units: what vendors' ports are named by ─────────────────────────────────


def units(fleet: Fleet) -> dict[tuple[str, str], int]:
    return {
        (device.name, link.name): link.unit for device in fleet.devices.values() for link in device.interfaces
    }


def test_units_are_unique_among_ports_of_a_kind(fleet: Fleet) -> None:
    """Two ports of one name would be one port."""
    for device in fleet.devices.values():
        counted = Counter((link.kind, link.unit) for link in device.interfaces)
        assert not counted or max(counted.values()) == 1, device.name


def test_units_fit_a_vlan(fleet: Fleet) -> None:
    """IEEE 802.1Q has 1 to 4094, and subinterfaces are numbered alike."""
    found = units(fleet).values()
    assert found
    assert all(1 <= unit <= 4094 for unit in found)


SITE = Site(
    code="NEW",
    name="New",
    kind=SiteKind.COMMUNE,
    parent="899",
    number=1,
    island=False,
    lat=10,
    lon=105,
    users=1,
)


def with_site(kind: SiteKind, parent: str, number: int, upstreams: list[str]) -> Province:
    """Return the mixed lab with one more office, a circuit to each of *upstreams*."""
    site = SITE.model_copy(update={"kind": kind, "parent": parent, "number": number})
    some = LAB.circuits["899-1"]
    circuits = {
        f"NEW-{order}": some.model_copy(
            update={"id": f"NEW-{order}", "site": "NEW", "upstream": upstream, "order": order}
        )
        for order, upstream in enumerate(upstreams, 1)
    }
    return MIXED.model_copy(
        update={
            "sites": {**MIXED.sites, "NEW": site},
            "devices": {**MIXED.devices, "r-new": row("r-new", "NEW", Role.BRANCH, "cisco_ios", 1)},
            "circuits": {**MIXED.circuits, **circuits},
        }
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    number=st.integers(40, 62),
    where=st.sampled_from(
        [
            (SiteKind.DISTRICT, "DC", ["hub1", "hub2"]),
            (SiteKind.DEPARTMENT, "DC", ["hub2", "hub2"]),
            (SiteKind.COMMUNE, "899", ["r-899", "r-899"]),
            (SiteKind.COMMUNE, "902", ["hub1", "hub2", "r-902"]),
            (SiteKind.COMMUNE, "DC", ["hub1", "hub1"]),
        ]
    ),
)
def test_adding_a_site_changes_no_unit(number: int, where: tuple[SiteKind, str, list[str]]) -> None:
    """A port that is renamed is an office that is cut off."""
    kind, parent, upstreams = where
    before, after = units(FLEET), units(design(with_site(kind, parent, number, upstreams)))
    assert {key: after[key] for key in before} == before
    assert len(after) > len(before)


def test_every_place_behind_a_hub_has_a_unit_of_its_own() -> None:
    """All sites that there can be, each with all its circuits: none shares a number, none is above 4094."""
    from kgnet.design._plan import Plan

    hub, sites = MIXED.devices["hub1"], {"DC": MIXED.sites["DC"]}
    for number in range(1, 63):
        update = {"code": f"D{number}", "kind": SiteKind.DISTRICT, "parent": "DC", "number": number}
        sites[f"D{number}"] = SITE.model_copy(update=update)
        for slot in range(1, 63):
            update = {"code": f"C{number}-{slot}", "parent": f"D{number}", "number": slot}
            sites[f"C{number}-{slot}"] = SITE.model_copy(update=update)
    plan, some = Plan(MIXED.settings.addresses, sites), LAB.circuits["899-1"]
    found = [
        plan.unit(some.model_copy(update={"site": code, "order": order}), hub)
        for code, site in sites.items()
        if site.parent
        for order in (range(1, 5) if site.parent == "DC" else [1])
    ]
    assert len(set(found)) == len(found) == 62 * 4 + 62 * 62
    assert (min(found), max(found)) == (1, 4094)


def test_two_circuits_past_a_district_to_one_hub_are_refused() -> None:
    """The one case for which there is no number."""
    with pytest.raises(DesignError, match=r"NEW-1 and NEW-2 lead from one commune to hub1"):
        design(with_site(SiteKind.COMMUNE, "902", 40, ["hub1", "hub1"]))


# ── tunnels over the Internet ───────────────────────────────────────────────


def test_vendors_encrypt_with_ipsec_and_ours_with_wireguard(fleet: Fleet) -> None:
    """Both ends of a tunnel do the same, with keys that both devices are given."""
    found = 0
    for device in fleet.devices.values():
        for link in (link for link in device.interfaces if link.tunnel):
            assert link.tunnel is not None
            assert link.peer is not None
            far = fleet.devices[link.peer.device]
            other = far.interface(link.peer.interface).tunnel
            assert other is not None
            ours = {device.platform, far.platform} == {"frr"}
            assert link.tunnel.kind == other.kind == ("wireguard" if ours else "ipsec")
            assert link.tunnel.key in device.secrets
            under = far.interface(other.under).ipv4
            assert under is not None
            assert link.tunnel.remote == under.ip
            if not ours:
                assert link.tunnel.key == other.key == f"ipsec/{link.circuit}"
            found += 1
    assert found


def test_ipsec_is_let_in_from_the_far_end_alone() -> None:
    device = FLEET.devices["r-911"]
    tunnel = device.interface("wan2").tunnel
    assert tunnel is not None
    assert device.firewall is not None
    rules = [rule for rule in device.firewall.inputs if rule.flow.startswith("tunnel-")]
    assert [(rule.protocol, rule.ports) for rule in rules] == [
        ("udp", ((500, 500), (4500, 4500))),
        ("esp", ()),
    ]
    assert all([network.network_address for network in rule.sources] == [tunnel.remote] for rule in rules)


def test_a_circuit_between_linux_and_a_vendor_is_refused() -> None:
    """They share no way to encrypt it: told before a device is touched."""
    devices = {**MIXED.devices, "r-911": MIXED.devices["r-911"].model_copy(update={"platform": "frr"})}
    with pytest.raises(
        DesignError, match=r"911-2 runs over the Internet from r-911 to hub2: cisco_ios and frr"
    ):
        design(MIXED.model_copy(update={"devices": devices}))


# ── administration ──────────────────────────────────────────────────────────


def test_switches_find_their_servers_out_of_band() -> None:
    """They have no way into the zones, and no zone has a way to them."""
    mon1 = FLEET.devices["mon1"]
    for device in FLEET.with_role(*SWITCHES):
        assert device.address == device.management
        assert device.syslog == (str(mon1.management),)
        assert device.aaa is not None
        assert device.aaa.tacacs == (mon1.management, IPv4Address("172.20.0.45"))
    routers = FLEET.devices["hub1"]
    assert routers.syslog == (str(mon1.address),)


def test_servers_let_switches_ask_for_time_and_logs() -> None:
    assert FLEET.devices["mon1"].firewall is not None
    rules = {rule.flow: rule for rule in FLEET.devices["mon1"].firewall.inputs}
    asked = {"switches-ntp", "switches-syslog", "switches-tacacs", "switches-radius"}
    assert asked <= set(rules)
    sources = {network.network_address for name in asked for network in rules[name].sources}
    assert sources == {device.management for device in FLEET.with_role(*SWITCHES)}


def test_a_vendors_device_names_every_secret_that_its_text_may_hold(fleet: Fleet) -> None:
    for device in fleet.devices.values():
        if device.platform in LINUX:
            assert not any(name.startswith(("login/", "ipsec/", "aaa/")) for name in device.secrets)
            continue
        wanted = {"snmp/auth", "snmp/priv", *(account.secret for account in device.accounts)}
        if device.aaa and device.aaa.tacacs:
            wanted.add("aaa/tacacs")
        if device.role is Role.ACCESS and device.aaa:
            wanted.add("aaa/radius")
        keys = (neighbor.secret for neighbor in device.routing.neighbors) if device.routing else ()
        wanted |= {key for key in keys if key}
        assert wanted <= set(device.secrets), device.name


def test_the_lab_stays_what_it_was() -> None:
    """It runs for real: no vendor, no switch, no account in it."""
    devices: list[Device] = list(FLEETS["lab"].devices.values())
    assert {device.platform for device in devices} == set(LINUX)
    assert all(not device.fabric and not device.access and not device.accounts for device in devices)


def test_a_devices_name_is_where_it_is_found(fleet: Fleet) -> None:
    """Logs, certificates and people name a device: that has to be the address that answers."""
    records = {(each.name, each.data) for each in fleet.records if each.type == "A"}
    for device in fleet.devices.values():
        assert (f"{device.name}.{fleet.domain}.", str(device.address)) in records, device.name
