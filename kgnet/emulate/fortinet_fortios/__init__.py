"""An emulated FortiGate: FortiOS 7's command line; it saves by itself, by hand, or not for long."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_interface

from kgnet.emulate.device import Ask, Reply, Session, Spec, Turn
from kgnet.emulate.fortinet_fortios import show
from kgnet.emulate.fortinet_fortios.edit import FAIL, SAVED, Configured
from kgnet.emulate.fortinet_fortios.tables import Block, verifies


class FortiOs(Configured):
    dialect = "fortinet_fortios"
    kex = ("diffie-hellman-group-exchange-sha256",)  # what Netmiko is content with, of what FortiOS offers
    more = "--More-- "

    @property
    def serial(self) -> str:
        return f"FGT60FTK{sum(map(ord, self.name)):08d}"

    @classmethod
    def bare(cls, spec: Spec) -> str:
        port = ip_interface(spec.management or "192.168.1.99/24")
        ports = "".join(f'    edit "{name}"\n        set vdom "root"\n    next\n' for name in spec.ports)
        hop = f'        set gateway {spec.gateway}\n        set device "mgmt"\n'
        gateway = f"config router static\n    edit 1\n{hop}    next\nend\n"
        return (
            f'config system global\n    set hostname "{spec.name}"\nend\nconfig system interface\n    '
            'edit "mgmt"\n'
            f'        set vdom "root"\n        set ip {port.ip} {port.netmask}\n        set allowaccess '
            f"ping https ssh\n    next\n{ports}end\n"
            f'config system admin\n    edit "{spec.user}"\n        set accprofile "super_admin"\n       '
            ' set vdom "root"\n'
            f"        set password {spec.password}\n    next\nend\n" + (gateway if spec.gateway else "")
        )

    # ── configuration ───────────────────────────────────────────────────────

    def boot(self) -> None:
        self._cancel()
        self.root = Block()
        text = self.files.get(SAVED, b"").decode() or self.first_startup()
        loader = Session(self.spec.user, 0, 0.0)
        if "config system interface\n" not in text:  # sections only: they were typed into a bare one
            text = "".join(PORTS.findall(self.bare(self.spec))) + text
        for line in _whole_lines(text):
            self._configured(loader, line, loading=True)
        self.files[SAVED] = self.running().encode()

    def running(self) -> str:
        return show.configuration(self.root)

    def startup(self) -> str:
        return self.files[SAVED].decode()

    def prompt(self, session: Session) -> str:
        if "quote" in session.memory:
            return "> "
        where = f" ({session.modes[-1].line.split()[-1].strip(chr(34))})" if session.modes else ""
        return f"{self.hostname}{where} {'#' if session.privilege > 1 else '$'} "

    # ── who gets in ─────────────────────────────────────────────────────────

    def login(self, user: str, password: str) -> int | None:
        admins = self.root.at("config system admin").inside
        for line, admin in admins.items():
            if line.removeprefix("edit ").strip('"') == user and admin.values.get("remote-auth") != "enable":
                good = verifies(admin.values.get("password", ""), password)
                return (1 if "readonly" in admin.values["accprofile"] else 15) if good else None
        remote = any(admin.values.get("remote-auth") == "enable" for admin in admins.values())
        return 15 if remote and self.spec.aaa.get(user) == password else None

    def reachable(self) -> bool:
        ports = self.root.at("config system interface").inside.values()
        return any("ssh" in port.values.get("allowaccess", "").split() for port in ports)

    def begin(self, session: Session) -> None:
        self._page(session)

    # ── command line ────────────────────────────────────────────────────────

    def invalid(self, session: Session, line: str) -> str:
        return (
            f"Unknown action 0\n{FAIL} -1"
            if not session.modes
            else f"command parse error before '{line.split(maxsplit=1)[0]}'\n{FAIL} -61"
        )

    def execute(self, session: Session, line: str) -> Reply:  # noqa: PLR0911 - one a command
        if "quote" in session.memory:
            line = f"{session.memory.pop('quote')}\n{line}"
        if len(re.findall(r'(?<!\\)"', line)) % 2:
            session.memory["quote"] = line
            return ""
        line = line.strip()
        if not line:
            return ""
        words = line.split()
        if words[0] in ("config", "edit", "set", "unset", "delete", "move", "next", "end", "abort", "append"):
            return self._configured(session, line)
        if words[0] in ("show", "get", "diagnose", "fnsysctl"):
            return show.filtered(self, line) or (
                self.invalid(session, line) if show.shown(self, line) is None else ""
            )
        if line == "exit":
            session.closed = True
            return ""
        if words[0] == "execute":
            return self._executed(session, line)
        return self.invalid(session, line)

    def _executed(self, session: Session, line: str) -> Reply:
        if found := re.fullmatch(r"execute ping (\S+)", line):
            return show.ping(self, found[1])
        if session.privilege < 15:
            return f"Permission denied\n{FAIL} -37"
        if line == "execute cfg save":
            return self._save()
        if line == "execute cfg reload":
            return self._reload("configs are reloaded.")
        if line == "execute reboot":
            return self._reload("This operation will reboot the system !")
        return self.invalid(session, line)

    def _reload(self, words: str) -> Turn:
        sure = yield Ask(f"{words}\nDo you want to continue? (y/n)", key=True)
        if sure.lower() == "y":
            self.reboot(words)
        return ""


PORTS = re.compile(r"^config (?:system interface|router static)\n.*?^end\n", re.MULTILINE | re.DOTALL)
BELOW = re.compile(r"^( *set \S+)\n((?: {8,}(?!set |next|end|edit |config ).*\n)+)", re.MULTILINE)


def _quoted(body: str) -> str:
    """Return the lines of a text as one value."""
    told = "\n".join(line.strip() for line in body.splitlines()).replace('"', '\\"')
    return f'"{told}"'


def _whole_lines(text: str) -> Iterator[str]:
    """Yield the lines, those of a text within quotation marks, or below a bare `set`, as one."""
    held = ""
    for raw in BELOW.sub(lambda f: f"{f[1]} {_quoted(f[2])}\n", text).splitlines():
        held = f"{held}\n{raw}" if held else raw.strip()
        if len(re.findall(r'(?<!\\)"', held)) % 2 == 0:
            if held and not held.startswith("#"):
                yield held
            held = ""


DIALECT = FortiOs
