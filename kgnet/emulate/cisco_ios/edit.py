"""IOS's configuration mode: lines edit a tree, one by one, as its parser would have it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kgnet.emulate.cisco_ios import lines as ios_lines
from kgnet.emulate.cisco_ios import lists, needs
from kgnet.emulate.cisco_ios.names import full, kind, parent, physical
from kgnet.emulate.cisco_ios.needs import Declined, Invalid
from kgnet.emulate.cisco_ios.words import CLOSERS, MODES, NEEDS_MORE, OPENERS, knows, whole
from kgnet.emulate.device import Ask, Reply, Turn
from kgnet.emulate.tree import Node

if TYPE_CHECKING:
    from kgnet.emulate.cisco_ios import Ios

LEAVE = CLOSERS | {"end", "exit", "quit"}
TEXT = Ask("", text=True)
INVALID = "% Invalid input detected at '^' marker.\n"
INCOMPLETE = "% Incomplete command.\n"


class Editor:
    """One person in configuration mode, or one file that is being copied into the running configuration."""

    def __init__(self, device: Ios, root: Node, *, live: bool = True) -> None:
        self.device = device
        self.root = root
        self.live = live  # changes are those of the running configuration
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
        if self.mode == "interface" and len(self.nodes) > 1:
            return "config-if-range"
        if self.mode == "interface" and "." in self.nodes[0].text:
            return "config-subif"
        return MODES[self.mode].prompt

    def do(self, line: str) -> Reply:
        """Take one line; the answer is what IOS prints."""
        literal = re.match(r"\s*(description|banner|.* remark)\b", line)
        text = line.strip() if literal else " ".join(line.split())
        if not text or text.startswith("!") or text in LEAVE:
            self._leave(text)
            return ""
        if (fault := self.device.faults.take("refuse", text)) is not None:
            return fault.value or self.pointed(line, "")
        try:
            if self.device.faults.take("ignore", text):
                return ""
            return self._negate(text) if text.startswith(("no ", "default ")) else self._take(text)
        except Invalid as stop:
            return self.pointed(line, str(stop))
        except Declined as reason:
            return str(reason)

    def _leave(self, word: str) -> None:
        if word in LEAVE:
            self.done = word == "end" or not self.stack
            self.stack = self.stack[:-1]

    def pointed(self, line: str, word: str) -> str:
        """IOS's answer to a line that it does not know, with the mark below the word in question."""
        place = max(0, line.find(word)) if word else len(line) - len(line.lstrip())
        return " " * (self.device.column(self) + place) + "^\n" + INVALID

    # ── lines ───────────────────────────────────────────────────────────────

    def _find(self, words: list[str]) -> None:
        """Leave modes until one knows the line; Invalid if none does."""
        for depth in range(len(self.stack), -1, -1):
            mode = self.stack[depth - 1][0] if depth else "global"
            if knows(mode, words):
                self.stack = self.stack[:depth]
                return
        known = any(words[:1] and words[0] in MODES[mode].words for mode in (self.mode, "global"))
        raise Invalid(words[1] if known and len(words) > 1 else words[0])

    def _whole(self, word: str) -> str:
        """A first word in full, unless one of the modes that it may be meant for knows it as it is."""
        modes = ["global", *(mode for mode, _ in self.stack)]
        return word if any(word in MODES[mode].words for mode in modes) else whole(self.mode, word)

    def _take(self, text: str) -> Reply:
        words = text.split(" ")
        words[0] = self._whole(words[0])
        text = " ".join(words)
        self._find(words)
        if len(words) == 1 and words[0] in NEEDS_MORE:
            return INCOMPLETE
        if self.mode == "global" and words[0] == "banner":
            return self._banner(text)
        if self.mode == "chain" and words[0] == "certificate":
            return self._certificate(text)
        for pattern, child in OPENERS.get(self.mode, ()):
            if pattern.match(text):
                return self._open(text, child)
        said = ""
        for node in self.nodes:
            said = ios_lines.store(self, node, text) or said
        return said

    def _negate(self, text: str) -> Reply:
        word, _, rest = text.partition(" ")
        if text.startswith("default interface "):
            return self._default(text.removeprefix("default interface "))
        words = rest.split(" ")
        words[0] = self._whole(words[0])
        rest = " ".join(words)
        self._find(words)
        if self.mode == "global":
            if rest.startswith("interface "):
                return self._remove_interface(rest.removeprefix("interface "))
            if re.match(r"username \S+$", rest) and self.live and ios_lines.has(self.root, rest):
                return self._remove_user(rest)
            needs.unused(self.root, rest)
        said = ""
        for node in self.nodes:
            said = ios_lines.remove(self, node, rest, default=word == "default") or said
        return said

    def stored(self, line: str) -> None:
        """A line has changed the configuration."""
        if self.live:
            self.device.changed(" / ".join([*(nodes[0].text for _, nodes in self.stack), line]))

    # ── modes ───────────────────────────────────────────────────────────────

    def _open(self, text: str, child: str) -> str:
        if child == "interface":
            return self._interface(text.removeprefix("interface "))
        if child == "vlan":
            return self._vlans(text.removeprefix("vlan "))
        node = self.nodes[0]
        line, place = needs.placed(node, text) if self.mode == "policy-map" else (text, None)
        found = needs.opened(self, node, line)
        if found not in node.children:
            node.children.insert(len(node.children) if place is None else place, found)
            self.stored(text)
        self.stack.append((child, [found]))
        return ""

    def _interface(self, words: str) -> str:
        names = self._range(words.removeprefix("range ")) if words.startswith("range ") else [full(words)]
        nodes = []
        for name in names:
            if name is None or not self._exists(name):
                raise Invalid(words.split(" ", maxsplit=1)[0])
            text = f"interface {name}"
            node = self.root.find(text)
            if node is None:
                node = self.root.add(text)
                self.stored(text)
            nodes.append(node)
        self.stack = [("interface", nodes)]
        return ""

    def _exists(self, name: str) -> bool:
        return not physical(parent(name)) or parent(name) in self.device.hardware

    def _range(self, words: str) -> list[str | None]:
        names: list[str | None] = []
        for part in words.split(","):
            found = re.fullmatch(r"(.*?)(\d+)(?: ?- ?(\d+))?", part.strip())
            if not found:
                raise Invalid(part.strip())
            last = int(found[3] or found[2])
            names += [full(f"{found[1]}{n}") for n in range(int(found[2]), last + 1)]
        return names

    def _vlans(self, words: str) -> str:
        numbers = sorted(lists.vlans(words))
        if not numbers or not 1 <= numbers[0] <= numbers[-1] <= 4094:
            return "% Invalid VLAN list"
        nodes = []
        for number in numbers:
            text = f"vlan {number}"
            if number > 1 and not self.root.find(text):
                self.root.add(text)
                self.stored(text)
            nodes.append(self.root.find(text) or Node(text))
        self.stack = [("vlan", nodes)]
        return ""

    def _default(self, words: str) -> str:
        name = full(words)
        if name is None or not self._exists(name):
            raise Invalid(words)
        text = f"interface {name}"
        node = self.root.find(text)
        if node is not None:
            node.children[:] = self.device.unboxed(name)
            self.stack = []
            self.stored(f"default {text}")
        return f"Interface {name} set to default configuration"

    def _remove_interface(self, words: str) -> str:
        name = full(words)
        if name is None:
            raise Invalid(words)
        if physical(name):
            return "% Removal of physical interfaces is not permitted"
        gone = self.root.remove(
            lambda c: c.text == f"interface {name}" or c.text.startswith(f"interface {name}.")
        )
        self.stack = []
        if gone:
            self.stored(f"no interface {name}")
        subject = "subinterface" if "." in name else kind(name)
        return "" if gone else f"%Invalid {subject} {name}" if "." in name else ""

    # ── texts and questions ─────────────────────────────────────────────────

    def _remove_user(self, text: str) -> Turn:
        answer = yield Ask(
            "This operation will remove all username related configurations with same name."
            "Do you want to continue? [confirm]",
            key=True,
        )
        if answer in ("", "y", "Y"):
            ios_lines.remove(self, self.root, text, default=False)
        return ""

    def _banner(self, text: str) -> Reply:
        found = re.match(r"banner (exec|incoming|login|motd|prompt-timeout|slip-ppp) (\^C|\S)(.*)$", text)
        if not found:
            return INCOMPLETE if len(text.split()) < 3 else self.pointed(text, text.split()[1])
        return self._banner_text(*found.groups())

    def _banner_text(self, which: str, delimiter: str, first: str) -> Turn:
        lines = [first]
        ask = Ask(f"Enter TEXT message.  End with the character '{delimiter}'.\n", text=True)
        while delimiter not in lines[-1]:
            lines.append((yield ask))
            ask = TEXT
        lines[-1] = lines[-1].partition(delimiter)[0]
        self.stack = []
        self.root.remove(lambda c: c.text.startswith(f"banner {which} "))
        node = self.root.add(f"banner {which} ^C")
        node.body = "\n".join(lines) + "^C"
        self.stored(f"banner {which}")
        return ""

    def _certificate(self, text: str) -> Turn:
        lines: list[str] = []
        while (line := (yield TEXT)).strip() != "quit":
            lines.append(line.strip())
        for node in self.nodes:
            node.remove(lambda c: c.text == text)
            node.add(text).body = "".join(f"\n  {line}" for line in lines) + "\n  \tquit"
        self.stored(text)
        return ""
