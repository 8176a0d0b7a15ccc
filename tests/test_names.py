"""Names: what the design publishes, and how it is written down."""

from __future__ import annotations

import subprocess
from ipaddress import ip_address
from pathlib import Path

import dns.rdatatype
import dns.zone
import pytest
import shipped
from hypothesis import given
from hypothesis import strategies as st

from kgnet.design import design
from kgnet.design.names import reverse_zone
from kgnet.model.fleet import Fleet
from kgnet.model.province import Province
from kgnet.wire.zonefile import NEGATIVE_S, Entry, quoted, responsible, write


@pytest.fixture(scope="module")
def province() -> Province:
    return shipped.province("lab")


@pytest.fixture(scope="module")
def fleet(province: Province) -> Fleet:
    return design(province)


def _zones(fleet: Fleet) -> dict[str, list[Entry]]:
    told = fleet.devices["dns1"].vars["dns_server_zones"]
    return {zone["name"]: [Entry(**record) for record in zone["records"]] for zone in told}


def _text(fleet: Fleet, zone: str) -> str:
    return write(f"{zone}.", _zones(fleet)[zone], primary="dns1.kg.example.", mailbox="noc@kg.example")


def test_every_address_of_every_device_has_a_name_that_resolves_back(fleet: Fleet) -> None:
    """A traceroute, a log line and a certificate must speak of the same machine."""
    forward = {(r.name, r.data) for r in fleet.records if r.type in ("A", "AAAA")}
    reverse = {r.name: r.data for r in fleet.records if r.type == "PTR"}
    seen = 0
    for device in fleet.devices.values():
        for interface in device.interfaces:
            for address in interface.addresses:
                name = reverse[f"{address.ip.reverse_pointer}."]
                assert (name, str(address.ip)) in forward
                seen += 1
    assert seen > len(fleet.devices)


def test_an_address_has_one_name(fleet: Fleet) -> None:
    """Two PTR records for one address make mail servers distrust it."""
    owners = [record.name for record in fleet.records if record.type == "PTR"]
    assert len(owners) == len(set(owners))


def test_servers_are_named_for_their_lan_routers_for_their_loopback(fleet: Fleet) -> None:
    at = {(r.name, r.type): r.data for r in fleet.records}
    assert at["mail1.kg.example.", "A"] == str(fleet.devices["mail1"].address)
    assert at["hub1.kg.example.", "A"] == str(fleet.devices["hub1"].loopback.ipv4).split("/")[0]
    assert at["eth0.hub1.kg.example.", "A"] == str(fleet.devices["hub1"].management)


def test_a_service_is_found_at_the_balancer(fleet: Fleet) -> None:
    """People speak to the balancer; the host behind it is nobody's business."""
    found = {r.data for r in fleet.records if r.name == "portal.kg.example." and r.type == "A"}
    assert found == {str(fleet.devices["lb1"].address)}


def test_rooms_have_names(fleet: Fleet) -> None:
    room = fleet.rooms["room-899"]
    assert any(
        r.name == "room-899.rooms.kg.example." and r.data == str(room.address.ip) for r in fleet.records
    )


@pytest.mark.parametrize(
    ("address", "zone"),
    [
        ("10.200.3.4", "10.in-addr.arpa"),
        ("172.20.0.1", "20.172.in-addr.arpa"),
        ("2001:db8::1", "8.b.d.0.1.0.0.2.ip6.arpa"),
    ],
)
def test_reverse_zones_claim_no_more_than_the_plan(province: Province, address: str, zone: str) -> None:
    assert reverse_zone(province, ip_address(address)) == zone


def test_every_zone_has_a_name_server_whose_address_is_known(fleet: Fleet) -> None:
    """A zone without NS records, or with one that cannot be found, is not loaded."""
    zones = _zones(fleet)
    assert {"kg.example", "10.in-addr.arpa"} <= zones.keys()
    hosts = {entry.name for entry in zones["kg.example"] if entry.type == "A"}
    for name, entries in zones.items():
        servers = [entry.data for entry in entries if entry.type == "NS" and entry.name == f"{name}."]
        assert servers
        assert set(servers) <= hosts


def test_the_servers_own_checkers_accept_every_zone(fleet: Fleet, tmp_path: Path) -> None:
    for zone in _zones(fleet):
        file = tmp_path / zone
        file.write_text(_text(fleet, zone))
        for argv in (["nsd-checkzone", zone, file], ["named-checkzone", "-q", zone, file]):
            run = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
            assert run.returncode == 0, run.stdout + run.stderr


def test_what_is_written_is_read_back(fleet: Fleet) -> None:
    """By a reader that is not ours."""
    zone = dns.zone.from_text(_text(fleet, "kg.example"), origin="kg.example.", relativize=False)
    (texts,) = zone.find_rdataset("kg.example.", "TXT")
    assert b"".join(texts.strings) == b"v=spf1 mx -all"
    soa = zone.find_rdataset("kg.example.", dns.rdatatype.SOA)[0]
    assert (str(soa.mname), str(soa.rname), soa.minimum) == (
        "dns1.kg.example.",
        "noc.kg.example.",
        NEGATIVE_S,
    )


def test_the_serial_follows_from_the_content() -> None:
    """So that a second run changes nothing, and a changed record is noticed."""
    one, two = Entry("a.x.", "A", "192.0.2.1", 60), Entry("b.x.", "A", "192.0.2.2", 60)

    def text(*entries: Entry) -> str:
        return write("x.", entries, primary="ns.x.", mailbox="noc@x")

    assert text(one, two) == text(two, one, one)
    assert text(one).splitlines()[1] != text(two).splitlines()[1]


def test_tokens_are_resolved_before_the_serial() -> None:
    """A new key under an old selector is a new zone."""
    entry = Entry("k._domainkey.x.", "TXT", "p={dkim:k}", 60)
    texts = [
        write(
            "x.",
            [entry],
            primary="ns.x.",
            mailbox="noc@x",
            resolve=lambda data, key=key: data.replace("{dkim:k}", key),
        )
        for key in ("AAAA", "BBBB")
    ]
    assert '"p=AAAA"' in texts[0]
    assert texts[0].splitlines()[1] != texts[1].splitlines()[1]


def test_the_mailbox_of_the_soa_escapes_its_dots() -> None:
    """RFC 1035 §8: the first dot that is not escaped stands for the @."""
    assert responsible("an.ninh@kg.example") == r"an\.ninh.kg.example."


@given(st.text(max_size=700))
def test_any_text_survives_in_a_txt_record(text: str) -> None:
    """Quotes, backslashes, letters with accents, and more than 255 octets."""
    zone = f"$ORIGIN x.\n@ 60 IN SOA ns.x. noc.x. 1 1 1 1 1\n@ 60 IN NS ns.y.\nt 60 IN TXT {quoted(text)}\n"
    (data,) = dns.zone.from_text(zone, origin="x.").find_rdataset("t", "TXT")
    assert b"".join(data.strings) == text.encode()
    assert all(len(part) <= 255 for part in data.strings)
