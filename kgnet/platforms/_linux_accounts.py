"""One script → a Linux host's accounts, who decides on logins there, how pass phrases are kept and guarded.

The host itself tells how a password is kept and never the hash, which servers are asked and never the key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from kgnet.errors import ReadError
from kgnet.model.credentials import (
    LockOut,
    LoginRecords,
    PasswordPolicy,
    PrivilegedSecret,
    PrivilegedSecrets,
    StoredSecrets,
)
from kgnet.model.managed import Aaa, Account, Accounts
from kgnet.ports import Reader

HEAD = "#= "
SCRIPT = r"""
told() { sed -E '/^ *(#|$)/d; s/(secret|passwd|password|key)=[^ ]*/\1=/g' "$@"; }
echo '#= sshd'; sshd -T
echo '#= passwd'; cat /etc/passwd
echo '#= group'; cat /etc/group
echo '#= shadow'; awk -F: '{ kind = "des"; if ($2 == "") kind = "none"; else if ($2 ~ /^[!*]/) kind = "locked"
  else if (substr($2, 1, 1) == "$") { split($2, part, "$"); kind = part[2] }; print $1 ":" kind }' /etc/shadow
echo '#= keys'; while IFS=: read -r name x uid gid told home shell; do
  file="$home/.ssh/authorized_keys"; [ ! -f "$file" ] || echo "$name:$(grep -c '^[^#]' "$file")"
