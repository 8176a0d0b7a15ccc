"""A switch or router that speaks EOS: state, logins, modes and prompts; its commands stand beside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kgnet.emulate.arista_eos import api, exec_mode, secrets, see, sessions
from kgnet.emulate.arista_eos import text as eos_text
from kgnet.emulate.arista_eos.edit import Editor
from kgnet.emulate.clock import Clock
from kgnet.emulate.device import Device, Reply, Session, Spec
from kgnet.emulate.tree import Node
from kgnet.emulate.world import Agreement, Peer, Port

STARTUP = "startup-config"
VERSION = "4.30.4M"
MODEL = "DCS-7280SR3-48YC8"
HARDWARE = (*(f"Ethernet{number}" for number in range(1, 65)), "Management1")
FULL_PRIVILEGE = 15
MAC = "2c:dd:e9"


class Eos(Device):
    """Arista EOS."""

    dialect = "arista_eos"
    services = ("ssh", "https")

    def __init__(self, spec: Spec, clock: Clock, *, folder: Path | None = None, seed: int = 0) -> None:
        super().__init__(spec, clock, folder=folder, seed=seed)
        self.hardware = tuple(dict.fromkeys([*HARDWARE, *spec.ports]))
        self.root = Node()
        self.drafts: dict[str, sessions.Draft] = {}
        self.pending: sessions.Pending | None = None
        self.checkpoints: dict[str, Node] = {}
        self.serial = f"JPE{self.random.randrange(10**8):08d}"

    # ── configuration ───────────────────────────────────────────────────────

    @classmethod
    def bare(cls, spec: Spec) -> str:
        address = f"   vrf MGMT\n   ip address {spec.management}\n" if spec.management else ""
        return (
            f"hostname {spec.name}\nvrf instance MGMT\n"
            f"username {spec.user} privilege 15 role network-admin secret 0 {spec.password}\n"
            "management api http-commands\n   no shutdown\n   vrf MGMT\n      no shutdown\n"
            f"management ssh\n   vrf MGMT\n      no shutdown\ninterface Management1\n{address}end\n"
        )

    def boot(self) -> None:
        if self.pending:
            self.pending.timer.cancel()
        self.drafts, self.pending, self.checkpoints = {}, None, {}
        if STARTUP not in self.files:  # as delivered: kept as it would print it, secrets hashed once
            self.files[STARTUP] = self.text(self.read(eos_text.ended(self.first_startup()))[0]).encode()
        self.root, wrong = self.read(self.startup())
        for line in wrong:
            self.note(f"startup-config: {line}")

    def read(self, text: str, root: Node | None = None) -> tuple[Node, list[str]]:
        """Make a tree of a whole configuration; returns what was not understood as well."""
        tree, wrong = root or Node(), []
        editor = Editor(self, tree, live=False)
        lines = iter(text.splitlines())
        for line in lines:
            if line.strip() == "end":
                editor.stack = []
                continue
            if not line.startswith(" "):
                editor.stack = []
            said = drive(editor.do(line), lines)
            if said.startswith("%"):
                wrong.append(f"{line.strip()}: {said}")
        return tree, wrong

    def running(self) -> str:
        return self.text(self.root)

    def text(self, root: Node) -> str:
        """Return a tree as EOS prints it, with the end."""
        return f"{eos_text.body(root, self.hardware)}end\n"

    def header(self, command: str) -> str:
        return (
            f"! Command: {command}\n! device: {self.hostname} ({MODEL}, EOS-{VERSION})\n!\n"
            f"! boot system flash:/EOS-{VERSION}.swi\n"
        )

    def startup(self) -> str:
        return self.files[STARTUP].decode()

    def save(self) -> str:
        """Make the running configuration the startup one; returns what is wrong, or nothing."""
        return self.write(STARTUP, self.running())

    def write(self, name: str, text: str) -> str:
        if self.faults.take("full", name):
            return f"% Error copying to {name} (No space left on device)"
        self.files[name] = text.encode()
        self.save_files()
        return ""

    @property
    def hostname(self) -> str:
        return self.root.first("hostname ", "localhost")

    def mac(self, port: str) -> str:
        """Return the address of a port: of its own, and the same in every run."""
        number = sum(map(ord, f"{self.name}/{port}")) * 7919 % 0xFFFFFF
        return f"{MAC}:{number >> 16:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"

    # ── people ──────────────────────────────────────────────────────────────

    def login(self, user: str, password: str) -> int | None:
        """AAA servers decide if the configuration asks them first (they are well); then local users."""
        methods = self.root.first("aaa authentication login default ", "local")
        if methods.startswith("group") and user in self.spec.aaa:
            return FULL_PRIVILEGE if self.spec.aaa[user] == password else None
        for node in self.root.starting(f"username {user} ") if "local" in methods else ():
            if " ssh-key " not in node.text and secrets.matches(node.text, password):
                found = re.search(r" privilege (\d+) ", node.text)
                return int(found[1]) if found else 1
        return None

    def banner(self) -> str:
        node = self.root.find("banner login")
        return f"{node.body}\n" if node else ""

    def greeting(self, session: Session) -> str:
        node = self.root.find("banner motd")
        return f"{node.body}\n" if node else ""

    def begin(self, session: Session) -> None:
        session.memory["operator"] = session.privilege < FULL_PRIVILEGE
        session.memory["enabled"] = session.privilege >= FULL_PRIVILEGE

    def reachable(self) -> bool:
        return see.reachable(self)

    def editor(self, session: Session) -> Editor | None:
        found: Editor | None = session.memory.get("editor")
        return found

    def prompt(self, session: Session) -> str:
        if (editor := self.editor(session)) is not None:
            return f"{self.hostname}({editor.suffix()})#"
        return f"{self.hostname}{'#' if session.memory['enabled'] else '>'}"

    def key(self, session: Session, key: str, typed: str) -> str | None:
        if key == "\x1a":  # Ctrl-Z
            return "end" if self.editor(session) else ""
        return super().key(session, key, typed)

    def invalid(self, session: Session, line: str) -> str:
        return "% Invalid input"

    def execute(self, session: Session, line: str) -> Reply:
        editor = self.editor(session)
        if editor is None:
            return exec_mode.run(self, session, line)
        if (said := sessions.within(self, session, editor, line.strip())) is not None:
            return said
        if re.match(r"(?:do )?(?:show|write|copy|dir|ping)\b", line.strip()):
            return exec_mode.run(self, session, line.strip().removeprefix("do "))
        reply = editor.do(line)
        if editor.done:
            session.memory.pop("editor", None)
        return reply

    # ── the world ───────────────────────────────────────────────────────────

    def ports(self) -> tuple[Port, ...]:
        return see.ports(self)

    def peers(self) -> tuple[Peer, ...]:
        return see.peers(self)

    def agreements(self) -> tuple[Agreement, ...]:
        return see.agreements(self)

    def hops(self) -> tuple[str, ...]:
        return see.hops(self)

    async def https(self, request: Any) -> Any:
        return await api.answer(self, request)


def drive(reply: Reply, lines: Iterator[str]) -> str:
    """Give a text that a line begins the lines that follow it in a file."""
    if isinstance(reply, str):
        return reply
    try:
        next(reply)
        while True:
            reply.send(next(lines, "EOF"))
    except StopIteration as done:
        return str(done.value or "")


DIALECT = Eos
