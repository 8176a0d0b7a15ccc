"""The configuration of an emulated VRP device, and how its lines change it."""

from __future__ import annotations

import re
from ipaddress import ip_interface

from kgnet.emulate.device import Device, Session
from kgnet.emulate.huawei_vrp import show
from kgnet.emulate.huawei_vrp.rules import VIEWS, said, same, stored
from kgnet.emulate.tree import Node
from kgnet.emulate.world import Peer, Port
from kgnet.wire.address import is_address

UNKNOWN = "Error: Unrecognized command found at '^' position."


class Configured(Device):
    """Modes of a session: (view, node, what the prompt shows), outermost first; none: the user view."""

    root: Node

    @property
    def hostname(self) -> str:
        return self.root.first("sysname ", "Huawei")

    def prompt(self, session: Session) -> str:
        if not session.modes:
            return f"<{self.hostname}>"
        shown = "".join(f"-{label}" for _, _, label in session.modes[1:])
        return f"[{self.hostname}{shown}]"

    def invalid(self, session: Session, line: str) -> str:
        return f"{' ' * (len(self.prompt(session)) + len(line.split(' ', maxsplit=1)[0]) // 2)}^\n{UNKNOWN}"

    # ── lines ─────────────────────────────────────────────────────────

    def _configured(self, session: Session, line: str) -> str:
        if fault := self.faults.take("refuse", line):
            return fault.value or self.invalid(session, line)
        view, node, _ = session.modes[-1]
        if line.startswith("undo ") and said(view, line) is None:
            return self._undone(session, view, node, line)
        told = said(view, line)
        if told is None:
            return self.invalid(session, line)
        if self.faults.take("ignore", line):
            return ""
        known, key = told
        if line.startswith("header "):
            return self._banner(session, line)
        held = next((each for each in node.children if same(view, each, key)), None)
        fresh = stored(_named(line) if view == "system" else line, self.random)
        if held is None:
            held = node.add(self._numbered(node, fresh) if view == "acl" else fresh)
        elif not known.view:
            held.text = fresh
        if line.startswith("snmp-agent ") and node.find("snmp-agent") is None:
            node.add("snmp-agent")
        if known.view:
            session.modes.append((known.view, held, _label(held.text)))
        self.changed(line)
        return ""

    def _numbered(self, acl: Node, line: str) -> str:
        """Give a rule without a number the next one, five further."""
        if not re.match(r"rule (?:permit|deny)", line):
            return line
        taken = [int(node.text.split()[1]) for node in acl.starting("rule ")]
        return line.replace("rule ", f"rule {max(taken, default=0) // 5 * 5 + 5} ", 1)

    def _undone(self, session: Session, view: str, node: Node, line: str) -> str:
        what = line.removeprefix("undo ")
        if re.fullmatch(r"interface [A-Z]\w*Ethernet[\d/]+", what):
            return "Error: The interface cannot be deleted."
        if self.faults.take("ignore", line):
            return ""
        keyed = said(view, what) is None and node.remove(lambda each: same(view, each, what))
        if not keyed and not node.remove(lambda each: f"{each.text} ".startswith(f"{what} ")):
            return (
                "Error: The configuration does not exist."
                if what.split()[0] in _words(view)
                else self.invalid(session, line)
            )
        self.changed(line)
        return ""

    def _banner(self, session: Session, line: str) -> str:
        words, _, text = line.partition(' "')
        session.memory["banner"] = (words, [])
        return self._quoted(session, text) if text else ""

    def _quoted(self, session: Session, line: str) -> str:
        words, lines = session.memory["banner"]
        body = line.removesuffix('"')
        lines += [body] if body or not line.endswith('"') else []
        if not line.endswith('"'):
            return ""
        del session.memory["banner"]
        self.root.remove(lambda each: each.text == words)
        self.root.add(words).children += [Node(each) for each in lines]
        self.changed(words)
        return ""

    # ── for the world ───────────────────────────────────────────────────────

    def ports(self) -> tuple[Port, ...]:
        found = []
        for node in self.root.starting("interface "):
            addresses = [show.address_of(each.text) for each in node.starting("ip address ")]
            addresses += [each.text.split()[2] for each in node.starting("ipv6 address ") if "/" in each.text]
            vrf = node.first("ip binding vpn-instance ")
            told = tuple(map(ip_interface, addresses))
            up = node.find("shutdown") is None
            found.append(Port(node.text.split()[1], up, told, vrf, node.first("description ")))
        return tuple(found)

    def peers(self) -> tuple[Peer, ...]:
        found = []
        for bgp in self.root.starting("bgp "):
            for node in bgp.starting("peer "):
                words = node.text.split()
                if len(words) == 4 and words[2] == "as-number" and is_address(words[1]):
                    found.append(Peer(words[1], int(words[3]), int(bgp.text.split()[1])))
        return tuple(found)

    def hops(self) -> tuple[str, ...]:
        return tuple(node.text.split()[-1] for node in self.root.starting("ip route-static "))


def _words(view: str) -> set[str]:
    return {word for each in VIEWS[view] for word in re.findall(r"[a-z][a-z0-9-]+", each.pattern.pattern)}


def _named(line: str) -> str:
    """Return the line as it is kept: an access list by its full header."""
    return re.sub(r"^acl (\d)", r"acl number \1", line)


def _label(line: str) -> str:
    """Return what the prompt shows of a block."""
    for pattern, label in (
        (r"user-interface (\w+) (\d+)(?: (\d+))?", r"ui-\1\2-\3"),
        (r"acl name (\S+).*", r"acl-basic-\1"),
        (r"acl number (\d+)", r"acl-basic-\1"),
        (r"interface (\S+)", r"\1"),
        (r"(\w{6})\w*-scheme (\S+)", r"\1-\2"),
        (r"hwtacacs-server template (\S+)", r"hwtacacs-\1"),
    ):
        if found := re.fullmatch(pattern, line):
            return found.expand(label).rstrip("-")
    return line.split(maxsplit=1)[0] if " " not in line else "-".join(line.split()[:2])
