"""The registrar at work: rooms log in, find each other by extension and hear each other."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import Lab

from kgnet.secrets import Secrets

CLIENT = Path(__file__).with_name("calls.py").read_text(encoding="utf-8")
HANDSHAKE = """
import socket, ssl, sys
context = ssl.create_default_context(cadata=sys.stdin.read())
with socket.create_connection(("sip1.kg.example", 5061), 5) as line:
    print(context.wrap_socket(line, server_hostname="sip1.kg.example").version())
"""
LISTEN_S = 7  # baresip tells what came every five seconds
PATIENCE_S = 60.0


def registered(lab: Lab) -> dict[str, str]:
    """Return the contact of every room that is logged in."""
    lines = [line.split(maxsplit=1) for line in lab.must("sip1", "kamcmd", "ul.dump").splitlines()]
    words = [(each[0], each[1]) for each in lines if len(each) == 2]
    users = [value for key, value in words if key == "AoR:"]
    return dict(zip(users, [value for key, value in words if key == "Address:"], strict=True))


def all_registered(lab: Lab) -> dict[str, str]:
    """Wait until every room is there."""
    until = time.monotonic() + PATIENCE_S
    while (found := registered(lab)).keys() != lab.fleet.rooms.keys() and time.monotonic() < until:
        time.sleep(0.5)
    assert found.keys() == lab.fleet.rooms.keys()
    return found


def call(lab: Lab, room: str, extension: str, seconds: int = LISTEN_S) -> dict[str, Any]:
    argv = ("/usr/bin/python3", "/root/.baresip/endpoint.py", "call", extension, str(seconds))
    said: dict[str, Any] = json.loads(lab.exec(room, *argv).stdout)
    return said


def ask(lab: Lab, node: str, method: str, uri: str, user: str = "", password: str = "") -> str:
    registrar = str(lab.fleet.devices["sip1"].address)
    argv = ("/usr/bin/python3", "-c", CLIENT, method, uri, registrar, *([user] if user else []))
    return lab.must(node, *argv, stdin=password).strip()


def test_every_room_is_registered_over_tls(lab: Lab) -> None:
    assert all(contact.endswith("transport=tls") for contact in all_registered(lab).values())


@pytest.mark.parametrize(("room", "extension"), [("room-899", "9111"), ("room-stttt", "8991")])
def test_a_room_calls_another_by_extension_and_hears_it(lab: Lab, room: str, extension: str) -> None:
    """Fifty packets a second come (G.711, 20 ms each), encrypted, over the shaped circuits; few are lost."""
    all_registered(lab)
    said = call(lab, room, extension)
    assert said["established"], said
    assert said["cipher"] == "AES_CM_128_HMAC_SHA1_80"
    assert said["received"] > 200
    assert said["lost"] <= said["received"] * 0.1


def test_a_call_to_nobody_or_to_strangers_is_refused(lab: Lab) -> None:
    """The registrar is for its own rooms: no extension, no call; nothing leaves for other domains."""
    all_registered(lab)
    assert call(lab, "room-899", "7777")["reason"].startswith("404 ")
    assert call(lab, "room-899", "sip:x@elsewhere.example")["reason"].startswith("403 ")


def test_the_registrar_answers_whoever_asks_whether_it_is_there(lab: Lab) -> None:
    registrar = lab.fleet.devices["sip1"].address
    assert ask(lab, "mon1", "OPTIONS", f"sip:{registrar}") == "SIP/2.0 200 OK"
    assert ask(lab, "room-899", "OPTIONS", f"sip:{registrar}") == "SIP/2.0 200 OK"


def test_the_monitor_reaches_a_room_through_the_registrar(lab: Lab) -> None:
    """Thus it knows that a room is registered and answers; others have to log in for that."""
    all_registered(lab)
    assert ask(lab, "mon1", "OPTIONS", "sip:room-911@kg.example") == "SIP/2.0 200 OK"
    assert ask(lab, "mon1", "OPTIONS", "sip:room-000@kg.example").startswith("SIP/2.0 404")
    assert " 407 " in ask(lab, "room-899", "OPTIONS", "sip:room-911@kg.example")


@pytest.mark.parametrize(("method", "status"), [("INVITE", "407"), ("REGISTER", "401"), ("MESSAGE", "407")])
def test_nothing_is_done_for_who_does_not_log_in(lab: Lab, method: str, status: str) -> None:
    assert f" {status} " in ask(lab, "mon1", method, "sip:room-911@kg.example")


def test_a_wrong_password_registers_nobody(lab: Lab) -> None:
    """The right one, of the room itself, does; that of another room does not."""
    store, all_of_it = Secrets(lab.state / "secrets"), ("mon1", "REGISTER", "sip:room-911@kg.example")
    assert " 401 " in ask(lab, *all_of_it, "room-911", "guessed")
    assert " 401 " in ask(lab, *all_of_it, "nobody", "guessed")
    assert " 401 " in ask(lab, *all_of_it, "room-899", store.get("sip/room-899"))
    assert " 200 " in ask(lab, *all_of_it, "room-911", store.get("sip/room-911"))


def test_the_registrar_shows_the_certificate_of_the_province(lab: Lab) -> None:
    authority = Secrets(lab.state / "secrets").get("tls/ca.crt")
    assert lab.must("mon1", "/usr/bin/python3", "-c", HANDSHAKE, stdin=authority).strip() in (
        "TLSv1.2",
        "TLSv1.3",
    )


def test_the_registrar_holds_no_password(lab: Lab) -> None:
    kept = lab.must("sip1", "cat", "/etc/kamailio/accounts.cfg")
    assert "room-899" in kept
    assert Secrets(lab.state / "secrets").get("sip/room-899") not in kept
