"""mailbox names, secrets → a passwd file for Dovecot: hashed, and the same text for the same secrets.

The scheme is SCRAM-SHA-256 (RFC 5802, RFC 7677): the server can neither read a password from it nor play
the client with it.  Salts come from a secret of their own: derived from the password they would be a short
cut for whoever guesses.  PBKDF2 runs in C without the interpreter's lock, so all cores help.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

ITERATIONS = 4096  # RFC 7677 §4: at least; the store's passwords are 192 random bits
SALT_SECRET = "salt/mailboxes"  # its name


def scram(password: str, salt: bytes, *, iterations: int = ITERATIONS) -> str:
    """Return what a SCRAM-SHA-256 server keeps, as Dovecot writes it (RFC 5802 §3)."""
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    parts = (str(iterations), *(base64.b64encode(part).decode() for part in (salt, stored, server)))
    return "{SCRAM-SHA-256}" + ",".join(parts)


def passwd(names: Iterable[str], domain: str, secret: Callable[[str], str]) -> str:
    """Return one line `name@domain:{SCRAM-SHA-256}…` a mailbox; *secret* returns a secret by its name."""
    key = secret(SALT_SECRET).encode()

    def line(name: str) -> str:
        address = f"{name}@{domain}"
        salt = hmac.digest(key, address.encode(), "sha256")[:16]
        return f"{address}:{scram(secret(f'mailbox/{name}'), salt)}\n"

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return "".join(pool.map(line, names))
