"""BER, as much of it as SNMP needs: tags, lengths, integers and object identifiers (X.690, RFC 3416 §8)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

INTEGER, OCTETS, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
UNSIGNED = (0x41, 0x42, 0x43, 0x46)  # Counter32, Gauge32, TimeTicks, Counter64 (RFC 2578 §7)
NO_SUCH_INSTANCE, END_OF_MIB_VIEW = 0x81, 0x82  # RFC 3416 §3

Octets = bytes | memoryview


def tlv(tag: int, body: bytes) -> bytes:
    """Return *body* under *tag*, its length in the shortest form."""
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + body


def integer(value: int, tag: int = INTEGER) -> bytes:
    """Return *value* in two's complement; a counter's first bit is no sign: it may grow by one."""
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, signed=True))


def number(body: Octets) -> int:
    return int.from_bytes(body, signed=True)


def parts(data: Octets) -> Iterator[tuple[int, memoryview]]:
    """Yield (tag, body) of what stands one after the other in *data*; ValueError if it is torn."""
    data, at = memoryview(data), 0
    while at < len(data):
        try:
            tag, size, at = data[at], data[at + 1], at + 2
        except IndexError:
            raise ValueError("ends within a header") from None
        if size & 0x80:
            more = size & 0x7F
            size, at = int.from_bytes(data[at : at + more]), at + more
        if at + size > len(data):
            raise ValueError(f"{size} octets are told, {len(data) - at} are there")
        yield tag, data[at : at + size]
        at += size


@lru_cache(maxsize=65536)
def oid(written: str) -> bytes:
    """Return the body of the object identifier *written*, `1.3.6.1` (X.690 §8.19)."""
    first, second, *rest = map(int, written.split("."))
    return b"".join(map(_base128, (first * 40 + second, *rest)))


def _base128(value: int) -> bytes:
    octets = [value & 0x7F]
    while value := value >> 7:
        octets.append(0x80 | value & 0x7F)
    return bytes(reversed(octets))
