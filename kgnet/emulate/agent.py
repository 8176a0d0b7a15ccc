"""Recorded walks (.snmprec) → SNMP agents that serve them, v2c and v3 authPriv: as many as have an address.

One socket stands for all agents of a machine: what is asked of an address is answered from it, by the agent
that *whose* names for it.  Cheap enough to stand for thousands of devices in one process.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import socket
import struct
import time
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES

from kgnet.wire import ber
from kgnet.wire.datagrams import LARGEST, Datagrams
from kgnet.wire.usm import engine_id, localised_key

GET, GET_NEXT, RESPONSE, SET, GET_BULK, REPORT = 0xA0, 0xA1, 0xA2, 0xA3, 0xA5, 0xA8  # RFC 3416 §3
NOT_IN_TIME, UNKNOWN_USER, UNKNOWN_ENGINE, WRONG_DIGEST, NOT_DECRYPTED = (
    f"1.3.6.1.6.3.15.1.1.{each}.0" for each in (2, 3, 4, 5, 6)
)  # usmStats… (RFC 3414 §5)
AUTH, PRIV, REPORTABLE = 1, 2, 4  # msgFlags (RFC 3412 §6.4)
DIGEST = 24  # octets (RFC 7860 §4.1)
WINDOW_S = 150  # RFC 3414 §2.2.3
TOO_BIG, NOT_WRITABLE = 1, 17  # error-status (RFC 3416 §3)
SO_RCVBUFFORCE = 33  # asm-generic/socket.h
IP_PKTINFO = 8  # linux/in.h; Python has no name for it

Name = tuple[int, ...]


def _value(tag: str, written: str) -> bytes:
    """Return one value of a .snmprec: its tag in decimal, `x` behind it if the value is in hexadecimal."""
    kind = int(tag.rstrip("x"))
    octets = bytes.fromhex(written) if tag.endswith("x") else written.encode()
    if kind == ber.INTEGER or kind in ber.UNSIGNED:
        return ber.integer(int(written), kind)
    if kind == ber.OID:
        return ber.tlv(kind, ber.oid(written))
    if kind == 0x40 and not tag.endswith("x"):  # IpAddress
        octets = socket.inet_aton(written)
    return ber.tlv(kind, octets)


class Tree:
    """What an agent has: every object, by its name, in their order."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Read lines `OID|TAG|VALUE`; ValueError names the one that is none."""
        self._found: dict[Name, bytes] = {}
        self._octets: dict[bytes, bytes] = {}
        for number, line in enumerate(lines, start=1):
            if line.strip() and not line.startswith("#"):
                try:
                    name, tag, written = line.rstrip("\n").split("|", 2)
                    self.put(name, _value(tag, written))
                except (ValueError, OSError) as reason:
                    raise ValueError(f"line {number}: is no OID|TAG|VALUE: {reason}") from reason
        self._order = sorted(self._found)

    def put(self, name: str, value: bytes) -> None:
        """Have *value*, a whole TLV, at *name*; a new name is walked to only if it is put while reading."""
        octets = ber.oid(name)
        binding = ber.tlv(ber.SEQUENCE, ber.tlv(ber.OID, octets) + value)
        self._found[tuple(map(int, name.split(".")))] = self._octets[octets] = binding

    def get(self, octets: bytes) -> bytes:
        """Return the binding of the object, or that there is none."""
        found = self._octets.get(octets)
        return found or _lacking(octets, ber.NO_SUCH_INSTANCE)

    def after(self, octets: bytes) -> Iterator[bytes]:
        """Yield the bindings behind *octets*, then without end that there are no more."""
        for name in islice(self._order, bisect_right(self._order, _name(octets)), None):
            yield self._found[name]
        while True:
            yield _lacking(octets, ber.END_OF_MIB_VIEW)


def _lacking(octets: bytes, tag: int) -> bytes:
    return ber.tlv(ber.SEQUENCE, ber.tlv(ber.OID, octets) + bytes((tag, 0)))


