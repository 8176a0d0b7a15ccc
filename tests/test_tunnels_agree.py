"""Both ends of every IPsec circuit offer the same, whoever made the devices; else it would never come up."""

from __future__ import annotations

from functools import cache

import pytest
from mixed import MAKERS
from tunnel_ends import IKE, NAT_T, READERS, End, Suite
from vendors import FLEETS, store, text

from kgnet.model.fleet import BuiltCircuit

# What all three can: EOS has no AEAD for IKE itself (Arista, EOS User Manual, IPsec).
SUITE = Suite("aes-256-cbc", "sha384", 20, "aes-256-gcm", 20, 28_800, 3_600)


@cache
def end(fleet: str, device: str, circuit: str) -> End:
    return READERS[FLEETS[fleet].devices[device].platform](text(fleet, device), circuit)


def ends(fleet: str, circuit: BuiltCircuit) -> tuple[End, End]:
    return end(fleet, circuit.outer.device, circuit.id), end(fleet, circuit.inner.device, circuit.id)


def tunnels(fleet: str) -> list[BuiltCircuit]:
    found = [each for each in FLEETS[fleet].circuits.values() if each.outer != each.outer_port]
    assert found
    return found


@pytest.mark.parametrize("fleet", FLEETS)
def test_both_ends_of_a_tunnel_want_the_same(fleet: str) -> None:
    for circuit in tunnels(fleet):
        outer, inner = ends(fleet, circuit)
        assert outer.suite == inner.suite == SUITE, circuit.id
        assert outer.key == inner.key == store(f"ipsec/{circuit.id}"), circuit.id


@pytest.mark.parametrize("fleet", FLEETS)
def test_both_ends_of_a_tunnel_are_where_the_other_looks_for_them(fleet: str) -> None:
    """Addresses and identities (RFC 7296 §3.5) mirror each other, outside and inside the tunnel."""
    for circuit in tunnels(fleet):
        outer, inner = ends(fleet, circuit)
        for near, far in ((outer, inner), (inner, outer)):
            assert near.remote == far.local, circuit.id
            assert near.expected_id == far.own_id, circuit.id
        places = (circuit.outer, circuit.inner)
        links = [FLEETS[fleet].devices[each.device].interface(each.interface) for each in places]
        assert [each.inside for each in (outer, inner)] == [
            tuple(str(address) for address in link.addresses) for link in links
        ]


@pytest.mark.parametrize("fleet", FLEETS)
def test_both_ends_of_a_tunnel_let_each_other_in(fleet: str) -> None:
    """IKE, the same behind a translator, and ESP where there is none."""
    for circuit in tunnels(fleet):
        for each in ends(fleet, circuit):
            assert each.hears == {IKE, NAT_T, "esp"}, circuit.id


def test_every_maker_meets_every_other_in_these_fleets() -> None:
    """Else the tests above had looked at the easy cases only."""
    met = {
        tuple(devices.devices[each.device].platform for each in (circuit.outer, circuit.inner))
        for name, devices in FLEETS.items()
        for circuit in tunnels(name)
    }
    assert met == {(one, other) for one in MAKERS for other in MAKERS}
