"""Secrets as Arista's EOS keeps them in its configuration: the same text for the same secret, every time.

BGP passwords (type 7) are no hash: DES under a key that is known but for the neighbour's address, so that
nobody reads them over a shoulder. It was taken apart by K. Köhntopp, "Arista type 7 passwords" (2021).
Passwords of accounts are SHA-512 crypt (U. Drepper, "Unix crypt using SHA-256 and SHA-512", version 0.6).

What stands for a secret that is hidden (`<secret …>`) is returned as it is.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

HIDDEN = "<secret"
SEED = bytes.fromhex("d5a8c91ef5d58a23")  # what the key starts as
SIGNATURE = bytes.fromhex("4c88bb")  # how a text that was encrypted starts
BLOCK = 8  # octets, of DES
SIGNIFICANT = 0x7E  # bits of an octet of the key: DES has no use for the lowest, EOS drops the highest

ROUNDS = 5000  # crypt's own number
ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SALT_CHARACTERS = 16


# ── BGP ─────────────────────────────────────────────────────────────────────


def bgp_password(secret: str, neighbor: str) -> str:
    """Return the type 7 form of the TCP-MD5 key towards *neighbor*, an address or the name of a group."""
    if secret.startswith(HIDDEN):
        return secret
    text = secret.encode()
    padding = -(len(SIGNATURE) + 1 + len(text)) % BLOCK
    plain = SIGNATURE + bytes([padding << 4 | 0xE]) + text + bytes(padding)
    encryptor = _des(neighbor).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def bgp_secret(password: str, neighbor: str) -> str:
    """Return the secret in a type 7 *password*; ValueError if it is none towards *neighbor*."""
    decryptor = _des(neighbor).decryptor()
    cipher = base64.b64decode(password, validate=True)
    if not cipher or len(cipher) % BLOCK:
        raise ValueError(f"type 7 is in blocks of {BLOCK} octets: this has {len(cipher)}")
    plain = decryptor.update(cipher) + decryptor.finalize()
    start = len(SIGNATURE) + 1
    if plain[: len(SIGNATURE)] != SIGNATURE or plain[start - 1] & 0xF != 0xE:
        raise ValueError(f"this password was not encrypted for {neighbor}")
    return plain[start : len(plain) - (plain[start - 1] >> 4)].decode()


def _des(neighbor: str) -> Cipher[modes.CBC]:
    key = bytearray(SEED)
    for place, octet in enumerate(f"{neighbor}_passwd".encode()):
        key[place % BLOCK] ^= octet
    masked = bytes(octet & SIGNIFICANT for octet in key)
    return Cipher(TripleDES(masked * 3), modes.CBC(bytes(BLOCK)))  # thrice the same key is plain DES


# ── accounts ────────────────────────────────────────────────────────────────


def sha512_secret(secret: str, account: str) -> str:
    """Return the `$6$` hash of *secret*; the salt follows from it and from the *account*, so it is stable."""
    if secret.startswith(HIDDEN):
        return secret
    digest = hmac.digest(secret.encode(), f"sha512 {account}".encode(), "sha512")
    salt = "".join(ALPHABET[octet & 63] for octet in digest[:SALT_CHARACTERS])
    return sha512_crypt(secret, salt)


def sha512_crypt(password: str, salt: str, *, rounds: int = ROUNDS) -> str:
    """Return SHA-512 crypt of *password*; rounds other than 5000 are told in the text."""
    key, grain = password.encode(), salt.encode()[:SALT_CHARACTERS]
    digest = _first(key, grain)
    spread = _spread(hashlib.sha512(key * len(key)).digest(), len(key))
    salted = _spread(hashlib.sha512(grain * (16 + digest[0])).digest(), len(grain))
    for turn in range(rounds):
        context = hashlib.sha512(spread if turn & 1 else digest)
        if turn % 3:
            context.update(salted)
        if turn % 7:
            context.update(spread)
        context.update(digest if turn & 1 else spread)
        digest = context.digest()
    told = "" if rounds == ROUNDS else f"rounds={rounds}$"
    return f"$6${told}{grain.decode()}${_encoded(digest)}"


def _first(key: bytes, salt: bytes) -> bytes:
    """Return digest A of the paper, steps 1 to 12."""
    other = hashlib.sha512(key + salt + key).digest()
    context = hashlib.sha512(key + salt + _spread(other, len(key)))
    count = len(key)
    while count:
        context.update(other if count & 1 else key)
        count >>= 1
    return context.digest()


def _spread(digest: bytes, length: int) -> bytes:
    """Return *length* octets of *digest*, again and again."""
    return (digest * (length // len(digest) + 1))[:length]


def _encoded(digest: bytes) -> str:
    """Return the 64 octets as crypt writes them: three at a time from three thirds, in turning order."""
    text = ""
    for place in range(21):
        three = (place, place + 21, place + 42)
        turn = place % 3
        a, b, c = (digest[each] for each in (*three[turn:], *three[:turn]))
        text += _base64((a << 16) | (b << 8) | c, 4)
    return text + _base64(digest[63], 2)


def _base64(value: int, characters: int) -> str:
    return "".join(ALPHABET[value >> (6 * place) & 63] for place in range(characters))