def _name(octets: bytes) -> Name:
    numbers, number = [], 0
    for octet in octets:
        number = number << 7 | octet & 0x7F
        if not octet & 0x80:
            numbers.append(number)
            number = 0
    first = min(numbers[0] // 40, 2)
    return (first, numbers[0] - 40 * first, *numbers[1:])


@dataclass(slots=True)
class Agent:
    """One device's agent: reads a request, returns the answer; None for what gets none."""

    tree: Tree
    name: str
    user: str = "watcher"
    auth: str = ""  # pass phrases (RFC 3414 §2.6); empty: no SNMPv3
    priv: str = ""
    community: str = ""  # empty: no SNMPv2c
    largest: int = 2048  # octets that its answers have at most: RFC 3417 §3 wants 484
    boots: int = 1
    started: float = field(default_factory=time.monotonic)

    def answer(self, request: bytes) -> bytes | None:
        """Return the answer to a datagram; ValueError if it is none of SNMP."""
        (_, message), *_ = ber.parts(request)
        (_, version), *rest = ber.parts(message)
        if ber.number(version) == 3 and self.auth:
            return self._v3(request, *(body for _, body in rest))
        (_, community), pdu = rest[:2]
        if ber.number(version) != 1 or not self.community or bytes(community) != self.community.encode():
            return None
        told = ber.integer(1) + ber.tlv(ber.OCTETS, bytes(community))
        return ber.tlv(ber.SEQUENCE, told + self._pdu(*pdu))

    def _v3(self, request: bytes, head: memoryview, security: memoryview, scoped: memoryview) -> bytes:
        message_id, _, flags, _ = (bytes(body) for _, body in ber.parts(head))
        ((_, usm),) = ber.parts(security)
        engine, boots, told_s, user, digest, salt = (bytes(body) for _, body in ber.parts(usm))
        message = partial(self._message, message_id, user)
        request_id = b"\0" if flags[0] & PRIV else _request_id(scoped)
        report = partial(self._report, message, request_id)
        if engine != engine_id(self.name):
            return report(UNKNOWN_ENGINE, 0)
        if user != self.user.encode():
            return report(UNKNOWN_USER, 0)
        if not flags[0] & AUTH or not hmac.compare_digest(digest, self._digest(request, digest)):
            return report(WRONG_DIGEST, 0)
        clock = ber.number(boots), ber.number(told_s)
        if clock[0] != self.boots or abs(clock[1] - self._time_s()) > WINDOW_S:
            return report(NOT_IN_TIME, AUTH)
        if flags[0] & PRIV:
            try:
                scoped = memoryview(self._crypt(bytes(scoped), *clock, salt, decrypt=True))
                scoped = next(ber.parts(scoped))[1]
            except ValueError:
                return report(NOT_DECRYPTED, 0)
        context, context_name, (kind, pdu) = ber.parts(scoped)
        plain = b"".join(ber.tlv(ber.OCTETS, bytes(body)) for _, body in (context, context_name))
        answered = ber.tlv(ber.SEQUENCE, plain + self._pdu(kind, pdu))
        return message(flags[0] & (AUTH | PRIV), answered)

    def _digest(self, message: bytes, digest: bytes) -> bytes:
        """Return the digest of *message*, in which *digest* stands now (RFC 3414 §6.3.1, RFC 7860 §4.2)."""
        blank = message.replace(digest, bytes(DIGEST), 1) if len(digest) == DIGEST else message
        key = localised_key(self.auth, engine_id(self.name))
        return hmac.digest(key, blank, hashlib.sha256)[:DIGEST]

    def _crypt(self, text: bytes, boots: int, told_s: int, salt: bytes, *, decrypt: bool = False) -> bytes:
        """Encrypt, or decrypt, by AES-128 in CFB (RFC 3826 §3.1)."""
        key = localised_key(self.priv, engine_id(self.name))[:16]
        cipher = Cipher(AES(key), CFB(struct.pack(">II", boots, told_s) + salt))
        return (cipher.decryptor() if decrypt else cipher.encryptor()).update(text)

    def _time_s(self) -> int:
        return int(time.monotonic() - self.started)

    def _report(
        self, message: Callable[[int, bytes], bytes], request_id: bytes, counter: str, flags: int
    ) -> bytes:
        binding = ber.tlv(ber.SEQUENCE, ber.tlv(ber.OID, ber.oid(counter)) + ber.integer(1, 0x41))
        pdu = ber.tlv(
            REPORT, ber.tlv(ber.INTEGER, request_id) + ber.integer(0) * 2 + ber.tlv(ber.SEQUENCE, binding)
        )
        engine = ber.tlv(ber.OCTETS, engine_id(self.name))
        scoped = ber.tlv(ber.SEQUENCE, engine + ber.tlv(ber.OCTETS, b"") + pdu)
        return message(flags, scoped)

    def _message(self, message_id: bytes, user: bytes, flags: int, scoped: bytes) -> bytes:
        now_s, salt = self._time_s(), b""
        if flags & PRIV:
            salt = os.urandom(8)
            scoped = ber.tlv(ber.OCTETS, self._crypt(scoped, self.boots, now_s, salt))
        mark = os.urandom(DIGEST) if flags & AUTH else b""
        head = (
            ber.tlv(ber.INTEGER, message_id)
            + ber.integer(LARGEST)
            + ber.tlv(ber.OCTETS, bytes((flags,)))
            + ber.integer(3)
        )
        usm = ber.tlv(ber.OCTETS, engine_id(self.name)) + ber.integer(self.boots) + ber.integer(now_s)
        usm += b"".join(ber.tlv(ber.OCTETS, each) for each in (user, mark, salt))
        security = ber.tlv(ber.OCTETS, ber.tlv(ber.SEQUENCE, usm))
        message = ber.tlv(ber.SEQUENCE, ber.integer(3) + ber.tlv(ber.SEQUENCE, head) + security + scoped)
        return message.replace(mark, self._digest(message, mark), 1) if mark else message

    def _pdu(self, kind: int, body: memoryview) -> bytes:
        """Answer one PDU (RFC 3416 §4.2)."""
        request_id, second, third, asked = (found for _, found in ber.parts(body))
        names = [bytes(next(ber.parts(each))[1]) for _, each in ber.parts(asked)]
        bindings: list[bytes] = []
        if kind == GET:
            bindings = [self.tree.get(name) for name in names]
        elif kind == GET_NEXT:
            bindings = [next(self.tree.after(name)) for name in names]
        elif kind == GET_BULK:
            bindings = self._bulk(names, ber.number(second), ber.number(third))
        error = 0 if kind != SET else NOT_WRITABLE
        if sum(map(len, bindings)) > self.largest - 150:
            error, bindings = TOO_BIG, []
        told = ber.tlv(ber.INTEGER, bytes(request_id)) + ber.integer(error) + ber.integer(0)
        return ber.tlv(RESPONSE, told + ber.tlv(ber.SEQUENCE, b"".join(bindings)))

    def _bulk(self, names: list[bytes], once: int, times: int) -> list[bytes]:
        """Return as many as fit (RFC 3416 §4.2.3)."""
        found = [next(self.tree.after(name)) for name in names[:once]]
        walks = [self.tree.after(name) for name in names[once:]]
        room = self.largest - 150 - sum(map(len, found))
        for _ in range(times):
            for walk in walks:
                binding = next(walk)
                room -= len(binding)
                if room < 0:
                    return found
                found.append(binding)
        return found


def _request_id(scoped: memoryview) -> bytes:
    """Return the request-id of a PDU in the clear, which a report repeats (RFC 3412 §7.1)."""
    *_, (_, pdu) = ber.parts(scoped)
    return bytes(next(ber.parts(pdu))[1])


Whose = Callable[[str], Agent | None]  # address → its agent; None: nobody answers there
Script = Callable[[Agent, bytes], Iterable[bytes]]  # what its agent sends upon a datagram: faults, too


class Agents(Datagrams):
    """Serves agents on every address of this machine, at one port."""

    def __init__(
        self,
        whose: Whose,
        *,
        script: Script | None = None,
        host: str = "0.0.0.0",  # noqa: S104  # loopback alone has many
        port: int = 0,
    ) -> None:
        self._whose, self._script = whose, script or answers
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        with suppress(PermissionError):  # thousands of devices have one queue here, of 200 KiB by default
            self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
        self._socket.bind((host, port))

    def serve(self, wanted: Callable[[], bool] = lambda: True) -> None:
        """Answer as long as *wanted*, which is asked five times a second at least."""
        for request, ancillary, source in self.datagrams(wanted, every_s=0.2):
            (info,) = (data for _, kind, data in ancillary if kind == IP_PKTINFO)
            agent = self._whose(socket.inet_ntoa(info[8:12]))
            for answer in self._script(agent, request) if agent else ():
                here = struct.pack("=i4s4s", 0, info[8:12], bytes(4))
                self._socket.sendmsg([answer], [(socket.IPPROTO_IP, IP_PKTINFO, here)], 0, source)


def answers(agent: Agent, request: bytes) -> Iterator[bytes]:
    """Answer as one should."""
    try:
        if answer := agent.answer(request):
            yield answer
    except ValueError:
        return  # none of SNMP gets none (RFC 3412 §7.2)
