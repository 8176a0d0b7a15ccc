"""Video conference as designed: accounts, dial plan, records, and the rooms of the twin."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import pytest
import shipped

from kgnet import paths
from kgnet.design import design
from kgnet.errors import DesignError
from kgnet.model.fleet import Fleet
from kgnet.twin import endpoint, rooms

LAB = paths.inventories() / "lab"


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    return shipped.fleet("lab")


def test_the_registrar_knows_every_room_by_id_and_extension(fleet: Fleet) -> None:
    told = fleet.devices["sip1"].vars["sip_registrar_rooms"]
    assert {room["id"]: room["extension"] for room in told} == {
        "room-899": "8991",
        "room-911": "9111",
        "room-stttt": "1301",
    }
    assert {room["secret"] for room in told} <= set(fleet.devices["sip1"].secrets)


def test_rooms_find_the_registrar_by_name_encrypted_first(fleet: Fleet) -> None:
    """RFC 3263 §4.1: NAPTR leads to SRV, SRV to the host; the lowest order is tried first."""
    pointers = sorted(r.data for r in fleet.records if r.type == "NAPTR")
    assert pointers[0] == '10 50 "s" "SIPS+D2T" "" _sips._tcp.kg.example.'
    for prefix, port in (("_sips._tcp", 5061), ("_sip._tcp", 5060), ("_sip._udp", 5060)):
        (found,) = [r.data for r in fleet.records if r.name == f"{prefix}.kg.example."]
        assert found == f"0 1 {port} sip1.kg.example."


def test_two_rooms_with_one_extension_cannot_be_built() -> None:
    province = shipped.province("lab")
    twin = province.rooms["room-911"].model_copy(update={"extension": "8991"})
    wrong = province.model_copy(update={"rooms": {**province.rooms, "room-911": twin}})
    with pytest.raises(DesignError, match=r"room-899 and room-911 share the extension 8991"):
        design(wrong)


def test_rooms_without_a_registrar_cannot_be_built() -> None:
    province = shipped.province("lab")
    devices = {name: row for name, row in province.devices.items() if row.role != "registrar"}
    flows = {key: f for key, f in province.flows.items() if "sip1" not in (f.source, f.destination)}
    with pytest.raises(DesignError, match="no registrar"):
        design(province.model_copy(update={"devices": devices, "flows": flows}))


def test_a_room_logs_in_over_tls_and_encrypts_what_it_says(fleet: Fleet) -> None:
    files = rooms.files(fleet, fleet.rooms["room-899"], "open-sesame")
    account = files["/root/.baresip/accounts"]
    assert account.startswith(
        '<sip:room-899@kg.example;transport=tls>;outbound="sip:10.0.50.51:5061;transport=tls"'
    )
    assert "auth_pass=open-sesame" in account
    assert "mediaenc=srtp-mand" in account
    assert [path for path, text in files.items() if "open-sesame" in text] == ["/root/.baresip/accounts"]
    assert "sip_listen 10.80.64.11:5060" in files["/root/.baresip/config"]


def test_a_room_speaks_eight_kilohertz(tmp_path: Path) -> None:
    """baresip takes a WAV file of the codec's own rate (G.711: 8 kHz) and ends the call where it ends."""
    endpoint.tone(tmp_path / "tone.wav")
    with wave.open(io.BytesIO((tmp_path / "tone.wav").read_bytes())) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert file.getnframes() == endpoint.TONE_S * 8000
        assert any(file.readframes(100))


def test_what_baresip_says_becomes_figures() -> None:
    """Jitter and round trip come in microseconds."""
    stats = {
        "tx": {"sent": 9, "lost": 0, "jit": 1},
        "rx": {"sent": 250, "lost": 2, "jit": 1125},
        "rtt": 42000,
    }
    said = endpoint.told({"type": "CALL_RTCP", "rtcp_stats": stats})
    assert said == {"received": 248, "lost": 2, "jitter_ms": 1.125, "rtt_ms": 42.0}
    assert endpoint.told({"type": "CALL_MENC", "param": "0,audio,AES_CM_128_HMAC_SHA1_80"})["encrypted"]
