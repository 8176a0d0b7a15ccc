"""ICMP echo in bursts: many addresses, one socket, sending and receiving interleaved (RFC 792, RFC 4443)."""

from __future__ import annotations

import os
import selectors
import socket
import struct
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from itertools import pairwise
from math import ceil
from statistics import median

from kgnet.wire.dscp import mark

Address = IPv4Address | IPv6Address

ECHO_REQUEST = {4: 8, 6: 128}  # RFC 792; RFC 4443 §4.1
ECHO_REPLY = {4: 0, 6: 129}
HEADER = struct.Struct("!BBHHH")  # type, code, checksum, identifier, sequence
BODY = struct.Struct("!8sHH44x")  # token of the burst, number of the address, sequence: 64 octets in all
TIMESTAMPNS = 35  # SO_TIMESTAMPNS: the kernel says when a packet came in; Python has no name for it
TIMESPEC = struct.Struct("@ll")
SOL_RAW, ICMP_FILTER = 255, 1  # linux/icmp.h
ICMP6_FILTER = 1  # RFC 3542 §3.2
ROOM_BYTES = 4 << 20  # so that the answers of a whole province fit while we send


@dataclass(frozen=True, slots=True)
class Echoes:
    """What came of one address's burst: a round trip in seconds for each request, None for a lost one."""

    round_trips_s: tuple[float | None, ...]

    @property
    def answered_s(self) -> tuple[float, ...]:
        return tuple(trip for trip in self.round_trips_s if trip is not None)

    @property
    def loss_ratio(self) -> float:
        return 1 - len(self.answered_s) / len(self.round_trips_s)

    @property
    def rtt_s(self) -> float | None:
        """Return the median round trip: one late packet does not move it."""
        return median(self.answered_s) if self.answered_s else None

    def quantile_s(self, part: float) -> float | None:
        """Return what *part* (0 to 1) of the answers took at most: the nearest rank, a trip that was met."""
        ranked = sorted(self.answered_s)
        return ranked[max(ceil(part * len(ranked)), 1) - 1] if ranked else None

    @property
    def jitter_s(self) -> float | None:
        """Return the median difference of successive round trips (IPDV, RFC 5481 §4.1)."""
        differences = [abs(after - before) for before, after in pairwise(self.answered_s)]
        return median(differences) if differences else None


def burst(
    addresses: Iterable[Address],
    *,
    count: int = 5,
    interval_s: float = 0.05,
    timeout_s: float = 1.0,
    dscp: int = 0,
) -> dict[Address, Echoes]:
    """Send *count* echo requests to each address, *interval_s* apart; wait *timeout_s* for the last answer.

    PermissionError if neither kind of ICMP socket is allowed: a raw one needs CAP_NET_RAW, a datagram one
    a group within the sysctl net.ipv4.ping_group_range.
    """
    wanted = tuple(dict.fromkeys(addresses))
    if not wanted:
        return {}
    with ExitStack() as stack:
        versions: set[int] = {address.version for address in wanted}
        sockets = {version: stack.enter_context(_opened(version, dscp)) for version in versions}
        return _Burst(wanted, sockets, count).run(interval_s, timeout_s)


def _opened(version: int, dscp: int) -> socket.socket:
    """Open an ICMP socket: raw where we may, else a datagram one (the kernel then sets the identifier)."""
    family, protocol = (
        (socket.AF_INET, socket.IPPROTO_ICMP) if version == 4 else (socket.AF_INET6, socket.IPPROTO_ICMPV6)
    )
    try:
        opened = socket.socket(family, socket.SOCK_RAW, protocol)
    except PermissionError:
        opened = socket.socket(family, socket.SOCK_DGRAM, protocol)
    else:
        _only_replies(opened, version)
    opened.setblocking(False)
    opened.setsockopt(socket.SOL_SOCKET, TIMESTAMPNS, 1)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM_BYTES)
    mark(opened, dscp)
    return opened


def _only_replies(raw: socket.socket, version: int) -> None:
    """Let the kernel drop what is no echo reply; a set bit blocks that type."""
    if version == 4:
        raw.setsockopt(SOL_RAW, ICMP_FILTER, struct.pack("=I", 0xFFFFFFFF & ~(1 << ECHO_REPLY[4])))
        return
    words = [0xFFFFFFFF] * 8
    words[ECHO_REPLY[6] >> 5] &= ~(1 << (ECHO_REPLY[6] & 31))
    raw.setsockopt(socket.IPPROTO_ICMPV6, ICMP6_FILTER, struct.pack("=8I", *words))


