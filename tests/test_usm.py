"""SNMPv3 keys: what a device is given, and what it is not."""

from __future__ import annotations

from gufo.snmp import Sha256Key

from kgnet.wire.usm import engine_id, localised_key, master_key

PHRASE = "maplesyrup"  # the pass phrase of RFC 3414 §A.3


def test_keys_are_those_that_others_compute() -> None:
    """The exporter's library computes them itself from the pass phrase."""
    engine = bytes.fromhex("000000000000000000000002")  # RFC 3414 §A.3
    master = Sha256Key.get_master_key(PHRASE.encode())
    assert master_key(PHRASE) == master
    assert localised_key(PHRASE, engine) == Sha256Key.get_localized_key(master, engine)


def test_a_key_is_of_use_for_one_engine_only() -> None:
    """Who reads one device's file must not be able to read the others."""
    assert localised_key(PHRASE, engine_id("a")) != localised_key(PHRASE, engine_id("b"))


def test_engine_ids_are_of_the_allowed_form() -> None:
    """RFC 3411 §5: 5 to 32 octets, the first bit set, then the enterprise and the format."""
    engine = engine_id("r-899.kg.example")
    assert engine == engine_id("r-899.kg.example")
    assert 5 <= len(engine) <= 32
    assert engine[:5].hex() == "80001f8805"
