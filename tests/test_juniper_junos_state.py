"""What Junos prints of its state, and the forms in which it keeps secrets."""

from __future__ import annotations

import re
import subprocess
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgnet.errors import ReadError
from kgnet.model.facts import BgpPeer, InterfaceState
from kgnet.model.managed import Hardware, LldpNeighbor
from kgnet.platforms.juniper_junos import state
from kgnet.platforms.juniper_junos.state import STATE
from kgnet.wire import junos_keys
from kgnet.wire.usm import localised_key

RECORDED = Path(__file__).parent / "recorded" / "juniper_junos"


def recorded(name: str) -> str:
    return (RECORDED / name).read_text(encoding="utf-8")


def test_interfaces_are_up_with_their_port_and_their_own_flags() -> None:
    found = state.interface_states(recorded("show_interfaces_srx345.txt")).interfaces
    assert found == (
        InterfaceState("ge-0/0/0.0", True, 1500),
        InterfaceState("ge-0/0/1.0", False, 1500),
        InterfaceState("ge-0/0/6.100", True, 9170),
        InterfaceState("ge-0/0/6.101", False, 9170),
        InterfaceState("lo0.0", True, state.UNLIMITED_BYTES),
    )


def test_errors_in_and_out_are_one_number() -> None:
    found = state.interface_errors(recorded("show_interfaces_extensive_mx204.txt")).errors
    assert found == {"xe-0/1/0": 12, "xe-0/1/1": 2}


def test_bgp_of_today_tells_prefixes_below_the_line() -> None:
    weeks = 3 * 604_800 + 2 * 86_400 + 4 * 3600 + 5 * 60 + 6
    assert state.bgp_peers(recorded("show_bgp_summary_21.txt")).peers == (
        BgpPeer(ip_address("10.3.0.194"), 4200000001, "Established", weeks, 17),
        BgpPeer(ip_address("10.3.0.196"), 4200000002, "Active", 0, 0),
        BgpPeer(ip_address("2001:db8:4:c2::"), 4200000001, "Established", 2 * 86_400 + 9, 5),
        BgpPeer(ip_address("2001:db8:4:c4::"), 65010, "Connect", 0, 0),
    )


def test_bgp_of_old_tells_prefixes_on_the_line() -> None:
    first, second = state.bgp_peers(recorded("show_bgp_summary_12.txt")).peers
    assert (first.state, first.prefixes_received, first.uptime_s) == (
        "Established",
        9,
        8 * 3600 + 21 * 60 + 7,
    )
    assert (second.state, second.prefixes_received) == ("Idle", 0)


def test_bfd_intervals_follow_from_the_detection_time() -> None:
    found = state.bfd_peers(recorded("show_bfd_session.txt")).peers
    assert [(each.up, each.receive_interval_ms, each.multiplier) for each in found] == [
        (True, 300, 3),
        (False, 0, 3),
        (True, 1000, 3),
    ]


def test_ospf_states_are_in_the_words_of_the_rfc() -> None:
    found = state.ospf_peers(recorded("show_ospf_neighbor.txt")).peers
    assert [(str(each.router_id), each.interface, each.state) for each in found] == [
        ("10.1.0.1", "ge-0/0/1.0", "FULL"),
        ("10.1.0.9", "ge-0/0/2.0", "2WAY"),
    ]


def test_lldp_ports_may_hold_blanks() -> None:
    assert state.lldp_neighbors(recorded("show_lldp_neighbors.txt")).neighbors == (
        LldpNeighbor("ge-0/0/0", "hub1", "Gi0/0/3"),
        LldpNeighbor("xe-0/0/16", "leaf1.kg.example", "Ethernet3"),
        LldpNeighbor("xe-0/0/17", "leaf2", "port 12 up"),
    )


@pytest.mark.parametrize("name", ["show_ntp_associations.txt", "show_ntp_associations_12.txt"])
def test_the_clock_follows_one_source(name: str) -> None:
    found = state.time_sources(recorded(name))
    assert found.synchronised
    assert [(each.address, each.stratum, each.selected, each.offset_s) for each in found.sources][:2] == [
        ("10.0.10.11", 1, True, -0.00125),
        ("10.0.40.41", 2, False, 0.00031),
    ]


