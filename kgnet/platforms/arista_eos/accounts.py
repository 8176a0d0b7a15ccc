"""EOS's running configuration → facts on accounts, on who decides on logins, on how secrets are kept.

Defaults are those of the EOS User Manual (User Security): AAA is always there, logins and enable are decided
locally, no command is authorised, nothing is recorded, secrets are obfuscated as type 7.
"""

from __future__ import annotations

import re
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
from kgnet.platforms.arista_eos.block import Block

Facts = Accounts | Aaa | PrivilegedSecrets | StoredSecrets | PasswordPolicy | LockOut | LoginRecords

HASHES = {"0": "plain", "5": "md5", "sha512": "sha512", "7": "type 7", "8a": "type 8a"}
KIND = r"(?:(0|5|7|8a|sha512) )?(<secret[^>]*>|\S+)"
SECRET = re.compile(rf" secret {KIND}")
PRIVILEGED = re.compile(rf"(enable (?:password|secret)|aaa root secret) {KIND}")
LOCKED = re.compile(r"aaa authentication policy lockout failure (\d+)(?: window \d+)? duration (\d+)")
LOGIN = "aaa authentication login default "
ENABLE = "aaa authentication enable default "
COMMANDS = "aaa authorization commands all default "
LOG = "aaa authentication policy on-"
ALL_COMMANDS = re.compile(r"\d+ permit (?:mode \S+ )?command (?:\.\*|configure.*)|\d+ permit mode config.*")
READS = "network-operator"  # the role of an account that names none, and may only look
FACTORY = "admin"  # who is there out of the box, and asks for no password
RECORDED = {"exec": "sessions", "commands all": "commands", "system": "system", "dot1x": "network"}


def read(top: list[Block]) -> Iterator[Facts]:
    """Yield every fact; what is not configured is told as it is by default."""
    yield Accounts(tuple(_accounts(top)))
    yield _aaa(top)
    yield PrivilegedSecrets(tuple(_privileged(top)))
    yield _stored(top)
    yield _password_policy(top)
    yield _lock_out(top)
    records = {block.words[3]: block for block in _with(top, LOG) if block.words[-1] == "log"}
    yield LoginRecords("on-success" in records, "on-failure" in records, _first(_with(top, LOG)))


def _with(top: list[Block], start: str) -> list[Block]:
    return [block for block in top if block.text.startswith(start)]


def _first(found: list[Block]) -> int:
    return found[0].number if found else 0


# ── accounts and secrets ────────────────────────────────────────────────────


def _accounts(top: list[Block]) -> Iterator[Account]:
    keys = [block.words[1] for block in _with(top, "username ") if " ssh-key " in block.text]
    usual = [block.words[-1] for block in _with(top, "aaa authorization policy local default-role ")]
    for block in _with(top, "username "):
        if " ssh-key " in block.text:
            continue
        name = block.words[1]
        privilege = re.search(r"privilege (\d+)", block.text)
        role = re.search(r"role (\S+)", block.text)
        yield Account(
            name,
            role[1] if role else privilege[1] if privilege else "1",
            _hash(block.text),
            keys.count(name),
            block.number,
            admin=_configures(top, role[1] if role else usual[0] if usual else READS),
            factory=name == FACTORY and " nopassword" in block.text,
        )


def _hash(text: str) -> str:
    secret = SECRET.search(text)
    if secret is None:
        return "none" if " nopassword" in text else ""
    return "" if text.endswith(" secret *") else _kept(secret[1], secret[2])


def _kept(kind: str | None, secret: str) -> str:
    return REMOVED if kind is None and secret == MARK else HASHES[kind or "0"]


def _configures(top: list[Block], role: str) -> bool:
    """Whether the role may change the configuration; one of its own says so in its first rule on it."""
    for block in _with(top, f"role {role}"):
        if block.words[1] == role:
            return any(ALL_COMMANDS.fullmatch(line.text) for line in block.inside)
    return role != READS


def _privileged(top: list[Block]) -> Iterator[PrivilegedSecret]:
    for block in top:
        if found := PRIVILEGED.fullmatch(block.text):
            yield PrivilegedSecret(found[1].removesuffix(" secret"), _kept(found[2], found[3]), block.number)
        elif block.text == "aaa root nopassword":
            yield PrivilegedSecret("aaa root", "none", block.number)


def _security(top: list[Block], start: str) -> Iterator[Block]:
    return (line for block in _with(top, "management security") for line in block.starting(start))


def _stored(top: list[Block]) -> StoredSecrets:
    for line in _security(top, "password encryption reversible "):
        return StoredSecrets("encrypted", line.number)
    return StoredSecrets("obfuscated", 0)


def _password_policy(top: list[Block]) -> PasswordPolicy:
    for line in _security(top, "password minimum length "):
        return PasswordPolicy(int(line.words[3]), line.number)
    return PasswordPolicy(0, 0)


def _lock_out(top: list[Block]) -> LockOut:
    for block in top:
        if found := LOCKED.match(block.text):
            return LockOut(int(found[1]), int(found[2]), block.number)
    return LockOut(0, 0, 0)


# ── who decides ─────────────────────────────────────────────────────────────


def _aaa(top: list[Block]) -> Aaa:
    """Methods in order: `group X` by the kind of its servers, else EOS's own words."""
    login = _told(top, LOGIN) or ["local"]
    recorded = {start: _told(top, f"aaa accounting {start} default ") for start in RECORDED}
    return Aaa(
        login=_methods(top, login),
        commands=_methods(top, _told(top, COMMANDS)),
        accounting=tuple(RECORDED[start] for start, how in recorded.items() if how and how != ["none"]),
        servers=tuple(dict.fromkeys(_servers(top, login))),
        line=_first(_with(top, "aaa a")),
        enable=_methods(top, _told(top, ENABLE) or ["local"]),
    )


def _told(top: list[Block], start: str) -> list[str]:
    return next((block.text.removeprefix(start).split() for block in _with(top, start)), [])


def _methods(top: list[Block], words: list[str]) -> tuple[str, ...]:
    kinds = {block.words[4]: block.words[3] for block in _with(top, "aaa group server ")}
    return tuple(kinds.get(word, word) for word in words if word != "group")


def _servers(top: list[Block], words: list[str]) -> Iterator[str]:
    """Yield the servers that the methods *words* ask: of a group those in it, of a protocol all."""
    groups = {block.words[4]: block for block in _with(top, "aaa group server ")}
    for word in words:
        if word in groups:
            yield from (line.words[1] for line in groups[word].starting("server "))
        elif word in ("tacacs+", "radius"):
            kind = word.removesuffix("+")
            yield from (block.words[2] for block in _with(top, f"{kind}-server host "))
