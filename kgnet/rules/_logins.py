"""What rules on logins share: which methods ask somebody else, which hashes withstand guessing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kgnet.errors import NotOurs
from kgnet.model.credentials import REMOVED
from kgnet.model.facts import Snapshot
from kgnet.model.managed import Aaa, Account, Accounts
from kgnet.model.outcome import Deviation, Told, of
from kgnet.ports import Wrong
from kgnet.rules._places import at
from kgnet.rules._removed import but_removed

CENTRAL = ("tacacs+", "radius", "directory", "kerberos")
FREE = ("none", "if-authenticated")  # methods that ask nobody
STRONG = ("scrypt", "pbkdf2", "sha512", "yescrypt", "gost-yescrypt", "bcrypt", "irreversible")
UNTOLD = ("hidden", "unknown")
ALWAYS_THERE = ("root",)  # of Unix; whether it may log in from afar judges KG-ACC-19


def in_order(methods: Iterable[str]) -> str:
    return ", then ".join(methods) or "nobody"


def central(methods: tuple[str, ...]) -> bool:
    """Whether a server decides before the device itself does."""
    return bool(methods) and methods[0] in CENTRAL


def asks_servers(have: Snapshot) -> bool:
    return central(have.get(Aaa).login)


def usable(have: Snapshot) -> Iterator[Account]:
    """Yield the local accounts that somebody can log in with, by password or key."""
    return (each for each in have.get(Accounts).accounts if each.hash or each.keys)


def _weak(hashed: str) -> Told:
    """Say what is wrong with how a password is kept; empty: nothing.  NotOurs if the device does not tell."""
    if hashed in UNTOLD:
        raise NotOurs("the device does not tell how it keeps passwords")
    if hashed == "none":
        return "asks for no password"
    if not hashed or hashed in STRONG or hashed == REMOVED:
        return ""
    return Deviation(f"keeps its password as {hashed}", f"a hash such as {', '.join(STRONG[:4])}")


Kept = tuple[str, str, int]  # whose password, what keeps it, its line


def kept_weakly(have: Snapshot, fact: type, every: Iterable[Kept]) -> Iterator[Wrong]:
    """Yield the passwords that are kept too weakly; NotOurs or MissingFact if nobody can tell."""
    held = list(every)
    wrong = (
        at(have, fact, line, of(f"{who} ", told)) for who, hashed, line in held if (told := _weak(hashed))
    )
    removed = ((who, line) for who, hashed, line in held if hashed == REMOVED)
    return but_removed(wrong, have, fact, removed)
