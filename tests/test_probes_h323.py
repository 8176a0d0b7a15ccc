"""H.323 probes: a gatekeeper made with ASN.1 by other hands, an endpoint that speaks Q.931."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
from pycrate_asn1dir import H225

from kgnet.measure import measure
from kgnet.plugins import one
from kgnet.ports import Probe

HOME = "127.0.0.1"
VERSION_4 = (0, 0, 8, 2250, 0, 4)
RAS = H225.H323_MESSAGES.RasMessage


def told(module: str, **options: object) -> dict[str, float]:
    found = measure(one(Probe, module), HOME, {name: str(value) for name, value in options.items()})
    return {sample.name: sample.value for sample in found}


def confirm(asked: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    here = ("ipAddress", {"ip": b"\x7f\0\0\1", "port": 1719})
    return "gatekeeperConfirm", {**numbered(asked), "gatekeeperIdentifier": "kg", "rasAddress": here}


def reject(asked: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "gatekeeperReject", {**numbered(asked), "rejectReason": ("terminalExcluded", 0)}


def of_another(asked: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    kind, fields = confirm(asked)
    return kind, {**fields, "requestSeqNum": asked["requestSeqNum"] % 65535 + 1}


def numbered(asked: dict[str, Any]) -> dict[str, Any]:
    return {"requestSeqNum": asked["requestSeqNum"], "protocolIdentifier": VERSION_4}


@contextmanager
def gatekeeper(answer: Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]) -> Iterator[int]:
    """A gatekeeper: reads the request with the ASN.1 of H.225.0 and encodes its answer with it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((HOME, 0))

        def serve() -> None:
            data, peer = server.recvfrom(2048)
            RAS.from_aper(data)
            kind, asked = RAS.get_val()
            assert kind == "gatekeeperRequest" and asked["rasAddress"][1]["port"] == peer[1]
            RAS.set_val(answer(asked))
            server.sendto(RAS.to_aper(), peer)

        Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


def test_a_gatekeeper_that_takes_us_and_one_that_does_not_are_both_there() -> None:
    with gatekeeper(confirm) as port:
        taken = told("gatekeeper", port=port)
    with gatekeeper(reject) as port:
        refused = told("gatekeeper", port=port)
    with gatekeeper(reject) as port:
        strict = told("gatekeeper", port=port, must_accept="yes")
    assert (taken["probe_success"], taken["gatekeeper_accepts"]) == (1, 1)
    assert (refused["probe_success"], refused["gatekeeper_accepts"]) == (1, 0)
    assert (strict["probe_success"], strict["gatekeeper_accepts"]) == (0, 0)


def test_an_answer_to_somebody_else_and_silence_are_no_gatekeeper() -> None:
    with gatekeeper(of_another) as port:
        assert told("gatekeeper", port=port, timeout_s=0.3)["probe_success"] == 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind((HOME, 0))
        assert told("gatekeeper", port=silent.getsockname()[1], timeout_s=0.3)["probe_success"] == 0


@contextmanager
def endpoint(answer: Callable[[bytes], bytes]) -> Iterator[int]:
    with socket.create_server((HOME, 0)) as server:

        def serve() -> None:
            peer, _ = server.accept()
            with peer:
                peer.sendall(answer(peer.recv(2048)))

        Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


def q931(request: bytes, kind: int) -> bytes:
    """Return a message for the call that *request* asks of, from the other side (Q.931 §4.3)."""
    assert request[:2] == b"\x03\0" and int.from_bytes(request[2:4], "big") == len(request)
    assert request[4:6] == b"\x08\x02" and request[8] == 0x75
    body = bytes((8, 2, request[6] | 0x80, request[7], kind))
    return b"\x03\0" + (4 + len(body)).to_bytes(2, "big") + body


@pytest.mark.parametrize("kind", [0x7D, 0x5A], ids=["status", "release complete"])
def test_an_endpoint_that_tells_of_the_call_or_clears_it_is_there(kind: int) -> None:
    with endpoint(lambda request: q931(request, kind)) as port:
        assert told("h323", port=port)["probe_success"] == 1


def test_a_port_behind_which_something_else_speaks_is_no_endpoint() -> None:
    for answer in (lambda request: b"HTTP/1.1 400\r\n\r\n", lambda request: b"", lambda request: request[:5]):
        with endpoint(answer) as port:
            found = told("h323", port=port, timeout_s=0.5)
        assert found["probe_success"] == 0
        assert found["h323_connect_seconds"] > 0
    assert told("h323", port=port, timeout_s=0.3)["probe_success"] == 0
