"""IOS's canonical configuration → facts on accounts, on who decides on logins, on how secrets are kept.

Defaults are those of IOS XE 17: with `aaa new-model` a login without a list is decided by the local
accounts, and `enable` by the enable secret (Security Configuration Guide, Configuring Authentication).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

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
from kgnet.platforms.cisco_ios.lines import Block
from kgnet.ports import Readers

ACCOUNT = re.compile(r"username (\S+)(?: privilege (\d+))?(.*)")
HASHED = re.compile(r" (?:secret|password) (?:(\d) )?(\S+)")
ENABLE = re.compile(r"(enable (?:secret|password))(?: level \d+)?(?: (\d))? (\S+)")
HASHES = {
    **{"0": "plain", "4": "sha256 without a salt", "5": "md5", "6": "aes", "7": "type 7"},
    **{"8": "pbkdf2", "9": "scrypt"},
}
POLICY = re.compile(r" common-criteria-policy (\S+)")
BLOCKED = re.compile(r"login block-for (\d+) attempts (\d+) within \d+")
DEFAULT_PRIVILEGE = "1"
ADMIN = 15  # the level that may do everything
FACTORY = ("cisco", "pnpadmin")  # as Cisco's first-time setups and its examples have them
RECORDED = {  # what `aaa accounting` may name → what it records
    **{"exec": "sessions", "commands 15": "commands", "system": "system"},
    **{"connection": "connections", "network": "network"},
}


def _everybody(root: Block) -> Accounts:
    return Accounts(tuple(_accounts(root)))


def _secrets(root: Block) -> PrivilegedSecrets:
    return PrivilegedSecrets(tuple(_privileged(root)))


def _records_of_logins(root: Block) -> LoginRecords:
    success, failure = (any(root.starting(f"login {kind} log")) for kind in ("on-success", "on-failure"))
    return LoginRecords(success, failure, root.number_of("login on-"))


# ── accounts and secrets ────────────────────────────────────────────────────


def _accounts(root: Block) -> Iterator[Account]:
    keys = _keys(root)
    seen: dict[str, Account] = {}
    for each in root.starting("username "):
        found = ACCOUNT.match(each.line)
        if found is None:
            continue
        name = found[1]
        before = seen.get(name)
        privilege = found[2] or (before.privilege if before else DEFAULT_PRIVILEGE)
        seen[name] = Account(
            name,
            privilege,
            _hash(found[3]) or (before.hash if before else ""),
            keys.get(name, 0),
            before.line if before else each.number,
            admin=int(privilege) >= ADMIN,
            factory=name in FACTORY,
        )
    yield from seen.values()


def _hash(words: str) -> str:
    """Return how what follows the name keeps the password; empty: it tells none."""
    if " nopassword" in words:
        return "none"
    hashed = HASHED.search(words)
    return _kept(hashed[1], hashed[2]) if hashed else ""


def _kept(kind: str | None, secret: str) -> str:
    if kind is None and secret == MARK:
        return REMOVED
    return HASHES.get(kind or "0", f"type {kind}")


def _keys(root: Block) -> dict[str, int]:
    """Return how many public keys each account has."""
    return {
        block.line.removeprefix("username "): sum(each.line.startswith("key-") for each in block.inside)
        for chain in root.starting("ip ssh pubkey-chain")
        for block in chain.starting("username ")
    }


def _privileged(root: Block) -> Iterator[PrivilegedSecret]:
    """Yield the enable secrets; without one the console lets everybody in, unless a list of AAA decides."""
    found = [
        (match, each.number) for each in root.starting("enable ") if (match := ENABLE.fullmatch(each.line))
    ]
    for match, line in found:
        yield PrivilegedSecret(match[1], _kept(match[2], match[3]), line)
    if not found and not root.rest("aaa authentication enable default "):
        yield PrivilegedSecret("enable secret", "none", 0)


def _stored(root: Block) -> StoredSecrets:
    for line, form in (
        ("password encryption aes", "encrypted"),
        ("service password-encryption", "obfuscated"),
    ):
        if root.says(line):
            return StoredSecrets(form, root.number_of(line))
    return StoredSecrets("plain", 0)


def _password_policy(root: Block) -> PasswordPolicy:
    """Read what holds for all; a policy of common criteria does only where every account names one."""
    everywhere = int(root.rest("security passwords min-length ") or 0)
    policies = {
        each.line.split()[-1]: int(each.rest("min-length ") or 0)
        for each in root.starting("aaa common-criteria policy ")
    }
    named = [POLICY.search(each.line) for each in root.starting("username ")] if policies else ()
    lengths = [policies.get(found[1], 0) if found else 0 for found in named]
    line = root.number_of("security passwords min-length ", "aaa common-criteria policy ")
    return PasswordPolicy(max(everywhere, min(lengths, default=0)), line)


def _lock_out(root: Block) -> LockOut:
    for each in root.starting("login block-for "):
        if found := BLOCKED.match(each.line):
            return LockOut(int(found[2]), int(found[1]), each.number)
    for each in root.starting("aaa local authentication attempts max-fail "):
        return LockOut(int(each.line.split()[-1]), None, each.number)
    return LockOut(0, 0, 0)


# ── who decides ─────────────────────────────────────────────────────────────


def _aaa(root: Block) -> Aaa:
    login = _login(root)
    words = [word for methods in login for word in methods]
    return Aaa(
        login=_named(root, _weakest(login)),
        commands=_named(root, _weakest(_in_force(root, "authorization", "commands 15"))),
        accounting=tuple(kind for word, kind in RECORDED.items() if _records(root, word)),
        servers=tuple(dict.fromkeys(_servers(root, words))),
        line=root.number_of("aaa new-model", "aaa "),
        enabled=root.says("aaa new-model"),
        enable=_named(root, (root.rest("aaa authentication enable default ") or "enable").split()),
    )


def _login(root: Block) -> list[list[str]]:
    """Return the methods of each list that decides on remote logins."""
    lines = list(root.starting("line vty "))
    if root.says("aaa new-model"):
        return [methods or ["local"] for methods in _in_force(root, "authentication", "login")]
    if any(line.says("login local") for line in lines):
        return [["local"]]
    return [["none" if any(line.says("no login") for line in lines) else "line"]]


def _in_force(root: Block, what: str, kind: str) -> list[list[str]]:
    """Return the methods of the lists that the remote lines use: those that they name, else the default."""
    asked = kind if what == "authentication" else f"{what} {kind}"
    start = "login authentication " if what == "authentication" else f"{asked} "
    names = {line.rest(start) or "default" for line in root.starting("line vty ")} or {"default"}
    return [(root.rest(f"aaa {what} {kind} {name} ") or "").split() for name in sorted(names)]


def _weakest(lists: list[list[str]]) -> list[str]:
    """Return the methods of the list that asks a server the latest, or never."""
    return max(lists, key=lambda words: words.index("group") if "group" in words else len(words) + 99)


def _records(root: Block, word: str) -> bool:
    """Whether all remote lines tell a server of this, when it begins or when it ends."""
    if word in ("system", "network"):
        used = [(root.rest(f"aaa accounting {word} default ") or "").split()]
    else:
        used = _in_force(root, "accounting", word)
    return all("group" in methods for methods in used)


def _named(root: Block, words: Iterable[str]) -> tuple[str, ...]:
    """Return methods in order, a group of servers by the protocol that it is asked in."""
    groups = {each.line.split()[4]: each.line.split()[3] for each in root.starting("aaa group server ")}
    return tuple(groups.get(word, word) for word in words if word != "group")


def _servers(root: Block, words: list[str]) -> Iterator[str]:
    """Yield the addresses of the servers that the methods *words* ask, by group or by protocol."""
    groups = {each.line.split()[4]: each for each in root.starting("aaa group server ")}
    for word in words:
        if word in groups:
            yield from _members(root, groups[word])
        elif word in ("tacacs+", "radius"):
            name = word.removesuffix("+")
            yield from (address for _, address in _defined(root, name))
            yield from (each.line.split()[2] for each in root.starting(f"{name}-server host "))


def _members(root: Block, group: Block) -> Iterator[str]:
    defined = dict(_defined(root, group.line.split()[3].removesuffix("+")))
    for each in group.inside:
        match each.line.split():
            case ["server", "name", name]:
                yield from (defined[name],) if name in defined else ()
            case ["server" | "server-private", address, *_]:
                yield address


def _defined(root: Block, protocol: str) -> Iterator[tuple[str, str]]:
    for each in root.starting(f"{protocol} server "):
        address = each.rest("address ipv4 ") or each.rest("address ipv6 ")
        if address:
            yield each.line.split()[2], address.split()[0]


READERS: Readers = {
    Accounts: _everybody,
    Aaa: _aaa,
    PrivilegedSecrets: _secrets,
    StoredSecrets: _stored,
    PasswordPolicy: _password_policy,
    LockOut: _lock_out,
    LoginRecords: _records_of_logins,
}