done </etc/passwd
echo '#= sudoers'; told /etc/sudoers /etc/sudoers.d/*
echo '#= servers'; sed -nE 's/^ *(ldap_uri|krb5_server|ipa_server|uri|authserver)[ =]+//p' \
  /etc/sssd/sssd.conf /etc/sssd/conf.d/*.conf /etc/nslcd.conf
awk '/^[^#]/ { print $1 }' /etc/pam_radius_auth.conf
for file in /etc/pam.d/*; do echo "#= pam ${file##*/}"; told "$file"; done
echo '#= faillock'; told /etc/security/faillock.conf
echo '#= pwquality'; told /etc/security/pwquality.conf /etc/security/pwquality.conf.d/*.conf
echo '#= audit'; auditctl -l
echo '#= files'; stat -c '%a %n' /etc/frr/frr.conf /etc/wireguard/*.conf /etc/swanctl/conf.d/* \
  /etc/ipsec.secrets /etc/snmp/snmpd.conf /etc/sssd/sssd.conf /etc/pam_radius_auth.conf /etc/tacplus*
true
"""
COMMAND = ("sh", "-c", f"exec 2>/dev/null{SCRIPT}")

NO_LOGIN = ("nologin", "false", "sync", "halt", "shutdown")
PEOPLE = range(1000, 65534)  # user ids of people; below are services, 65534 is nobody (login.defs(5))
FACTORY = ("pi", "ubuntu", "debian", "vagrant", "centos", "ec2-user", "user", "test")  # of images
HASHES = {
    **{"y": "yescrypt", "gy": "gost-yescrypt", "7": "scrypt", "6": "sha512", "5": "sha256", "1": "md5"},
    **{"2a": "bcrypt", "2b": "bcrypt", "2y": "bcrypt", "none": "none", "locked": "", "des": "des"},
}
MODULES = {  # PAM module → who decides
    **{"pam_sss": "directory", "pam_ldap": "directory", "pam_winbind": "directory", "pam_krb5": "kerberos"},
    **{"pam_radius_auth": "radius", "pam_tacplus": "tacacs+", "pam_unix": "local"},
}
ONE_TIME = ("pam_google_authenticator", "pam_oath", "pam_duo", "pam_u2f", "pam_yubico", "pam_privacyidea")
SPEC = re.compile(r"(\S+)\s+\S+\s*=\s*(?:\([^)]*\)\s*)?((?:[A-Z_]+:\s*)*)(.+)")
# Rules of auditd on programs that are started, and sudo's own log.
EXECUTED = re.compile(r"-S \S*\bexecve\b|^Defaults\b.*\b(?:logfile|log_output|log_input|iolog_dir)\b")
WATCHED = ("/wtmp", "/btmp", "/utmp", "/lastlog", "/faillock")
LOGGED = ("info", "verbose", "debug", "debug1", "debug2", "debug3")
OTHERS = 0o007  # permissions of whoever is neither owner nor in the group
FAILLOCK_DENY, FAILLOCK_UNLOCK_S = 3, 600  # faillock.conf(5)
PWQUALITY_MINLEN, UNIX_MINLEN = 8, 6  # pwquality.conf(5), pam_unix(8)

Sections = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a PAM stack."""

    kind: str
    module: str
    arguments: tuple[str, ...]


def sections(text: str) -> Sections:
    """Take apart what the script printed; ReadError where it could not read who has an account."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in text.replace("\\\n", " ").splitlines():
        if line.startswith(HEAD):
            name = line.removeprefix(HEAD)
            found.setdefault(name, [])
        elif line.strip() and name:
            found[name].append(line.strip())
    for needed in ("sshd", "passwd", "shadow"):
        if not found.get(needed):
            raise ReadError(f"the host tells nothing of {needed}: look whether we are root there")
    return {name: tuple(lines) for name, lines in found.items()}


def _stack(told: Sections, service: str, seen: tuple[str, ...] = ()) -> Iterator[Rule]:
    """Yield the rules of a PAM service, those of included files in their place (pam.d(5))."""
    for line in told.get(f"pam {service}", ()):
        words = re.sub(r"\[[^]]*\]", "[]", line.partition("#")[0]).split()
        if len(words) < 2:
            continue
        named = (
            words[1] if words[0] == "@include" else words[-1] if words[1] in ("include", "substack") else ""
        )
        if named and named not in seen:
            yield from _stack(told, named, (*seen, named))
        elif len(words) > 2 and not named:
            yield Rule(
                words[0].lstrip("-"), words[2].removesuffix(".so").rpartition("/")[2], tuple(words[3:])
            )


def _sshd(told: Sections, key: str, default: str) -> str:
    for line in told.get("sshd", ()):
        word, _, value = line.partition(" ")
        if word.lower() == key:
            return value.strip().lower()
    return default


def _settings(lines: tuple[str, ...]) -> dict[str, str]:
    split = (line.partition("#")[0].partition("=") for line in lines)
    return {key.strip(): value.strip() for key, _, value in split if key.strip()}


# ── accounts ────────────────────────────────────────────────────────────────


def accounts(text: str) -> Accounts:
    """Read who may log in with an account of the host's own."""
    told = sections(text)
    hashes = {name: HASHES.get(kind, kind) for name, kind in _pairs(told["shadow"])}
    keys = {name: int(count) for name, count in _pairs(told.get("keys", ()))}
    return Accounts(tuple(_accounts(told, hashes, keys)))


def _pairs(lines: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    return ((name, rest) for name, _, rest in (line.partition(":") for line in lines))


def _accounts(told: Sections, hashes: Mapping[str, str], keys: Mapping[str, int]) -> Iterator[Account]:
    specs = list(_specs(told))
    for line in told["passwd"]:
        name, _, uid, gid, *_, shell = line.split(":")
        person = int(uid) in PEOPLE and shell.rpartition("/")[2] not in NO_LOGIN
        hashed = hashes.get(name, "")
        if int(uid) != 0 and not person and not hashed:
            continue
        names = {name, "ALL", *(f"%{group}" for group in _groups(told, name, gid))}
        may_all = int(uid) == 0 or any(names & who and "ALL" in what for who, _, what in specs)
        privilege = "root" if int(uid) == 0 else "sudo" if may_all else "user"
        factory = name in FACTORY and bool(hashed)
        yield Account(name, privilege, hashed, keys.get(name, 0), 0, admin=may_all, factory=factory)


def _groups(told: Sections, name: str, gid: str) -> Iterator[str]:
    for line in told.get("group", ()):
        group, _, number, members = line.split(":")
        if number == gid or name in members.split(","):
            yield group


def _specs(told: Sections) -> Iterator[tuple[set[str], str, set[str]]]:
    """Yield (who, tags, commands) of each rule of sudo; aliases and settings are none (sudoers(5))."""
    for line in told.get("sudoers", ()):
        if line.startswith(("#", "@", "Defaults")) or "_Alias" in line.split()[0]:
            continue
        if found := SPEC.fullmatch(line):
            yield set(found[1].split(",")), found[2], set(map(str.strip, found[3].split(",")))


def privileged(text: str) -> PrivilegedSecrets:
    """Read how root's password is kept, if it has one."""
    found = (each for each in accounts(text).accounts if each.privilege == "root" and each.hash)
    return PrivilegedSecrets(tuple(PrivilegedSecret(each.name, each.hash, 0) for each in found))


def stored(text: str) -> StoredSecrets:
    """Read who may read the files in which keys stand in clear."""
    split = (line.split(maxsplit=1) for line in sections(text).get("files", ()))
    exposed = tuple(name for mode, name in split if int(mode, 8) & OTHERS)
    return StoredSecrets("plain" if exposed else "protected", 0, exposed)


# ── who decides ─────────────────────────────────────────────────────────────


def aaa(text: str) -> Aaa:
    """Read the stacks of sshd and sudo; an account is known to one of the modules, whatever their order."""
    told = sections(text)
    enabled = _sshd(told, "usepam", "no") == "yes"
    free = any("NOPASSWD" in tags and "ALL" in what for _, tags, what in _specs(told))
    login = _methods(told, "sshd") if enabled else ("local",)
    servers = (word for line in told.get("servers", ()) for word in re.split(r"[\s,]+", line) if word)
    return Aaa(
        login=login,
        commands=("none",) if free else ("sudoers",),
        accounting=tuple(_recorded(told)),
        servers=tuple(dict.fromkeys(servers)) if set(login) - {"local"} else (),
        line=0,
        enabled=enabled,
        enable=_methods(told, "sudo") or login,
        factors=_factors(told),
    )


def _methods(told: Sections, service: str) -> tuple[str, ...]:
    """Return who decides; servers first, since no local account hides one of theirs."""
    asked = [
        MODULES[each.module]
        for each in _stack(told, service)
        if each.kind == "auth" and each.module in MODULES
    ]
    return tuple(sorted(dict.fromkeys(asked), key=lambda method: method == "local"))


def _recorded(told: Sections) -> Iterator[str]:
    rules = told.get("audit", ())
    if any(EXECUTED.search(line) for line in (*rules, *told.get("sudoers", ()))):
        yield "commands"
    if any(word in line for line in rules for word in WATCHED):
        yield "sessions"


def _factors(told: Sections) -> int:
    """Return how many factors the easiest way in asks for (sshd_config(5), AuthenticationMethods)."""
    once = any(each.module in ONE_TIME for each in _stack(told, "sshd") if each.kind == "auth")
    ways = _sshd(told, "authenticationmethods", "any").split()
    if ways == ["any"]:
        kinds = ("pubkeyauthentication", "passwordauthentication", "kbdinteractiveauthentication")
        ways = [kind.removesuffix("authentication") for kind in kinds if _sshd(told, kind, "yes") == "yes"]
    return min((_shown(way.split(","), once=once) for way in ways), default=1)


def _shown(way: list[str], *, once: bool) -> int:
    kinds = {word.partition(":")[0] for word in way}
    asked = bool(kinds & {"keyboard-interactive", "kbdinteractive"})
    return len(kinds) + (1 if asked and once else 0)


# ── passwords and logins ────────────────────────────────────────────────────


def password_policy(text: str) -> PasswordPolicy:
    """Read what a new password has to be: what a module's own words say goes before its file."""
    told = sections(text)
    stack = [each for name in ("passwd", "common-password", "system-auth") for each in _stack(told, name)]
    for each in stack:
        if each.kind == "password" and each.module == "pam_pwquality":
            own = _settings(each.arguments)
            file = _settings(told.get("pwquality", ()))
            return PasswordPolicy(int(own.get("minlen") or file.get("minlen") or PWQUALITY_MINLEN), 0)
    return PasswordPolicy(UNIX_MINLEN, 0)


def lock_out(text: str) -> LockOut:
    """Read pam_faillock, if the stack of sshd has it."""
    told = sections(text)
    for each in _stack(told, "sshd"):
        if each.kind == "auth" and each.module == "pam_faillock":
            held = _settings(told.get("faillock", ())) | _settings(each.arguments)
            unlock = int((held.get("unlock_time") or str(FAILLOCK_UNLOCK_S)).replace("never", "0"))
            return LockOut(int(held.get("deny", FAILLOCK_DENY)), unlock or None, 0)
    return LockOut(0, 0, 0)


def login_records(text: str) -> LoginRecords:
    """Read whether sshd tells of logins: at a LogLevel below INFO it does not (sshd_config(5))."""
    logged = _sshd(sections(text), "loglevel", "info") in LOGGED
    return LoginRecords(logged, logged, 0)


def _whole(read: Callable[[str], object]) -> Callable[[str], object]:
    """Return *read* with a ReadError for lines that are not as their manuals have them."""

    def reading(text: str) -> object:
        try:
            return read(text)
        except ValueError as reason:
            raise ReadError(f"accounts are not told as expected: {reason}") from reason

    return reading


ALSO: Mapping[type, Callable[[str], object]] = {
    Aaa: aaa,
    PrivilegedSecrets: privileged,
    StoredSecrets: stored,
    PasswordPolicy: password_policy,
    LockOut: lock_out,
    LoginRecords: login_records,
}
STATE: Mapping[tuple[str, ...], Reader] = {
    COMMAND: Reader(Accounts, _whole(accounts), also={kind: _whole(read) for kind, read in ALSO.items()})
}
