"""Secrets as Cisco's IOS keeps them in its configuration: the same text for the same secret, every time.

Type 7 hides a secret from a glance and no more: its fixed key has been public since 1995 (L0pht and others).
Types 8 and 9 are hashes: PBKDF2 (RFC 8018) with SHA-256 and 20,000 rounds, and scrypt (RFC 7914) with
N = 16384, r = 1, p = 1; salt and hash are written in the alphabet of crypt(3).  The example hashes that
hashcat publishes for its modes 9200 and 9300 are the test vectors.

Salts follow from the secret itself, so that what is wanted and what is there can be compared as text.
What stands for a secret that is hidden (`<secret …>`) is returned as it is.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from functools import cache

HIDDEN = "<secret"
XLAT = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"
FIRST = 16  # places in XLAT that may come first
TYPE_7 = re.compile(r"(0[0-9]|1[0-5])((?:[0-9A-Fa-f]{2})+)")

ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
OURS = str.maketrans(BASE64, ALPHABET)
SALT_CHARACTERS = 14
HASH_OCTETS = 32
ROUNDS = 20_000  # of type 8
COST, BLOCK_SIZE, PARALLEL = 16_384, 1, 1  # of type 9


def type7(secret: str) -> str:
    """Return *secret* as `password 7 …` has it."""
    if secret.startswith(HIDDEN):
        return secret
    text = secret.encode()
    place = hmac.digest(text, b"type 7", "sha256")[0] % FIRST
    return f"{place:02d}" + bytes(_mixed(text, place)).hex().upper()


def reveal(stored: str) -> str:
    """Return the secret that *stored* hides by type 7; ValueError if it is none."""
    if stored.startswith(HIDDEN):
        return stored
    found = TYPE_7.fullmatch(stored)
    if found is None:
        raise ValueError("not a type 7 secret: two digits up to 15, then pairs of hexadecimal digits")
    return bytes(_mixed(bytes.fromhex(found[2]), int(found[1]))).decode()


def _mixed(text: bytes, place: int) -> list[int]:
    return [octet ^ XLAT[(place + at) % len(XLAT)] for at, octet in enumerate(text)]


@cache
def type8(secret: str) -> str:
    """Return the hash of *secret* as `secret 8 …` has it."""
    if secret.startswith(HIDDEN):
        return secret
    salt = _salt(secret, "type 8")
    return f"$8${salt}${pbkdf2(secret, salt)}"


@cache
def type9(secret: str) -> str:
    """Return the hash of *secret* as `secret 9 …` has it; some 20 ms of work, done once a process."""
    if secret.startswith(HIDDEN):
        return secret
    salt = _salt(secret, "type 9")
    return f"$9${salt}${scrypt(secret, salt)}"


def pbkdf2(secret: str, salt: str) -> str:
    return _encoded(hashlib.pbkdf2_hmac("sha256", secret.encode(), salt.encode(), ROUNDS, HASH_OCTETS))


def scrypt(secret: str, salt: str) -> str:
    return _encoded(
        hashlib.scrypt(
            secret.encode(), salt=salt.encode(), n=COST, r=BLOCK_SIZE, p=PARALLEL, dklen=HASH_OCTETS
        )
    )


def verifies(secret: str, stored: str) -> bool:
    """Return whether *stored*, of type 8 or 9, is a hash of *secret*; ValueError if it is neither."""
    match stored.split("$"):
        case ["", "8", salt, digest]:
            return hmac.compare_digest(digest, pbkdf2(secret, salt))
        case ["", "9", salt, digest]:
            return hmac.compare_digest(digest, scrypt(secret, salt))
    raise ValueError("not a secret of type 8 or 9")


def _salt(secret: str, purpose: str) -> str:
    digest = hmac.digest(secret.encode(), purpose.encode(), "sha256")
    return "".join(ALPHABET[octet % 64] for octet in digest[:SALT_CHARACTERS])


def _encoded(digest: bytes) -> str:
    return base64.b64encode(digest).decode().rstrip("=").translate(OURS)
