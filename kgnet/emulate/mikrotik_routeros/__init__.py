"""An emulated MikroTik router: RouterOS 7's command line and its safe mode."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_interface

from kgnet.emulate.device import Ask, Reply, Session, Spec, Turn
from kgnet.emulate.mikrotik_routeros import show
from kgnet.emulate.mikrotik_routeros.line import Command, Wrong, parse, split
from kgnet.emulate.mikrotik_routeros.menus import exported
from kgnet.emulate.mikrotik_routeros.store import VERBS, Kept

ACTIONS = 100  # what the history holds: more of them, and safe mode is left by itself
CTRL_X, CTRL_D = "\x18", "\x04"
HIJACK = "Hijacking Safe Mode from someone - unroll/release/don't take it [u/r/d]:"


class RouterOs(Kept):
    """RouterOS 7 on a small router."""

    dialect = "mikrotik_routeros"
    ssh_version = "ROSSSH"

    @property
    def serial(self) -> str:
        return f"HE{sum(map(ord, self.name)):08d}"

    @classmethod
    def bare(cls, spec: Spec) -> str:
        port = ip_interface(spec.management or "192.168.88.1/24")
        ports = "".join(f"set [ find default-name={name} ] name={name}\n" for name in spec.ports)
        return (
            f"# 2026-11-22 14:00:00 by RouterOS 7.16.1\n/ip address\nadd address={port} interface=ether1\n"
            + (f"/ip route\nadd gateway={spec.gateway}\n" if spec.gateway else "")
            + (f"/interface ethernet\n{ports}" if ports else "")
            + f"/system identity\nset name={spec.name}\n/user\nadd group=full name={spec.user} "
            f"password={spec.password}\n"
        )

    @property
    def hostname(self) -> str:
        return self.menus["/system identity"].items[0].values.get("name", "MikroTik")

    def prompt(self, session: Session) -> str:
        return (
            f"[{session.user.partition('+')[0]}@{self.hostname}] {'<SAFE>' if session is self.safe else '>'} "
        )

    # ── who gets in ─────────────────────────────────────────────────────────

    def login(self, user: str, password: str) -> int | None:
        """A user's name may be followed by options of the terminal, as `admin+ct511w4098h`."""
        name = user.partition("+")[0]
        menu = self.menus["/user"]
        for item in menu.items:
            if item.values["name"] == name and item.get(menu, "disabled") != "yes":
                return (
                    (15 if item.values["group"] == "full" else 1)
                    if item.get(menu, "password") == password
                    else None
                )
        remote = self.menus["/user aaa"].items[0].values.get("use-radius") == "yes"
        return 15 if remote and self.spec.aaa.get(name) == password else None

    def reachable(self) -> bool:
        ssh = next(item for item in self.menus["/ip service"].items if item.fixed == "ssh")
        return ssh.values.get("disabled") != "yes"

    def begin(self, session: Session) -> None:
        session.length = 0

    def end(self, session: Session) -> None:
        """Who loses the connection in safe mode loses what was typed."""
        if session is self.safe:
            self._unroll()

    # ── safe mode ───────────────────────────────────────────────────────────

    def key(self, session: Session, key: str, typed: str) -> str | None:
        return key if key in (CTRL_X, CTRL_D) else super().key(session, key, typed)

    def _safe_mode(self, session: Session) -> Reply:
        if session is self.safe:
            self.safe = None
            return "[Safe Mode released]"
        if self.safe is None and not self.faults.take("locked"):
            self._take(session)
            return "[Safe Mode taken]"

        def asked() -> Turn:
            answer = yield Ask(HIJACK, key=True)
            if answer == "u":
                self._unroll()
            if answer in ("u", "r"):
                self._take(session)
                return "[Safe Mode taken]"
            return ""

        return asked()

    def _take(self, session: Session) -> None:
        self.safe, self.before, self.actions = session, self._dump(), 0

    def _unroll(self) -> None:
        self.safe = None
        self._load(self.before)
        self.keep()
        self.changed("safe mode unrolled")

    # ── command line ────────────────────────────────────────────────────────

    def invalid(self, session: Session, line: str) -> str:
        return f"bad command name {line.split(maxsplit=1)[0].strip('/')} (line 1 column 1)"

    def execute(self, session: Session, line: str) -> Reply:
        if line == CTRL_X:
            return self._safe_mode(session)
        if line.strip() in ("quit", "/quit") or line == CTRL_D:
            if session is self.safe and line != CTRL_D:
                self.safe = None
            session.closed = True
            return ""
        told: list[str] = []
        for each in split(line):
            try:
                reply = self._one(session, each)
            except Wrong as reason:
                return "\n".join((*told, str(reason)))
            if not isinstance(reply, str):
                return reply
            told += [reply] if reply else []
        return "\n".join(told)

    def _one(self, session: Session, text: str) -> Reply:  # noqa: PLR0911 - one a command
        command = parse(text, self.menus, VERBS)
        if command.verb in ("print", "export", "ping"):
            return self._shown(session, text, command)
        if session.privilege < 15:
            raise Wrong("not enough permissions (9)")
        if fault := self.faults.take("refuse", text):
            raise Wrong(fault.value or f"failure: cannot do that ({command.verb})")
        if self.faults.take("ignore", text):
            return ""
        match command.path, command.verb:
            case "/system backup", "save":
                return self._save(command)
            case "/system backup", "load":
                return self._restore(command.settings)
            case "/system", "reboot":
                return self._reboot()
            case "/file", _:
                return self._file(command)
        self._do(command)
        self._schedule()
        self.keep()
        self.changed(text)
        self._count()
        return ""

    def _count(self) -> None:
        """Count for safe mode: what is too much for the history cannot be undone any more."""
        self.actions += self.safe is not None
        if self.actions > ACTIONS:
            self.safe, self.actions = None, 0
            self.note("safe mode is left: too many actions")

    # ── what it prints ──────────────────────────────────────────────────────

    def _shown(self, session: Session, text: str, command: Command) -> str:
        if command.verb == "export":
            if session.privilege < 15 and "show-sensitive" in command.words:
                raise Wrong("not enough permissions (9)")
            told = list(exported(self.menus, sensitive="show-sensitive" in command.words))
            return "\n".join(
                (
                    f"# {self.clock.moment():%Y-%m-%d %H:%M:%S} by RouterOS 7.16.1",
                    "# software id = ",
                    "#",
                    *told,
                )
            )
        if command.verb == "ping":
            return show.ping(self, command.words[0] if command.words else command.settings.get("address", ""))
        pages: dict[str, Callable[[RouterOs], str]] = {
            "/system resource": show.resource,
            "/system routerboard": show.routerboard,
            "/interface": show.counters if "stats" in command.words else show.interfaces,
            "/routing bgp session": show.sessions,
            "/system ntp client": show.ntp,
            "/ip neighbor": show.neighbors,
        }
        if command.path in pages:
            return pages[command.path](self)
        menu = self._files() if command.path == "/file" else self.menus.get(command.path)
        if menu is None:
            raise Wrong(f"bad command name {command.path.split()[-1].strip('/')} (line 1 column 2)")
        return show.terse(menu, command)


DIALECT = RouterOs
