"""H.323: is a gatekeeper there (H.225.0 RAS), and does an endpoint answer call signalling (Q.931)?

Neither rings anybody: RAS asks for a gatekeeper, call signalling asks for the state of a call that is none.
"""

from __future__ import annotations

import secrets
import socket
import struct
import time
from dataclasses import dataclass
from ipaddress import ip_address

from kgnet.wire.deadline import Deadline, Stream

RAS_PORT, CALL_PORT = 1719, 1720  # H.225.0 appendix IV
PROTOCOL = bytes.fromhex("06 00 08 91 4a 00 04")  # {itu-t(0) recommendation(0) h(8) 2250 version(0) 4}
REQUEST = 0  # RasMessage: gatekeeperRequest, gatekeeperConfirm, gatekeeperReject (H.225.0 annex H)
CONFIRM, REJECT = 1, 2
TERMINAL = bytes.fromhex("02 00")  # EndpointType: with `terminal`, neither mc nor undefinedNode
REJECTIONS = (  # GatekeeperRejectReason
    *("resource unavailable", "terminal excluded", "invalid revision", "undefined reason"),
)

Q931 = 0x08  # protocol discriminator (Q.931 §4.2)
STATUS_ENQUIRY, STATUS, RELEASE_COMPLETE = 0x75, 0x7D, 0x5A  # message types (Q.931 table 4-2)
TPKT = struct.Struct("!BBH")  # RFC 1006 §6: version 3, reserved, length of all


@dataclass(frozen=True, slots=True)
class Gatekeeper:
    """What a gatekeeper said: *accepts* us, or *reason*, why not; that it answers at all is what counts."""

    accepts: bool
    reason: str
    seconds: float


def gatekeeper(host: str, *, port: int = RAS_PORT, timeout_s: float = 2.0) -> Gatekeeper:
    """Look for a gatekeeper at the IPv4 address *host*; OSError if none answers within *timeout_s*."""
    number = 1 + secrets.randbelow(65535)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.connect((host, port))
        own, own_port = opened.getsockname()
        started = time.monotonic()
        opened.send(request(number, own, own_port))
        while (left := started + timeout_s - time.monotonic()) > 0:
            opened.settimeout(left)
            try:
                told = _answer(opened.recv(4096), number)
            except TimeoutError:
                break
            if told:
                return Gatekeeper(*told, time.monotonic() - started)
    raise TimeoutError(f"no gatekeeper answers within {timeout_s:g} s")


def request(number: int, own: str, port: int) -> bytes:
    """Return a GatekeeperRequest in aligned PER (X.691), from the IPv4 address and port where we listen."""
    head = bytes((REQUEST << 2, 0))  # no extension, and none of the four optional fields
    address = b"\0" + ip_address(own).packed + struct.pack("!H", port)  # TransportAddress: ipAddress
    return head + struct.pack("!H", number - 1) + PROTOCOL + address + TERMINAL


def _answer(reply: bytes, number: int) -> tuple[bool, str] | None:
    """Return whether we are accepted, and else why not; None if *reply* is no answer to *number*."""
    if len(reply) < 5 or struct.unpack_from("!H", reply, 2)[0] != number - 1:
        return None
    kind = reply[0] >> 2  # one bit for extensions, five for the choice
    if kind == CONFIRM:
        return True, ""
    if kind != REJECT:
        return None
    return False, _rejection(reply)


def _rejection(reply: bytes) -> str:
    """Return the reason of a GatekeeperReject, where no optional field stands before it."""
    start = 5 + reply[4]  # preamble, number, protocol identifier
    if (reply[0] & 1, reply[1] >> 7) != (0, 0) or start >= len(reply) or reply[start] >> 5 >= len(REJECTIONS):
        return "refused"
    return REJECTIONS[reply[start] >> 5]


def signalling(host: str, *, port: int = CALL_PORT, timeout_s: float = 2.0) -> tuple[float, bool]:
    """Return how long the connection took, in seconds, and whether an endpoint speaks Q.931 behind it.

    It is asked for the state of a call that does not exist, which it tells (STATUS) or clears (RELEASE
    COMPLETE; Q.931 §5.8.10).  OSError if there is no connection.
    """
    deadline, started = Deadline(timeout_s), time.monotonic()
    with deadline.connect(host, port) as opened:
        connected = time.monotonic() - started
        call = struct.pack("!H", secrets.randbelow(0x7FFF) + 1)
        message = bytes((Q931, len(call))) + call + bytes((STATUS_ENQUIRY,))
        opened.sendall(TPKT.pack(3, 0, TPKT.size + len(message)) + message)
        try:
            return connected, _speaks(_message(opened))
        except OSError:
            return connected, False


def _message(opened: Stream) -> bytes:
    """Read one TPKT; what ends before it is whole, or begins as none, is returned as far as it came."""
    reader = opened.makefile()
    head = reader.read(TPKT.size)
    if len(head) < TPKT.size or head[0] != 3:
        return head
    return head + reader.read(max(TPKT.unpack(head)[2] - TPKT.size, 0))


def _speaks(reply: bytes) -> bool:
    if len(reply) < TPKT.size + 3 or reply[0] != 3 or reply[TPKT.size] != Q931:
        return False
    kind = TPKT.size + 2 + reply[TPKT.size + 1]
    return reply[kind : kind + 1] in (bytes((STATUS,)), bytes((RELEASE_COMPLETE,)))