class _Burst:
    """One burst under way."""

    def __init__(self, wanted: tuple[Address, ...], sockets: Mapping[int, socket.socket], count: int) -> None:
        self.wanted, self.sockets, self.count = wanted, sockets, count
        self.token = os.urandom(8)
        self.identifier = struct.unpack("!H", self.token[:2])[0]
        self.targets = tuple((str(address), sockets[address.version], address.version) for address in wanted)
        self.sent_ns: dict[tuple[int, int], int] = {}
        self.trips_s: dict[tuple[int, int], float] = {}

    def run(self, interval_s: float, timeout_s: float) -> dict[Address, Echoes]:
        with selectors.DefaultSelector() as selector:
            for opened in self.sockets.values():
                selector.register(opened, selectors.EVENT_READ)
            for due, number, sequence in self._schedule(time.monotonic(), interval_s):
                self._wait(selector, due)
                self._send(number, sequence)
            end = time.monotonic() + timeout_s
            while len(self.trips_s) < len(self.sent_ns) and time.monotonic() < end:
                self._wait(selector, min(end, time.monotonic() + 0.05))
        return dict(zip(self.wanted, map(self._echoes, range(len(self.wanted))), strict=True))

    def _schedule(self, start: float, interval_s: float) -> Iterator[tuple[float, int, int]]:
        """Yield (when, address, sequence): the addresses of a round are spread over the interval."""
        step = interval_s / len(self.wanted)
        for sequence in range(self.count):
            for number in range(len(self.wanted)):
                yield start + sequence * interval_s + number * step, number, sequence

    def _send(self, number: int, sequence: int) -> None:
        """Send one request; one that finds no route or no buffer counts as lost."""
        address, opened, version = self.targets[number]
        packet = _packet(version, self.identifier, sequence, BODY.pack(self.token, number, sequence))
        self.sent_ns[number, sequence] = time.time_ns()
        try:
            opened.sendto(packet, (address, 0))
        except OSError:
            del self.sent_ns[number, sequence]

    def _wait(self, selector: selectors.BaseSelector, until: float) -> None:
        """Take in answers until the instant *until*; at least those that are there already."""
        left = until - time.monotonic()
        for key, _ in selector.select(max(left, 0)):
            assert isinstance(key.fileobj, socket.socket)
            self._drain(key.fileobj)

    def _drain(self, opened: socket.socket) -> None:
        while True:
            try:
                data, ancillary, _, source = opened.recvmsg(256, 64)
            except OSError:  # nothing more is there, or an ICMP error of some target was reported here
                return
            arrived_ns = _stamp(ancillary) or time.time_ns()
            version = 4 if opened.family == socket.AF_INET else 6
            self._take(data, source[0].partition("%")[0], arrived_ns, version)

    def _take(self, data: bytes, source: str, arrived_ns: int, version: int) -> None:
        raw = version == 4 and data[:1] > b"\x40"  # a raw IPv4 socket gives the IP header too
        start = (data[0] & 15) * 4 if raw else 0
        if len(data) < start + HEADER.size + BODY.size or data[start] != ECHO_REPLY[version]:
            return
        token, number, sequence = BODY.unpack_from(data, start + HEADER.size)
        known = token == self.token and (number, sequence) in self.sent_ns
        if known and source == self.targets[number][0]:
            trip_ns = arrived_ns - self.sent_ns[number, sequence]
            self.trips_s.setdefault((number, sequence), max(trip_ns, 0) / 1e9)

    def _echoes(self, number: int) -> Echoes:
        return Echoes(tuple(self.trips_s.get((number, sequence)) for sequence in range(self.count)))


def _packet(version: int, identifier: int, sequence: int, body: bytes) -> bytes:
    kind = ECHO_REQUEST[version]
    bare = HEADER.pack(kind, 0, 0, identifier, sequence) + body
    if version == 6:  # the kernel does it: it covers the addresses too (RFC 4443 §2.3)
        return bare
    return HEADER.pack(kind, 0, checksum(bare), identifier, sequence) + body


def checksum(data: bytes) -> int:
    """Return the Internet checksum of *data*, of even length (RFC 1071)."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def _stamp(ancillary: list[tuple[int, int, bytes]]) -> int | None:
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, TIMESTAMPNS):
            seconds, nanoseconds = TIMESPEC.unpack_from(data)
            return int(seconds) * 1_000_000_000 + int(nanoseconds)
    return None
