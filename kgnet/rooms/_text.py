"""What readers of rooms' texts share: lines with their numbers, and what is wrong with a password."""

from __future__ import annotations

from collections.abc import Iterable

from kgnet.model.conferencing import Password
from kgnet.ports import Marked

LEAST = 8  # characters; what is shorter is guessed
# What rooms' systems and telephones have when they are unpacked, and what people type instead of thinking.
FACTORY = {
    *("0000", "123", "1234", "12345", "123456", "12345678", "456"),
    *(
        "admin",
        "cisco",
        "default",
        "guest",
        "operator",
        "password",
        "polycom",
        "root",
        "tandberg",
        "user",
        "welcome",
    ),
}


def password(of: str, value: str, line: int, *, mark: Marked, names: Iterable[str] = ()) -> Password:
    """Return what may be told of a password; *names* are what it must not be: those of room and account."""
    return Password(of, mark(value), _flaw(value, {name.casefold() for name in names if name}), line)


def _flaw(value: str, names: set[str]) -> str:
    if not value:
        return "is empty"
    if value.casefold() in FACTORY:
        return "is one that systems are delivered with"
    if value.casefold() in names:
        return "is the name of its account"
    if len(value) < LEAST:
        return f"has {len(value)} characters: at least {LEAST} wanted"
    return "has digits only" if value.isdecimal() and len(value) < 2 * LEAST else ""
