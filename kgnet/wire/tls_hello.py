"""The first words of TLS, by hand: what a client offers, and what the server picks; no key is agreed on.

Libraries of TLS have forgotten what is retired.  Who asks a server by them whether it takes RC4 asks nothing,
and hears that it does not.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from kgnet.wire.deadline import Stream

VERSIONS = {"ssl3": 0x0300, "1.0": 0x0301, "1.1": 0x0302, "1.2": 0x0303, "1.3": 0x0304}
TLS_1_2 = VERSIONS["1.2"]
TLS_1_3 = VERSIONS["1.3"]
ALERT, HANDSHAKE = 21, 22  # types of records (RFC 8446 §5.1)
CLIENT_HELLO, SERVER_HELLO = 1, 2  # types of messages (RFC 8446 §4)
WARNING = 1  # level of an alert (RFC 5246 §7.2)
NO_RENEGOTIATION = 0x00FF  # TLS_EMPTY_RENEGOTIATION_INFO_SCSV (RFC 5746 §3.3)
GROUPS = (29, 23, 24, 25, 30, 256, 257)  # x25519, secp256r1, -384r1, -521r1, x448, ffdhe2048, -3072
SIGNATURES = (  # RFC 8446 §4.2.3: ECDSA, EdDSA, RSA-PSS, RSA, and with SHA-1 what older servers have
    *(0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080A, 0x080B),
    *(0x0401, 0x0501, 0x0601, 0x0402, 0x0201, 0x0202, 0x0203),
)
X25519_OCTETS = 32
LONGEST = 1 << 14  # octets of a record, and more than any ServerHello has (RFC 8446 §5.1)


@dataclass(frozen=True, slots=True)
class Picked:
    """What a server picked of what was on offer."""

    version: int
    suite: int


def ask(stream: Stream, version: int, suites: Sequence[int], name: str) -> Picked | None:
    """Offer TLS up to *version* with *suites* as a client that wants *name*; None: the server refused.

    OSError if what answers does not speak TLS.
    """
    stream.sendall(client_hello(version, suites, name))
    return _answer(stream)


def client_hello(version: int, suites: Sequence[int], name: str) -> bytes:
    """Return the record (RFC 8446 §4.1.2; RFC 6101 §5.6.1.2 for SSL 3.0, which knows no extensions)."""
    told = min(version, TLS_1_2)
    session = os.urandom(32) if version == TLS_1_3 else b""  # as middleboxes like it: RFC 8446 app. D.4
    offered = b"".join(struct.pack("!H", suite) for suite in (*suites, NO_RENEGOTIATION))
    body = struct.pack("!H", told) + os.urandom(32) + _vector(1, session) + _vector(2, offered)
    body += _vector(1, b"\0")  # no compression
    if version > VERSIONS["ssl3"]:
        body += _vector(2, _extensions(version, name))
    message = bytes((CLIENT_HELLO,)) + _vector(3, body)
    return struct.pack("!BH", HANDSHAKE, min(version, VERSIONS["1.0"])) + _vector(2, message)


def _extensions(version: int, name: str) -> bytes:
    """Return what a server needs to pick anything; the numbers are those of IANA's registry."""
    told: dict[int, bytes] = {}
    if _is_name(name):
        told[0] = _vector(2, b"\0" + _vector(2, name.rstrip(".").encode("idna")))  # server_name
    told[10] = _vector(2, b"".join(struct.pack("!H", group) for group in GROUPS))  # supported_groups
    told[11] = _vector(1, b"\0")  # ec_point_formats: uncompressed
    if version >= TLS_1_2:
        told[13] = _vector(2, b"".join(struct.pack("!H", each) for each in SIGNATURES))
    if version == TLS_1_3:
        share = struct.pack("!H", GROUPS[0]) + _vector(2, os.urandom(X25519_OCTETS))
        told[43] = _vector(1, struct.pack("!H", TLS_1_3))  # supported_versions
        told[45] = _vector(1, b"\1")  # psk_key_exchange_modes
        told[51] = _vector(2, share)  # key_share
    return b"".join(struct.pack("!H", kind) + _vector(2, body) for kind, body in told.items())


def _is_name(name: str) -> bool:
    """Whether *name* may stand in server_name: an address may not (RFC 6066 §3)."""
    try:
        ip_address(name)
    except ValueError:
        return bool(name)
    return False


def _vector(octets: int, body: bytes) -> bytes:
    """Return *body* with its length before it, of so many *octets*."""
    return len(body).to_bytes(octets) + body


def _answer(stream: Stream) -> Picked | None:
    """Read until the server has picked, or refused: by an alert, or by hanging up."""
    said = b""
    while len(said) < 4 or len(said) < 4 + int.from_bytes(said[1:4]):
        try:
            head = _exactly(stream, 5)
        except (EOFError, ConnectionResetError):
            return None
        kind, length = head[0], int.from_bytes(head[3:])
        if kind not in (ALERT, HANDSHAKE) or head[1] != 3 or not 0 < length <= LONGEST:
            raise ConnectionError("what answers does not speak TLS")
        try:
            body = _exactly(stream, length)
        except EOFError:
            raise ConnectionError("it hung up in the middle of its answer") from None
        if kind == HANDSHAKE:
            said += body
        elif body[0] != WARNING:
            return None
        if said and (said[0] != SERVER_HELLO or len(said) > 2 * LONGEST):
            raise ConnectionError("what answers does not speak TLS")
    return _picked(said[4 : 4 + int.from_bytes(said[1:4])])


def _picked(hello: bytes) -> Picked:
    """Read a ServerHello, or a wish for another one, which has its form (RFC 8446 §4.1.3, §4.1.4)."""
    try:
        (version,) = struct.unpack_from("!H", hello)
        after = 35 + hello[34]  # version, random, session
        (suite,) = struct.unpack_from("!H", hello, after)
        at = after + 5  # suite, compression, length of the extensions
        while at < len(hello):
            kind, length = struct.unpack_from("!HH", hello, at)
            if kind == 43:  # supported_versions: the true one
                (version,) = struct.unpack_from("!H", hello, at + 4)
            at += 4 + length
    except (struct.error, IndexError):
        raise ConnectionError("what answers does not speak TLS") from None
    return Picked(version, suite)


def _exactly(stream: Stream, octets: int) -> bytes:
    """Return so many *octets*; EOFError if the other end is done before."""
    found = b""
    while len(found) < octets:
        more = stream.recv(octets - len(found))
        if not more:
            raise EOFError
        found += more
    return found
