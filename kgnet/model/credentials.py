"""What a device says of how it keeps and guards pass phrases, in neutral words; accounts stand in `managed`.

*line* counts within the text, 0: the text does not say.
"""

from __future__ import annotations

from dataclasses import dataclass

MARK = "<secret-removed>"  # stands in a text where a collector had taken the secret away
REMOVED = "removed"  # as the hash of a password: so is what told how it is kept


@dataclass(frozen=True, slots=True)
class PrivilegedSecret:
    """What makes whoever knows it an administrator; *hash* as of an `Account`."""

    name: str  # "enable secret", "root" …
    hash: str
    line: int


@dataclass(frozen=True, slots=True)
class PrivilegedSecrets:
    secrets: tuple[PrivilegedSecret, ...]


@dataclass(frozen=True, slots=True)
class StoredSecrets:
    """How secrets are kept that the device itself has to know in clear: keys of servers and of neighbours.

    *form* is `plain`, `obfuscated` (by an algorithm that everybody has), `encrypted` (by a key), or
    `protected`: in files that only their owner and group may read; *exposed* are those that others may.
    """

    form: str
    line: int
    exposed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """What a new local pass phrase has to be; *least_length* 0: it may be of any length."""

    least_length: int
    line: int


@dataclass(frozen=True, slots=True)
class LockOut:
    """What follows on failed logins in a row: after *attempts* of them (0: never) nobody gets in.

    *duration_s* tells for how long; None: until somebody unlocks the account.
    """

    attempts: int
    duration_s: int | None
    line: int


@dataclass(frozen=True, slots=True)
class LoginRecords:
    """Whether a login leaves a line in the log: one that got in, one that was refused."""

    success: bool
    failure: bool
    line: int
