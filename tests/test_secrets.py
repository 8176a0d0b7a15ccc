"""Secrets are private files; nothing of ours shows a value."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from kgnet.errors import SecretError
from kgnet.secrets import Secrets, from_environment, teller
from kgnet.wire import pki

NAMES = ("snmp/auth", "bgp/899-1", "dkim/k2026", "tls/mail1.kg.example.key")


@pytest.fixture
def store(tmp_path: Path) -> Secrets:
    made = Secrets(tmp_path / "secrets")
    made.make(NAMES)
    return made


def test_what_is_named_is_made_once(store: Secrets) -> None:
    """A second run would otherwise lock everybody out."""
    before = {name: store.get(name) for name in NAMES}
    assert store.make([*NAMES, "snmp/priv"]) == ["snmp/priv"]
    assert {name: store.get(name) for name in NAMES} == before


def test_only_the_owner_may_read(store: Secrets) -> None:
    files = [path for path in store.folder.rglob("*") if path.is_file()]
    assert len(files) >= len(NAMES)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700


def test_a_secret_that_others_may_read_is_refused(store: Secrets) -> None:
    store.path("snmp/auth").chmod(0o644)
    with pytest.raises(SecretError, match=r"others may read .* chmod go="):
        store.get("snmp/auth")


@pytest.mark.parametrize("text", ["", "\n", "two\nlines\n"])
def test_an_empty_secret_or_one_of_two_lines_is_refused(store: Secrets, text: str) -> None:
    """It would be deployed as no password at all, or as a line of configuration."""
    store.path("snmp/auth").write_text(text)
    with pytest.raises(SecretError, match=r"one line is wanted"):
        store.get("snmp/auth")
    with pytest.raises(SecretError, match=r"one line is wanted"):
        store.make(["snmp/auth"])


def test_a_missing_secret_says_what_makes_it(store: Secrets) -> None:
    with pytest.raises(SecretError, match=r"no secret snmp/none .*kgnet secrets init"):
        store.get("snmp/none")


@pytest.mark.parametrize("name", ["../etc/passwd", "/etc/passwd", "snmp", "snmp/../../x", "", "snmp/a b"])
def test_a_name_never_leaves_the_folder(store: Secrets, name: str) -> None:
    with pytest.raises(SecretError, match="is no name of a secret"):
        store.get(name)


def test_a_fingerprint_follows_the_value_and_hides_it(store: Secrets) -> None:
    """It shows that a password changed, and neither the password nor anything to guess it from."""
    assert store.fingerprint("snmp/auth") == store.mark(store.get("snmp/auth"))
    assert store.fingerprint("snmp/auth") != store.fingerprint("bgp/899-1")
    assert store.fingerprint("snmp/auth") not in store.get("snmp/auth")
    assert teller(store)("snmp/auth") == f"<secret {store.fingerprint('snmp/auth')}>"
    assert teller(None)("snmp/auth") == "<secret>"


def test_no_value_is_shown_by_accident(store: Secrets) -> None:
    assert store.get("snmp/auth") not in repr(store)


def test_openssl_accepts_a_certificate_of_ours(store: Secrets, tmp_path: Path) -> None:
    """RFC 5280 as an independent implementation reads it."""
    leaf, ca = tmp_path / "leaf.pem", tmp_path / "ca.pem"
    leaf.write_text(store.get("tls/mail1.kg.example.crt") + "\n")
    ca.write_text(store.get("tls/ca.crt") + "\n")
    argv = ["openssl", "verify", "-x509_strict", "-verify_hostname", "mail1.kg.example", "-CAfile", ca, leaf]
    assert subprocess.run(argv, capture_output=True, check=False).returncode == 0
    argv[4] = "other.kg.example"
    assert subprocess.run(argv, capture_output=True, check=False).returncode != 0


def test_the_public_half_is_the_private_one_s(store: Secrets) -> None:
    assert pki.public_key(store.get("dkim/k2026")) != pki.public_key(pki.rsa_key())


def test_a_folder_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KGNET_SECRETS", str(tmp_path / "none"))
    with pytest.raises(SecretError, match="no such folder"):
        from_environment()
    monkeypatch.delenv("KGNET_SECRETS")
    assert from_environment() is None
