"""Keys of SNMPv3's user-based security model: a pass phrase is for people, a device gets only its own key."""

from __future__ import annotations

import hashlib
from functools import cache

EXPANDED_OCTETS = 1_048_576  # RFC 3414 §A.2
NET_SNMP = 8072  # IANA private enterprise number of net-snmp
OCTETS = 5  # RFC 3411 §5, SnmpEngineID: the rest is administratively assigned octets


def engine_id(name: str) -> bytes:
    """Return the engine ID of the agent *name*: stable, unique, 21 octets (RFC 3411 §5, SnmpEngineID)."""
    enterprise = (0x80000000 | NET_SNMP).to_bytes(4)
    return enterprise + bytes([OCTETS]) + hashlib.sha256(name.encode()).digest()[:16]


@cache
def master_key(phrase: str) -> bytes:
    """Return Ku for SHA-256: the pass phrase repeated to 1 MiB, hashed (RFC 3414 §A.2, RFC 7860)."""
    octets = phrase.encode()
    repeated = octets * (EXPANDED_OCTETS // len(octets) + 1)
    return hashlib.sha256(repeated[:EXPANDED_OCTETS]).digest()


def localised_key(phrase: str, engine: bytes) -> bytes:
    """Return Kul: of use for the one engine only; the pass phrase cannot be had from it (RFC 3414 §2.6)."""
    ku = master_key(phrase)
    return hashlib.sha256(ku + engine + ku).digest()
