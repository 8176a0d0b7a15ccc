"""Secrets as Junos keeps them in its configuration: the same text for the same secret, every time.

`$9$` is no hash, but keeps a secret from being read over a shoulder: each octet is told by the gaps between
characters of an alphabet in four families (K. Brintnall's Crypt::Juniper, 2008, took it apart).
`$6$` is SHA-512 crypt (U. Drepper, "Unix crypt using SHA-256 and SHA-512", version 0.6).
SNMPv3 keys are localised (RFC 3414 §2.6), written in hexadecimal, and kept as `$9$`.

What stands for a secret that is hidden (`<secret …>`) is returned as it is.
"""

from __future__ import annotations

import hashlib
import hmac

from kgnet.wire.usm import localised_key

HIDDEN = "<secret"
MAGIC = "$9$"
FAMILIES = ("QzF3n6/9CAtpu0O", "B1IREhcSyrleKvMW8LXx", "7N-dVbwsY2g4oaJZGUDj", "iHkq.mPf5T")
LETTERS = "".join(FAMILIES)
PLACE = {letter: place for place, letter in enumerate(LETTERS)}
FILLING = {letter: 3 - family for family, letters in enumerate(FAMILIES) for letter in letters}
WEIGHTS = ((1, 4, 32), (1, 16, 32), (1, 8, 32), (1, 64), (1, 32), (1, 4, 16, 128), (1, 32, 64))

ROUNDS = 5000  # SHA-512 crypt's own number
ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SALT_CHARACTERS = 8  # Junos's own `$6$` salts are that long

JUNIPER = 2636  # IANA private enterprise number
TEXT = 4  # RFC 3411 §5, SnmpEngineID: the rest is a text
PRIVACY_OCTETS = 16  # of the localised key, for AES-128 (RFC 3826 §1.2.1)


# ── $9$ ─────────────────────────────────────────────────────────────────────


def hidden(secret: str, use: str = "") -> str:
    """Return *secret* as `$9$`; what is not fixed by it follows from it and from its *use*."""
    if secret.startswith(HIDDEN):
        return secret
    chance = hmac.digest(secret.encode(), f"junos {use}".encode(), "sha256")
    first = LETTERS[chance[0] % len(LETTERS)]
    filling = "".join(LETTERS[octet % len(LETTERS)] for octet in chance[1 : 1 + FILLING[first]])
    told, last = MAGIC + first + filling, first
    for number, octet in enumerate(secret.encode()):
        for gap in _gaps(octet, WEIGHTS[number % len(WEIGHTS)]):
            last = LETTERS[(PLACE[last] + gap + 1) % len(LETTERS)]
            told += last
    return told


def revealed(text: str) -> str:
    """Return the secret in a `$9$` text; ValueError if it is none."""
    letters = text.removeprefix(MAGIC)
    if letters == text or not letters or set(letters) - set(LETTERS):
        raise ValueError("this is no $9$ text")
    last, rest, octets = letters[0], letters[1 + FILLING[letters[0]] :], bytearray()
    while rest:
        weights = WEIGHTS[len(octets) % len(WEIGHTS)]
        taken, rest = rest[: len(weights)], rest[len(weights) :]
        if len(taken) < len(weights):
            raise ValueError("this $9$ text is cut off")
        total = 0
        for letter, weight in zip(taken, weights, strict=True):
            total += ((PLACE[letter] - PLACE[last]) % len(LETTERS) - 1) * weight
            last = letter
        octets.append(total % 256)
    return octets.decode("utf-8", "replace")


def _gaps(octet: int, weights: tuple[int, ...]) -> list[int]:
    gaps = []
    for weight in reversed(weights):
        gaps.append(octet // weight)
        octet %= weight
    return gaps[::-1]


# ── SNMPv3 ──────────────────────────────────────────────────────────────────


def engine_id(name: str) -> bytes:
    """Return what `engine-id local NAME` makes of a name (RFC 3411 §5, SnmpEngineID)."""
    return (0x80000000 | JUNIPER).to_bytes(4) + bytes([TEXT]) + name.encode()


def authentication_key(phrase: str, engine: str) -> str:
    """Return what Junos makes of the pass phrase of `authentication-sha256` (RFC 7860)."""
    return _snmp_key(phrase, engine, 32)


def privacy_key(phrase: str, engine: str) -> str:
    """Return what Junos makes of the pass phrase of `privacy-aes128` beside `authentication-sha256`."""
    return _snmp_key(phrase, engine, PRIVACY_OCTETS)


def _snmp_key(phrase: str, engine: str, octets: int) -> str:
    if phrase.startswith(HIDDEN):
        return phrase
    return hidden(localised_key(phrase, engine_id(engine))[:octets].hex(), engine)


# ── $6$ ─────────────────────────────────────────────────────────────────────


def encrypted_password(secret: str, account: str) -> str:
    """Return the `$6$` hash of *secret*; the salt follows from it and from the *account*, so it is stable."""
    if secret.startswith(HIDDEN):
        return secret
    chance = hmac.digest(secret.encode(), f"junos {account}".encode(), "sha512")
    salt = "".join(ALPHABET[octet & 63] for octet in chance[:SALT_CHARACTERS])
    return sha512_crypt(secret, salt)


def sha512_crypt(password: str, salt: str) -> str:
    """Return SHA-512 crypt of *password* with its own number of rounds."""
    key, grain = password.encode(), salt.encode()
    digest = _first(key, grain)
    spread = _long(hashlib.sha512(key * len(key)).digest(), len(key))
    salted = _long(hashlib.sha512(grain * (16 + digest[0])).digest(), len(grain))
    for number in range(ROUNDS):
        turn = hashlib.sha512(spread if number % 2 else digest)
        turn.update(salted if number % 3 else b"")
        turn.update(spread if number % 7 else b"")
        turn.update(digest if number % 2 else spread)
        digest = turn.digest()
    return f"$6${salt}${_written(digest)}"


def _first(key: bytes, salt: bytes) -> bytes:
    """Return digest A of the paper, steps 1 to 12."""
    other = hashlib.sha512(key + salt + key).digest()
    whole = hashlib.sha512(key + salt + _long(other, len(key)))
    bits = len(key)
    while bits:
        whole.update(other if bits & 1 else key)
        bits >>= 1
    return whole.digest()


def _long(digest: bytes, length: int) -> bytes:
    return (digest * (length // len(digest) + 1))[:length]


def _written(digest: bytes) -> str:
    """Return 64 octets as crypt writes them: three at a time from three thirds, in turning order."""
    told = ""
    for place in range(21):
        three = (digest[place], digest[place + 21], digest[place + 42])
        turn = place % 3
        high, middle, low = three[turn:] + three[:turn]
        told += _letters(high << 16 | middle << 8 | low, 4)
    return told + _letters(digest[63], 2)


def _letters(value: int, count: int) -> str:
    return "".join(ALPHABET[value >> (6 * place) & 63] for place in range(count))
