"""How IOS stores secrets: type 7, which anybody can read back, and types 8 and 9, which nobody can."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from functools import cache
from random import Random

from kgnet.emulate.type7 import read7, type7

ITOA64 = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
STANDARD64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
TO_CISCO = str.maketrans(STANDARD64, ITOA64)

# A word `0 X`, or nothing, before a secret in clear; group 1 what stands before it, group 3 what follows.
HASHED = re.compile(
    r"((?:username \S+ (?:privilege \d+ )?(?:role \S+ )?|enable )(?:algorithm-type \S+ )?secret)"
    r" (?:0 )?(\S+)()$"
)
READABLE = re.compile(
    r"(neighbor \S+ password|username \S+ (?:privilege \d+ )?password|enable password|key|key-string|password"
    r"|server-key|tacacs-server key|radius-server key|client \S+ server-key) (?:0 )?(\S+)()$"
)
TYPED = re.compile(r"(?:secret|password|key|key-string|server-key) [4-9] \S+$")


@cache
def type9(clear: str, salt: str) -> str:
    """Return the scrypt hash of a text (N 16384, r 1, p 1), in Cisco's base64."""
    digest = hashlib.scrypt(clear.encode(), salt=salt.encode(), n=16384, r=1, p=1, dklen=32)
    return f"$9${salt}${_cisco64(digest)}"


@cache
def type8(clear: str, salt: str) -> str:
    """Return the PBKDF2-SHA256 hash of a text (20,000 rounds), in Cisco's base64."""
    return f"$8${salt}${_cisco64(hashlib.pbkdf2_hmac('sha256', clear.encode(), salt.encode(), 20000, 32))}"


def _cisco64(digest: bytes) -> str:
    return base64.b64encode(digest).decode().rstrip("=").translate(TO_CISCO)


def stored(line: str, random: Random, *, encrypt: bool) -> str:
    """Return a line as the device keeps it: what must not be read is hashed, the rest as *encrypt* says."""
    if TYPED.search(line):
        return line
    if found := HASHED.fullmatch(line):
        salt = "".join(random.choice(ITOA64) for _ in range(14))
        before = re.sub(r" algorithm-type \S+", "", found[1])
        if "algorithm-type sha256" in line:
            return f"{before} 8 {type8(found[2], salt)}"
        return f"{before} 9 {type9(found[2], salt)}"
    if found := READABLE.fullmatch(line):
        kept = f"7 {type7(found[2], random.randrange(16))}" if encrypt else found[2]
        return f"{found[1]} {kept}"
    return line


def matches(words: str, password: str) -> bool:
    """Whether *password* is the one that stands behind `secret 9 …`, `password 7 …`, `password …`."""
    found = re.search(r"(?:secret|password) (?:(\d) )?(\S+)$", words)
    if not found:
        return False
    number, kept = found[1] or "0", found[2]
    if number == "9":
        made = type9(password, kept.split("$")[2]) if kept.count("$") == 3 else ""
    elif number == "8":
        made = type8(password, kept.split("$")[2]) if kept.count("$") == 3 else ""
    elif number == "7":
        kept, made = read7(kept), password
    else:
        made = password if number == "0" else ""
    return bool(made) and hmac.compare_digest(made.encode(), kept.encode())


def clear(words: str) -> str:
    """Return the text of `[0|7] X`."""
    found = re.fullmatch(r"(?:(\d) )?(\S+)", words.strip())
    if not found:
        return ""
    return read7(found[2]) if found[1] == "7" else found[2]
