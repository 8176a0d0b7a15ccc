"""Junos's configuration → facts on accounts, on who decides on logins, on how secrets are kept.

Defaults are those of the User Access and Authentication Administration Guide: local passwords decide, three
tries and then a new connection, pass phrases of six characters, secrets as `$9$`.
"""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.credentials import (
    MARK,
    REMOVED,
    LockOut,
    LoginRecords,
    PasswordPolicy,
    PrivilegedSecret,
    PrivilegedSecrets,
    StoredSecrets,
)
from kgnet.model.managed import Aaa, Account, Accounts
from kgnet.platforms.juniper_junos.text import Statement, members

Facts = Accounts | Aaa | PrivilegedSecrets | StoredSecrets | PasswordPolicy | LockOut | LoginRecords

HASHES = {"$6$": "sha512", "$5$": "sha256", "$1$": "md5", "<se": "hidden"}
METHODS = {"tacplus": "tacacs+", "password": "local", "radius": "radius"}
RECORDED = {"login": "sessions", "interactive-commands": "commands", "change-log": "changes"}
SUPER_USERS = ("super-user", "superuser", "super-user-local")
CONFIGURES = ("all", "configure", "maintenance", "admin-control", "system-control")  # permissions of a class
DEFAULT_TRIES = 3
DEFAULT_LENGTH = 6
SUCCESSES = ("any", "info")  # levels at which a login that got in is told
NOWHERE = Statement("", 0)


def facts(system: Statement) -> Iterator[Facts]:
    """Yield every fact; one that nothing is configured of tells what is so by default."""
    login = system.one("login") or NOWHERE
    accounts = tuple(_accounts(system, login))
    yield Accounts(accounts)
    yield _aaa(system)
    yield PrivilegedSecrets(
        tuple(PrivilegedSecret("root", each.hash, each.line) for each in accounts if each.name == "root")
    )
    master = system.one("master-password")
    yield StoredSecrets("encrypted" if master else "obfuscated", master.line if master else 0)
    yield _password_policy(login)
    yield _lock_out(login)
    yield _login_records(system)


# ── accounts and secrets ────────────────────────────────────────────────────


def _accounts(system: Statement, login: Statement) -> Iterator[Account]:
    """Yield the accounts; root without a password is so on a device as it is delivered.

    Later none is without: Junos commits nothing until root has one.
    """
    users = list(login.every("user"))
    for each in users:
        privilege = each.value("class") or ""
        held = each.one("authentication") or NOWHERE
        yield _account(each, held, each.rest, privilege, admin=_configures(login, privilege))
    root = system.one("root-authentication")
    if root:
        yield _account(root, root, "root", "super-user", admin=True)
    elif not users:
        yield Account("root", "super-user", "none", 0, 0, factory=True)


def _account(place: Statement, held: Statement, name: str, privilege: str, *, admin: bool) -> Account:
    kept = held.value("encrypted-password")
    hashed = REMOVED if kept == MARK else HASHES.get(kept[:3], "unknown") if kept else ""
    keys = sum(each.first.startswith("ssh-") for each in held)
    return Account(name, privilege, hashed, keys, place.line, admin=admin)


def _configures(login: Statement, name: str) -> bool:
    if name in SUPER_USERS:
        return True
    for each in login.every("class"):
        if each.rest == name:
            return bool(set(members(each.value("permissions") or "")) & set(CONFIGURES))
    return False


def _password_policy(login: Statement) -> PasswordPolicy:
    for holder in (*login.every("password"), *login.every("passwords")):
        for each in holder:
            if each.first == "minimum-length":
                return PasswordPolicy(int(each.rest), each.line)
    return PasswordPolicy(DEFAULT_LENGTH, 0)


def _lock_out(login: Statement) -> LockOut:
    """Without a period of lockout the connection ends after the tries, and the next one may try again."""
    for each in login.every("retry-options"):
        tries = int(each.value("tries-before-disconnect") or DEFAULT_TRIES)
        return LockOut(tries, 60 * int(each.value("lockout-period") or 0), each.line)
    return LockOut(DEFAULT_TRIES, 0, 0)


def _login_records(system: Statement) -> LoginRecords:
    syslog = system.one("syslog") or NOWHERE
    told = [
        each
        for kind in ("host", "file", "user", "archive")
        for holder in syslog.every(kind)
        for each in holder
        if each.first in ("any", "authorization") and each.rest != "none" and not each.inactive
    ]
    return LoginRecords(any(each.rest in SUCCESSES for each in told), bool(told), syslog.line)


# ── who decides ─────────────────────────────────────────────────────────────


def _aaa(system: Statement) -> Aaa:
    """Whoever is in has the rights of a class, which is told with the login: none is asked twice."""
    order = members(system.value("authentication-order") or "password")
    login = tuple(METHODS.get(word, word) for word in order)
    asked = [f"{word}-server" for word in order if word != "password"]
    return Aaa(
        login=login,
        commands=("local",),  # every command by the class, on the device itself
        accounting=tuple(_recorded(system)),
        servers=tuple(each.first for kind in asked for each in system.one(kind) or () if not each.inactive),
        line=next((each.line for each in system.every("authentication-order")), 0),
        enable=login,
    )


def _recorded(system: Statement) -> Iterator[str]:
    """Yield what is told to a server: one below the destination, else one that is asked about logins."""
    accounting = system.one("accounting") or NOWHERE
    kinds = list(accounting.one("destination") or ())
    if any(each.one("server") or system.one(f"{each.first}-server") for each in kinds):
        yield from (RECORDED[word] for word in members(accounting.value("events") or "") if word in RECORDED)
