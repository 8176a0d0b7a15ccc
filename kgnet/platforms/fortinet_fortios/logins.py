"""FortiOS: who may log in, who decides on it, and who is told."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.managed import Aaa, Account
from kgnet.platforms.fortinet_fortios.table import Table

PROFILES = ("super_admin", "prof_admin")  # of administrators who may change the configuration
ACCOUNTINGS = tuple(f"config log tacacs+accounting{number}" for number in ("", "2", "3"))


def accounts(admins: Table) -> Iterator[Account]:
    for name, each in admins.entries():
        if each.one("remote-auth") == "enable":
            continue  # no account, but who is asked
        stored = each.values.get("password", [])
        form = (
            {"SH2": "sha256", "PB2": "pbkdf2"}.get(stored[1][:3], "hidden") if len(stored) > 1 else "hidden"
        )
        keys = sum(name.startswith("ssh-public-key") for name in each.values)
        profile = each.one("accprofile")
        form = form if stored else "none"
        yield Account(name, profile, form, keys, each.line, admin=profile in PROFILES)


def aaa(root: Table) -> Aaa:
    tacacs = list(root.get("config user tacacs+").entries())
    admins = [each for _, each in root.get("config system admin").entries()]
    remote = any(each.one("remote-auth") == "enable" for each in admins)
    twice = bool(admins) and all(each.one("two-factor", "disable") != "disable" for each in admins)
    login = ("tacacs+", "local") if remote and tacacs else ("local",)
    return Aaa(
        login=login,
        commands=("local",),  # by the profile of the administrator
        accounting=tuple(_told(root)),
        enable=login,
        servers=tuple(each.one("server") for _, each in tacacs),
        line=root.get("config user tacacs+").line,
        factors=2 if twice else 1,
    )


def _told(root: Table) -> Iterator[str]:
    """Yield what a TACACS+ server is told (since 7.0.2); what its filter does not print is told."""
    used = [
        root.get(f"{name} filter")
        for name in ACCOUNTINGS
        if root.get(f"{name} setting").one("status") == "enable"
    ]
    typed = root.get("config system global").one("cli-audit-log") == "enable"
    if any(each.one("login-audit", "enable") == "enable" for each in used):
        yield "sessions"
    if typed and any(each.one("cli-cmd-audit", "enable") == "enable" for each in used):
        yield "commands"
