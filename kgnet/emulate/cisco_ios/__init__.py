"""A router or switch that speaks IOS XE: state, logins, modes and prompts; its commands stand beside."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

from kgnet.emulate.cisco_ios import archive, diff, exec_mode, files, see, show, show_bgp, show_net
from kgnet.emulate.cisco_ios import text as ios_text
from kgnet.emulate.cisco_ios.edit import Editor
from kgnet.emulate.cisco_ios.exec_mode import Words
from kgnet.emulate.cisco_ios.names import ROUTER, SWITCH, parent, physical
from kgnet.emulate.cisco_ios.secrets import matches
from kgnet.emulate.clock import Clock, Timer
from kgnet.emulate.device import Device, Reply, Session, Spec, Turn
from kgnet.emulate.tree import Node
from kgnet.emulate.world import Agreement, Peer, Port

STARTUP = "nvram:startup-config"
PRIVATE = "nvram:private-config"
VERSION = "17.9"
PROMPT_CHARS = 20  # how much of the hostname configuration prompts show


class Ios(Device):
    """Cisco IOS XE."""

    dialect = "cisco_ios"
    ssh_version = "Cisco-1.25"
    services = ("ssh",)

    def __init__(self, spec: Spec, clock: Clock, *, folder: Path | None = None, seed: int = 0) -> None:
        super().__init__(spec, clock, folder=folder, seed=seed)
        self.switch = any("1/0/" in text for text in (*spec.ports, spec.startup))
        told = [parent(name) for name in re.findall(r"^interface (\S+)", spec.startup, re.M)]
        ports = [*(SWITCH if self.switch else ROUTER), *spec.ports, *filter(physical, told)]
        self.hardware = tuple(dict.fromkeys(ports))
        self.root = Node()
        self.snmp_users: dict[str, str] = {}
        self.lock: Session | None = None
        self.pending: archive.Pending | None = None
        self.reload_timer: Timer | None = None
        self.archived: list[str] = []
        self.last_change = ""
        self.saved_generation = 0

    # ── configuration ───────────────────────────────────────────────────────

    @classmethod
    def bare(cls, spec: Spec) -> str:
        return files.bare(spec)

    def boot(self) -> None:
        for timer in (self.reload_timer, self.pending and self.pending.timer):
            if timer:
                timer.cancel()
        self.lock = self.pending = self.reload_timer = None
        self.snmp_users = json.loads(self.files.get(PRIVATE, b"{}"))
        self.root, wrong = self.read(self.startup())
        self.last_change = ""
        self.saved_generation = self.generation
        for line in wrong:
            self.note(f"startup-config: {line}")

    def read(self, text: str) -> tuple[Node, list[str]]:
        """Make a tree of a whole configuration; returns what was not understood as well."""
        told = set(re.findall(r"^interface (\S+)", text, re.M))
        ports = [Node(f"interface {p}", [] if p in told else self.unboxed(p)) for p in self.hardware]
        root = Node("", ports)
        editor, wrong = Editor(self, root, live=False), []
        lines = iter(ios_text.unfolded(text.splitlines()))
        for line in lines:
            if re.match(r"(version|Building|Current conf|end\b|!)", line):
                continue
            said = drive(editor.do(line), lines)
            if "%" in said and "removed due to" not in said:
                wrong.append(f"{line}: {said.strip()}")
        return root, wrong

    def unboxed(self, name: str) -> list[Node]:
        """The lines that a port has in the box."""
        return [] if self.switch or not physical(name) else [Node("shutdown")]

    def running(self) -> str:
        body = "\n".join(ios_text.body(self.root, switch=self.switch))
        return f"!\nversion {VERSION}\n{body}\nend\n"

    def startup(self) -> str:
        return self.files.get(STARTUP, self.first_startup().encode()).decode()

    def save(self) -> str:
        """Make the running configuration the startup one; returns what is wrong, or nothing."""
        if self.faults.take("full", STARTUP):
            return "%Error opening nvram:/startup-config (No space left on device)"
        self.files[STARTUP] = self.running().encode()
        self.files[PRIVATE] = json.dumps(self.snmp_users).encode()
        self.saved_generation = self.generation
        self.save_files()
        return ""

    def salted(self, line: str) -> Random:
        """The lot that salts of a line are drawn by: the same when it is typed again."""
        return Random(f"{self.seed}/{self.name}/{line}")  # noqa: S311  # nothing of it is secret

    def unsaved(self) -> bool:
        return self.generation != self.saved_generation

    @property
    def hostname(self) -> str:
        return self.root.first("hostname ", "Router")

    # ── people ──────────────────────────────────────────────────────────────

    def login(self, user: str, password: str) -> int | None:
        """AAA servers decide if the configuration asks them first (they are well); then local users."""
        methods = "local"
        if self.root.find("aaa new-model"):
            methods = self.root.first("aaa authentication login default ", "local")
        if methods.startswith("group") and user in self.spec.aaa:
            return 15 if self.spec.aaa[user] == password else None
        return self._local(user, password) if "local" in methods else None

    def _local(self, user: str, password: str) -> int | None:
        for node in self.root.starting(f"username {user} "):
            if matches(node.text, password):
                found = re.search(r" privilege (\d+) ", node.text)
                return int(found[1]) if found else 1
        return None

    def banner(self) -> str:
        node = next(self.root.starting("banner login "), None)
        return node.body.removesuffix("^C") + "\n" if node else ""

    def greeting(self, session: Session) -> str:
        texts = [n.body.removesuffix("^C") for n in self.root.starting("banner motd ", "banner exec ")]
        return "".join(f"\n{text}\n" for text in texts) + "\n"

    def end(self, session: Session) -> None:
        if self.lock is session:
            self.lock = None

    def reachable(self) -> bool:
        return see.reachable(self)

    def editor(self, session: Session) -> Editor | None:
        found: Editor | None = session.memory.get("editor")
        return found

    def prompt(self, session: Session) -> str:
        if session.memory.get("tcl") is not None:
            return f"{self.hostname}(tcl)#" if not session.memory["tcl"] else "+>"
        if (editor := self.editor(session)) is not None:
            return f"{self.hostname[:PROMPT_CHARS]}({editor.suffix()})#"
        return f"{self.hostname}{'#' if session.privilege > 1 else '>'}"

    def column(self, editor: Editor) -> int:
        """Where the typed line begins on the screen."""
        return len(f"{self.hostname[:PROMPT_CHARS]}({editor.suffix()})#") if editor.live else 0

    def key(self, session: Session, key: str, typed: str) -> str | None:
        if key == "\x1a":  # Ctrl-Z
            return "end" if self.editor(session) else ""
        return super().key(session, key, typed)

    def execute(self, session: Session, line: str) -> Reply:
        if session.memory.get("tcl") is not None:
            return files.tcl(self, session, line)
        editor = self.editor(session)
        if editor is None:
            return exec_mode.run(self, session, line, COMMANDS)
        if line.strip().startswith("do "):
            return exec_mode.run(self, session, line.strip().removeprefix("do "), COMMANDS)
        if self.lock not in (None, session):
            return archive.locked(self)
        return self._edited(session, editor, line)

    def _edited(self, session: Session, editor: Editor, line: str) -> Reply:
        before = self.generation
        reply = editor.do(line)
        if self.generation != before:
            self.changed_by(session.user)
        if editor.done:
            archive.leave(self, session)
        if isinstance(reply, str):
            return reply
        return self._asked(session, reply)

    def _asked(self, session: Session, turn: Turn) -> Turn:
        said = yield from turn
        self.changed_by(session.user)
        return said

    def changed_by(self, user: str) -> None:
        self.last_change = f"{show.clock(self)} by {user}"

    # ── the world ───────────────────────────────────────────────────────────

    def ports(self) -> tuple[Port, ...]:
        return see.ports(self)

    def peers(self) -> tuple[Peer, ...]:
        return see.peers(self)

    def agreements(self) -> tuple[Agreement, ...]:
        return see.agreements(self)

    def hops(self) -> tuple[str, ...]:
        return see.hops(self)

    # ── files ───────────────────────────────────────────────────────────────

    def put(self, user: str, path: str, data: bytes) -> str:
        return files.put(self, path, data)

    def get(self, user: str, path: str) -> bytes | None:
        return files.content(self, path)


def drive(reply: Reply, lines: Iterator[str]) -> str:
    """Answer what a line of a file asks: texts with the file's next lines, questions with Enter."""
    if isinstance(reply, str):
        return reply
    answer: str | None = None
    try:
        while True:
            ask = next(reply) if answer is None else reply.send(answer)
            answer = next(lines, None) if ask.text else ""
            if answer is None:
                reply.close()
                return "% The file ends in the middle of a text"
    except StopIteration as done:
        return str(done.value or "")


MODULES = (exec_mode, files, archive, diff, show, show_net, show_bgp)
COMMANDS: Words = exec_mode.words({name: act for module in MODULES for name, act in module.COMMANDS.items()})
DIALECT = Ios