def test_what_waits_to_be_confirmed_is_not_kept() -> None:
    pending = state.unsaved(recorded("show_system_commit_pending.txt"))
    assert (pending.unsaved, pending.since) == (True, "2026-09-21 14:13:20 +07")
    assert not state.unsaved(recorded("show_system_commit.txt")).unsaved


def test_hardware_is_told_in_one_answer() -> None:
    srx = state.hardware(recorded("show_snmp_mib_srx.txt"))
    assert srx == Hardware("Juniper", "srx345", "CV4720AF0123", "21.4R3.15", 1_234_567.89)
    assert state.hardware(recorded("show_snmp_mib_mx.txt")).version == "23.4R1.10"


@pytest.mark.parametrize("command", STATE, ids=" ".join)
@pytest.mark.parametrize("text", ["", "error: permission denied", "\n\n", "{master:0}\n", "Peer\x00\n"])
def test_an_answer_that_is_none_is_an_error(command: tuple[str, ...], text: str) -> None:
    """Nothing seen is never nothing wrong."""
    with pytest.raises(ReadError):
        STATE[command](text)


def test_a_protocol_that_does_not_run_has_no_neighbours() -> None:
    assert state.bgp_peers("BGP is not running\n").peers == ()
    assert state.ospf_peers("OSPF instance is not running\n").peers == ()


# ── secrets as they are kept ────────────────────────────────────────────────

KNOWN = {  # from the documentation of Crypt::Juniper, and from configurations that people published
    "$9$LbHX-wg4Z": "lc",
    "$9$ZiGkPF39pOR/C": "test",
    "$9$uOoN1IhXx-Y4Jn/KWLxVb.mfT36tpOcre": "CLUSTER-D6",
}


@pytest.mark.parametrize(("kept", "secret"), KNOWN.items())
def test_what_junos_keeps_is_read(kept: str, secret: str) -> None:
    assert junos_keys.revealed(kept) == secret


@given(
    secret=st.text(min_size=1, max_size=60).filter(lambda text: not text.startswith("<secret")), use=st.text()
)
def test_what_is_hidden_is_revealed(secret: str, use: str) -> None:
    kept = junos_keys.hidden(secret, use)
    assert junos_keys.revealed(kept) == secret
    assert kept == junos_keys.hidden(secret, use)


def test_another_use_gives_another_text() -> None:
    kept = {junos_keys.hidden("the same secret", use) for use in ("10.0.0.1", "10.0.0.2", "10.0.0.3")}
    assert len(kept) == 3


@pytest.mark.parametrize("text", ["", "$9$", "lc", "$9$LbHX-wg4", "$9$ä", "$6$a$b"])
def test_what_is_no_such_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\$9\$"):
        junos_keys.revealed(text)


def test_snmp_keys_are_those_that_junos_makes() -> None:
    """The start of a key that a device made of this pass phrase with `engine-id local 8888`, as published."""
    key = junos_keys.revealed(junos_keys.authentication_key("secure-auth-password", "8888"))
    assert key.startswith("975a23973700c6")
    assert key == localised_key("secure-auth-password", bytes.fromhex("80000a4c0438383838")).hex()
    assert len(junos_keys.revealed(junos_keys.privacy_key("secure-auth-password", "8888"))) == 32


def test_passwords_are_hashed_as_crypt_does() -> None:
    """The vector is of U. Drepper's paper; openssl(1) is another hand's work."""
    ours = junos_keys.sha512_crypt("Hello world!", "saltstring")
    argv = ["openssl", "passwd", "-6", "-salt", "saltstring", "Hello world!"]
    assert ours == subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()
    assert ours.startswith("$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/")


def test_a_password_is_salted_by_its_account_and_stays_the_same() -> None:
    one = junos_keys.encrypted_password("pass phrase", "anna")
    assert re.fullmatch(r"\$6\$[./\w]{8}\$[./\w]{86}", one)
    assert one == junos_keys.encrypted_password("pass phrase", "anna")
    assert one != junos_keys.encrypted_password("pass phrase", "bert")


@pytest.mark.parametrize("shown", ["<secret>", "<secret 1a2b3c4d>"])
def test_what_is_hidden_already_stays(shown: str) -> None:
    for encode in (
        junos_keys.hidden,
        junos_keys.encrypted_password,
        junos_keys.authentication_key,
        junos_keys.privacy_key,
    ):
        assert encode(shown, "use") == shown
