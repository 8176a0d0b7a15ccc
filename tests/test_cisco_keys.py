"""Secrets in the forms that IOS keeps them in, against vectors that others have published."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgnet.wire.cisco_keys import pbkdf2, reveal, scrypt, type7, type8, type9, verifies

# hashcat's own examples for its modes 9200 and 9300; the word is "hashcat".
TYPE_8 = "$8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk"
TYPE_9 = "$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6"
PRINTABLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("stored", "secret"),
    [("070C285F4D06", "cisco"), ("0822455D0A16", "cisco"), ("02050D480809", "cisco")],
)
def test_published_type_7_secrets_are_revealed(stored: str, secret: str) -> None:
    assert reveal(stored) == secret


def test_published_hashes_are_verified() -> None:
    assert pbkdf2("hashcat", "TnGX/fE4KGHOVU") == TYPE_8.split("$")[3]
    assert scrypt("hashcat", "2MJBozw/9R3UsU") == TYPE_9.split("$")[3]
    assert verifies("hashcat", TYPE_8)
    assert verifies("hashcat", TYPE_9)
    assert not verifies("Hashcat", TYPE_9)


@given(PRINTABLE)
def test_type_7_comes_back_and_is_always_the_same(secret: str) -> None:
    """What is wanted and what is there are compared as text: a random salt would differ every time."""
    assert type7(secret) == type7(secret)
    assert reveal(type7(secret)) == secret
    assert re.fullmatch(r"(0[0-9]|1[0-5])([0-9A-F]{2})+", type7(secret))


def test_hashes_are_stable_and_of_the_form_that_ios_takes() -> None:
    for kind, hashed in (("8", type8), ("9", type9)):
        first, second = hashed("one secret of ours"), hashed("another secret")
        assert re.fullmatch(rf"\${kind}\$[./0-9A-Za-z]{{14}}\$[./0-9A-Za-z]{{43}}", first)
        assert first != second
        assert first.split("$")[2] != second.split("$")[2]
        assert verifies("one secret of ours", first)


@pytest.mark.parametrize("form", [type7, type8, type9, reveal], ids=lambda form: form.__name__)
@pytest.mark.parametrize("hidden", ["<secret>", "<secret 0a1b2c>"])
def test_a_hidden_secret_stays_hidden(form, hidden: str) -> None:
    """A text that people read is rendered without secrets: there is nothing to encode in it."""
    assert form(hidden) == hidden


@pytest.mark.parametrize("wrong", ["", "7", "99AB", "07XY", "070", "cisco"])
def test_what_is_no_type_7_secret_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="type 7"):
        reveal(wrong)


def test_a_hash_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="type 8 or 9"):
        verifies("cisco", "$1$mERr$hx5rVt7rPNoS4wqbXKX7m0")
