"""The head of an SNMPv3 message, read before anything is believed (RFC 3412 §6, RFC 3414 §2.4)."""

from __future__ import annotations

from kgnet.wire import ber

ENGINE_OCTETS = range(5, 33)  # RFC 3411 §5, SnmpEngineID


def head(data: bytes) -> tuple[int, bytes]:
    """Return (msgVersion, msgAuthoritativeEngineID); the engine is empty in a discovery and below version 3.

    ValueError if it is no SNMP message.
    """
    message = dict(enumerate(_parts(data, ber.SEQUENCE)))
    version = ber.number(_body(message, 0, ber.INTEGER))
    if version != 3:
        return version, b""
    security = dict(enumerate(_parts(_body(message, 2, ber.OCTETS), ber.SEQUENCE)))
    engine = bytes(_body(security, 0, ber.OCTETS))
    if engine and len(engine) not in ENGINE_OCTETS:
        raise ValueError(f"an engine ID of {len(engine)} octets")
    return version, engine


Parts = dict[int, tuple[int, memoryview]]


def _parts(data: ber.Octets, tag: int) -> list[tuple[int, memoryview]]:
    """Return what stands in the one value of *data*, which has *tag*."""
    return list(ber.parts(_body(dict(enumerate(ber.parts(data))), 0, tag)))


def _body(parts: Parts, place: int, tag: int) -> memoryview:
    found, body = parts.get(place, (None, memoryview(b"")))
    if found != tag:
        raise ValueError(f"no {tag:#x} at place {place}")
    return body
