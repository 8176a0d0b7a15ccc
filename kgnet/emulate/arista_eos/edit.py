"""EOS's configuration mode: lines edit a tree, of the running configuration or of a session's draft."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kgnet.emulate.arista_eos import lines as eos_lines
from kgnet.emulate.arista_eos.words import HEREDOC, MODES, NEEDS_MORE, full
from kgnet.emulate.device import Ask, Reply, Turn
from kgnet.emulate.tree import Node

if TYPE_CHECKING:
    from kgnet.emulate.arista_eos import Eos

TEXT = Ask("")  # more of a text: the next line of what is typed
INVALID = "% Invalid input"
INCOMPLETE = "% Incomplete command"
END_OF_TEXT = "EOF"
FREE = re.compile(r"(?:no )?(?:description|\d* ?remark|username|snmp-server)\b")  # blanks in it count


class Editor:
    """Somebody in configuration mode; *draft* names the session that it edits, "": what is running."""

    def __init__(self, device: Eos, root: Node, draft: str = "", *, live: bool = True) -> None:
        self.device = device
        self.root = root
        self.draft = draft
        self.live = live  # somebody is typing: changes of the running configuration are told
        self.stack: list[tuple[str, list[Node]]] = []
        self.done = False

    @property
    def mode(self) -> str:
        return self.stack[-1][0] if self.stack else "global"

    @property
    def nodes(self) -> list[Node]:
        return self.stack[-1][1] if self.stack else [self.root]

    def suffix(self) -> str:
        """What stands in the prompt between brackets."""
        head = f"config-s-{self.draft[:6]}" if self.draft else "config"
        if not self.stack:
            return head
        tail = MODES[self.mode].prompt
        name = self.nodes[0].text.split(" ")[-1]
        if self.mode == "interface":
            name = re.sub(r"^([A-Z][a-z]).*?([\d/.]+)$", r"\1\2", name)
        return (
            f"{head}-{tail}-{name}"
            if self.mode in ("interface", "vlan", "acl", "prefix", "vrf")
            else f"{head}-{tail}"
        )

    def do(self, line: str) -> Reply:
        """Take one line; the answer is what EOS prints."""
        text = line.strip()
        if text in ("exit", "end"):
            self.done = text == "end" or not self.stack
            self.stack = self.stack[:-1]
            return ""
        if not text or text.startswith("!"):
            return ""
        if (fault := self.device.faults.take("refuse", text)) is not None:
            return fault.value or INVALID
        if self.device.faults.take("ignore", text):
            return ""
        return self._text(text) if HEREDOC.fullmatch(text) else self._line(text)

    def _line(self, text: str) -> str:
        if not FREE.match(text):
            text = " ".join(text.split())
        if text.startswith(("no ", "default ")):
            return self._negated(text)
        return self._taken(full(text) if text.startswith("int") else text)

    # ── lines ───────────────────────────────────────────────────────────────

    def _find(self, text: str) -> bool:
        """Leave modes until one knows the line; whether one does."""
        for depth in range(len(self.stack), -1, -1):
            mode = MODES[self.stack[depth - 1][0] if depth else "global"]
            if any(re.fullmatch(pattern, text) for pattern, _ in mode.opens) or re.fullmatch(
                mode.takes, text
            ):
                self.stack = self.stack[:depth]
                return True
        return False

    def _taken(self, text: str) -> str:
        if text in NEEDS_MORE:
            return INCOMPLETE
        if found := re.fullmatch(r"(ip(?:v6)? prefix-list \S+) (seq \d+ .+)", text):
            return self._taken(found[1]) or self._taken(found[2])
        if not self._find(self._placed(text)):
            return INVALID
        for pattern, child in MODES[self.mode].opens:
            if re.fullmatch(pattern, self._placed(text)):
                return self._open(text, child)
        said = ""
        for node in self.nodes:
            said = eos_lines.store(self, node, text) or said
        return said

    @staticmethod
    def _placed(text: str) -> str:
        """Return a line without where it is to be put."""
        return re.sub(r"^(class \S+) insert-before \S+$", r"\1", text)

    def _open(self, text: str, child: str) -> str:
        if child == "vlan":
            numbers = sorted(eos_lines.numbers(text.removeprefix("vlan ")))
            if not numbers or numbers[-1] > 4094:
                return f"{INVALID}: VLANs are 1 to 4094"
            nodes = [eos_lines.opened(self, self.root, f"vlan {number}") for number in numbers]
        else:
            refused = eos_lines.unopened(self, self.nodes[0], self._placed(text))
            if refused:
                return refused
            before = re.search(r" insert-before (\S+)$", text)
            nodes = [eos_lines.opened(self, self.nodes[0], self._placed(text), before[1] if before else "")]
        self.stack.append((child, nodes))
        return ""

    def _negated(self, text: str) -> str:
        words = text.partition(" ")[2]
        words = full(words) if words.startswith("int") else words
        for depth in range(len(self.stack), -1, -1):
            self_stack = self.stack[:depth]
            mode = MODES[self_stack[-1][0] if self_stack else "global"]
            nodes = self_stack[-1][1] if self_stack else [self.root]
            if eos_lines.negatable(mode, words) or any(eos_lines.has(node, words) for node in nodes):
                self.stack = self_stack
                said = ""
                for node in self.nodes:
                    said = eos_lines.remove(self, node, words, default=text.startswith("default ")) or said
                return said
        return INVALID

    def stored(self, line: str) -> None:
        """A line has changed the configuration."""
        if self.live and not self.draft:
            self.device.changed(" / ".join([*(nodes[0].text for _, nodes in self.stack), line]))

    # ── texts ───────────────────────────────────────────────────────────────

    def _text(self, header: str) -> Turn:
        lines: list[str] = []
        while (line := (yield TEXT)).strip() != END_OF_TEXT:
            lines.append(line.rstrip())
        if header == "comment":
            for node in self.nodes:
                node.remove(lambda child: child.text.startswith("!! "))
                for place, comment in enumerate(lines):
                    node.add(f"!! {comment}", place)
        else:
            self.stack = []
            self.root.remove(lambda child: child.text == header)
            self.root.add(header).body = "\n".join(lines)
        self.stored(header)
        return ""
