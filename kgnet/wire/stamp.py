"""STAMP, unauthenticated (RFC 8762 §4.2.1, §4.3.1; RFC 8972 for session ids and padding), and so TWAMP Light.

A sender numbers and stamps packets, a reflector returns each with its own number and stamps.  Clocks need not
agree: only differences of one way are compared, and round trips lack the time spent in the reflector.
"""

from __future__ import annotations

import secrets
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from kgnet.wire.dscp import mark
from kgnet.wire.ntp import ERA_0_S, ERA_S, FRACTIONS

PORT = 862  # RFC 8762 §4.1
SENT = struct.Struct("!I8s2sH28x")  # sequence, timestamp, error estimate, session: 44 octets
REFLECTED = struct.Struct("!I8s2sH8sI8s2s2xB3x")  # … received, sequence, timestamp, error, TTL of the sender
SIZE = SENT.size
PADDING = struct.Struct("!BBH")  # RFC 8972 §4.1: flags, type 1, length of what follows
EXTRA_PADDING = 1
ERROR_ESTIMATE = struct.pack("!H", 1)  # not synchronised, NTP format, scale 0, multiplier 1 (RFC 4656 §4.1.2)


@dataclass(frozen=True, slots=True)
class Trip:
    """One packet that came back: seconds there and back by two clocks, and the reflector's own number."""

    sequence: int
    there_s: float  # counts the difference of the clocks too: compare it with others only
    back_s: float
    round_trip_s: float
    reflected: int


@dataclass(frozen=True, slots=True)
class Stream:
    """What came back of *sent* packets, each once, in the order of their numbers."""

    sent: int
    trips: tuple[Trip, ...]

    @property
    def loss_ratio(self) -> float:
        return 1 - len(self.trips) / self.sent

    @property
    def lost_there_ratio(self) -> float:
        """Return the part that never reached a reflector that counts by itself (stateful, RFC 8762 §4).

        One that only repeats our numbers looks as if nothing was lost on the way there.
        """
        return max((trip.sequence - trip.reflected for trip in self.trips), default=0) / self.sent


def packet(sequence: int, session: int, now: float, size: int) -> bytes:
    """Return a sender's packet of *size* octets; the octets past the 44 of the format are padding."""
    bare = SENT.pack(sequence, timestamp(now), ERROR_ESTIMATE, session)
    extra = size - SIZE - PADDING.size
    return bare if extra < 0 else bare + PADDING.pack(0, EXTRA_PADDING, extra) + bytes(extra)


def answer(request: bytes, *, number: int, received: float, ttl: int) -> bytes | None:
    """Return the reflector's packet, as long as *request*; None if that is none.  The send time is now."""
    if len(request) < SIZE:
        return None
    sequence, stamp, error, session = SENT.unpack_from(request)
    return (
        REFLECTED.pack(
            *(number, timestamp(time.time()), ERROR_ESTIMATE, session),
            *(timestamp(received), sequence, stamp, error, ttl),
        )
        + request[SIZE:]
    )


def send(
    host: str,
    *,
    port: int = PORT,
    count: int = 50,
    interval_s: float = 0.02,
    size: int = 172,
    dscp: int = 0,
    timeout_s: float = 1.0,
) -> Stream:
    """Send *count* packets of *size* octets, *interval_s* apart; wait *timeout_s* for the last to come back.

    OSError if nothing can be sent there.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    session = 1 + secrets.randbelow(0xFFFF)
    trips: dict[int, Trip] = {}
    with socket.socket(family, socket.SOCK_DGRAM) as opened:
        opened.connect((host, port))
        mark(opened, dscp)
        start = time.monotonic()
        for sequence in range(count):
            _take(opened, start + sequence * interval_s, session, trips, count)
            opened.send(packet(sequence, session, time.time(), size))
        _take(opened, time.monotonic() + timeout_s, session, trips, count)
    return Stream(count, tuple(trips[sequence] for sequence in sorted(trips)))


def _take(opened: socket.socket, until: float, session: int, trips: dict[int, Trip], count: int) -> None:
    """Take in what comes back until the instant *until*, or all of it has."""
    while len(trips) < count and (left := until - time.monotonic()) > 0:
        opened.settimeout(left)
        try:
            reply = opened.recv(2048)
        except TimeoutError:
            return
        except ConnectionRefusedError:  # an ICMP answer to an earlier packet: that one is lost
            continue
        if trip := _trip(reply, time.time(), session, count):
            trips.setdefault(trip.sequence, trip)


def _trip(reply: bytes, arrived: float, session: int, count: int) -> Trip | None:
    """Read a reflector's packet; None if it answers none of ours."""
    if len(reply) < REFLECTED.size:
        return None
    number, left, _, told, came, sequence, sent, _, _ = REFLECTED.unpack_from(reply)
    if told not in (session, 0) or sequence >= count:  # 0: a reflector of RFC 8762, without sessions
        return None
    there, back = seconds(came) - seconds(sent), arrived - seconds(left)
    return Trip(sequence, there, back, max(there + back, 0.0), number)


def jitter_s(delays_s: Sequence[float]) -> float:
    """Return the interarrival jitter after the last of *delays_s* (RFC 3550 §6.4.1, appendix A.8)."""
    jitter = 0.0
    for before, after in pairwise(delays_s):
        jitter += (abs(after - before) - jitter) / 16
    return jitter


def timestamp(now: float) -> bytes:
    """Return a Unix time in NTP's 64-bit format (RFC 5905 §6), whatever its era."""
    whole = int(now // 1)
    return struct.pack("!II", (whole + ERA_0_S) % ERA_S, int((now - whole) * FRACTIONS))


def seconds(stamp: bytes) -> float:
    """Return the seconds of a timestamp since its era began; differences are what counts."""
    whole, fraction = struct.unpack("!II", stamp)
    return float(whole) - ERA_0_S + float(fraction) / FRACTIONS
