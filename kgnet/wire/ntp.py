"""One question to one NTP server (client mode, RFC 5905 §7.3 and §14): how far is its clock from ours?"""

from __future__ import annotations

import secrets
import socket
import struct
import time
from dataclasses import dataclass

VERSION, CLIENT, SERVER = 4, 3, 4
HEADER = struct.Struct("!BBbb4s4s4s8s8s8s8s")  # RFC 5905 figure 8: 48 octets
ERA_0_S = 2_208_988_800  # from 1900 to 1970 (RFC 5905 figure 4)
ERA_S = 1 << 32
FRACTIONS = 1 << 32  # of a second (RFC 5905 §6)
LEAP_UNKNOWN = 3  # the server's clock is not synchronised (RFC 5905 figure 9)
UNSYNCHRONISED = 16  # stratum (RFC 5905 figure 11); 0 is a kiss-o'-death packet (§7.4)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said of its clock; *offset_s* is positive where it is ahead of ours.

    *reference* are the four octets that name its source, or the code of a kiss-o'-death packet.
    """

    offset_s: float
    delay_s: float
    stratum: int
    leap: int
    root_delay_s: float
    root_dispersion_s: float
    reference: bytes

    @property
    def kiss(self) -> str:
        """Return the code by which the server refuses us, such as RATE; empty: it does not."""
        return self.reference.decode("ascii", "replace") if self.stratum == 0 else ""

    @property
    def synchronised(self) -> bool:
        return self.leap != LEAP_UNKNOWN and 0 < self.stratum < UNSYNCHRONISED


def ask(server: str, *, port: int = 123, timeout_s: float = 1.5) -> Answer:
    """Ask *server* for the time; OSError if it does not answer *timeout_s* long, or not in NTP.

    The transmit timestamp that we send is a random number and not our time: only who saw the question
    can answer it, and it tells nothing of us (draft-ietf-ntp-data-minimization §3).
    """
    family = socket.AF_INET6 if ":" in server else socket.AF_INET
    cookie = secrets.token_bytes(8)
    request = HEADER.pack(VERSION << 3 | CLIENT, 0, 0, 0, *(bytes(4),) * 3, *(bytes(8),) * 3, cookie)
    with socket.socket(family, socket.SOCK_DGRAM) as opened:
        opened.connect((server, port))
        end = time.monotonic() + timeout_s
        sent = time.time()
        opened.send(request)
        while (left := end - time.monotonic()) > 0:
            opened.settimeout(left)
            reply = opened.recv(512)
            arrived = time.time()
            if answer := _read(reply, cookie, sent, arrived):
                return answer
    raise TimeoutError(f"no answer within {timeout_s:g} s")


def _read(reply: bytes, cookie: bytes, sent: float, arrived: float) -> Answer | None:
    """Return what *reply* says; None if it is no answer to the question with *cookie*."""
    if len(reply) < HEADER.size:
        return None
    first, stratum, _, _, delay, dispersion, reference, _, origin, received, transmitted = HEADER.unpack_from(
        reply
    )
    if first & 7 != SERVER or origin != cookie:
        return None
    there, back = _unix(received, sent), _unix(transmitted, sent)
    return Answer(
        offset_s=((there - sent) + (back - arrived)) / 2,  # RFC 5905 §8
        delay_s=max((arrived - sent) - (back - there), 0.0),
        stratum=stratum,
        leap=first >> 6,
        root_delay_s=_short(delay),
        root_dispersion_s=_short(dispersion),
        reference=reference,
    )


def _unix(stamp: bytes, near: float) -> float:
    """Return the Unix time of an NTP timestamp, in the era that is nearest to the Unix time *near*."""
    seconds, fraction = struct.unpack("!II", stamp)
    base: float = seconds - ERA_0_S
    return base + round((near - base) / ERA_S) * ERA_S + float(fraction) / FRACTIONS


def _short(value: bytes) -> float:
    """Return the seconds of the NTP short format, 16.16 (RFC 5905 §6)."""
    return float(struct.unpack("!I", value)[0]) / 65536
