"""Arista's stored forms of secrets, against vectors that others have published."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgnet.wire import arista_keys


@pytest.mark.parametrize(
    ("secret", "neighbor", "stored"),
    [
        ("testtesttesttest", "TEST", "AEeZkeT2qaavxk5/S9QDbUpTTtf7PgqU"),
        ("swordfish", "2001:db8:6939::1", "1f2k70WMa17KyMEW72GaNg=="),
    ],
)
def test_a_bgp_password_is_what_eos_makes_of_it(secret: str, neighbor: str, stored: str) -> None:
    """The vectors of K. Köhntopp and R. Gelobter, taken from devices."""
    assert arista_keys.bgp_password(secret, neighbor) == stored
    assert arista_keys.bgp_secret(stored, neighbor) == secret


@given(st.text(min_size=1, max_size=60), st.sampled_from(["10.0.0.1", "fd00::1", "GROUP"]))
def test_a_bgp_password_can_be_read_back_for_its_neighbour_alone(secret: str, neighbor: str) -> None:
    if secret.startswith("<secret"):
        return
    stored = arista_keys.bgp_password(secret, neighbor)
    assert arista_keys.bgp_secret(stored, neighbor) == secret
    with pytest.raises(ValueError, match="not encrypted for"):
        arista_keys.bgp_secret(stored, "192.0.2.77")


@pytest.mark.parametrize("stored", ["", "AAAA", "not base64!"])
def test_what_is_no_type_7_is_refused(stored: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        arista_keys.bgp_secret(stored, "10.0.0.1")


@pytest.mark.parametrize(
    ("password", "salt", "rounds", "hashed"),
    [
        (
            "Hello world!",
            "saltstring",
            5000,
            "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
        ),
        (
            "Hello world!",
            "saltstringsaltstring",
            10_000,
            "$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZe"
            "HBy/YTBmSK6H9qs/y3RnOaw5v.",
        ),
        (
            "This is just a test",
            "toolongsaltstring",
            5000,
            "$6$toolongsaltstrin$lQ8jolhgVRVhY4b5pZKaysCLi0QBxGoNeKQzQ3glMhwllF7oGDZxUhx1yxdYcz/e1JSbq3y6"
            "JMxxl8audkUEm0",
        ),
    ],
)
def test_sha512_crypt_is_that_of_its_author(password: str, salt: str, rounds: int, hashed: str) -> None:
    """U. Drepper, "Unix crypt using SHA-256 and SHA-512", the test vectors of version 0.6."""
    assert arista_keys.sha512_crypt(password, salt, rounds=rounds) == hashed


def test_the_same_account_has_the_same_hash_every_time_and_another_account_another() -> None:
    """Else a plan would never be empty; and who sees two hashes must not see that the passwords are one."""
    first = arista_keys.sha512_secret("pass phrase", "noc")
    assert first == arista_keys.sha512_secret("pass phrase", "noc")
    assert first != arista_keys.sha512_secret("pass phrase", "admin")
    salt = first.split("$")[2]
    assert first == arista_keys.sha512_crypt("pass phrase", salt)


@pytest.mark.parametrize("hidden", ["<secret>", "<secret 12ab34>"])
def test_what_stands_for_a_secret_is_not_encoded(hidden: str) -> None:
    assert arista_keys.bgp_password(hidden, "10.0.0.1") == hidden
    assert arista_keys.sha512_secret(hidden, "noc") == hidden
