"""A small command line of IOS's kind, written without a look at kgnet's tables: a witness for its commands.

It is stricter than a device: what is undone must be there, what is named must be there, and what is named
cannot go. It tells the verdict of every access list where it is bound, after every command.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

OPENERS = re.compile(
    r"(?:interface|router|address-family|ip access-list|class-map|policy-map|class|route-map|line) |vrf def"
)
PORT = re.compile(r"interface GigabitEthernet.*|line .*")
SINGLES = {  # mode → words of which a line of that mode holds one value
    "": ("hostname",),
    "interface": ("description", "vrf forwarding", "service-policy output"),
    "router": ("timers bgp",),
    "class": ("bandwidth",),
    "route-map": ("set local-preference",),
}
NAMES = {  # what names something → the header that must be there
    r"ip access-group (\S+) \S+|access-class (\S+) in .*": "ip access-list extended {}",
    r"match access-group name (\S+)": "ip access-list extended {}",
    r"service-policy output (\S+)": "policy-map {}",
    r"vrf forwarding (\S+)": "vrf definition {}",
    r"neighbor \S+ route-map (\S+) out": "route-map {} (?:permit|deny) 10",
    r"match ip address prefix-list (\S+)": "ip prefix-list {} seq .*",
    r"class (?!class-default)(\S+)": "class-map match-(?:any|all) {}",
}


SWITCHES = ("ip redirects",)  # on unless they are said to be off


class Refused(Exception):
    """What the device answers to a command that it does not take."""


@dataclass
class Node:
    line: str
    inside: list[Node] = field(default_factory=list)

    def find(self, line: str) -> Node | None:
        return next((node for node in self.inside if node.line == line), None)

    def walk(self) -> Iterator[tuple[Node, Node]]:
        """Yield every line with the block that it stands in."""
        for node in self.inside:
            yield self, node
            yield from node.walk()


class Witness:
    """A device with a configuration that commands change."""

    def __init__(self, text: str = "") -> None:
        self.root = Node("")
        self.here = [self.root]
        self.literal: Node | None = None
        self.load(text)

    def load(self, text: str) -> None:
        stack = [self.root]
        for raw in text.splitlines():
            level = len(raw) - len(raw.lstrip(" "))
            if stack[1:] and stack[1].line.startswith("banner ") and level:
                stack[1].inside.append(Node(raw[1:]))
                continue
            del stack[level + 1 :]
            stack.append(Node(raw.strip()))
            stack[-2].inside.append(stack[-1])

    def text(self) -> str:
        def lines(node: Node, level: int) -> Iterator[str]:
            for each in node.inside:
                yield f"{' ' * level}{each.line}\n"
                yield from lines(each, level + 1)

        return "".join(lines(self.root, 0))

    # ── commands ────────────────────────────────────────────────────────────

    def type(self, command: str) -> None:
        """Do what *command* says; Refused if the device would not."""
        if self.literal:
            self._write(command)
        elif command in ("exit", "exit-address-family"):
            if len(self.here) == 1 or (command == "exit") == self.mode.startswith("address-family"):
                raise Refused(f"{command} in {self.mode!r}")
            self.here.pop()
        elif command.startswith("no "):
            self._no(command.removeprefix("no "))
        else:
            self._set(command)
        self._whole()

    @property
    def mode(self) -> str:
        return self.here[-1].line

    def _write(self, command: str) -> None:
        assert self.literal
        if command == "^C":
            self.literal = None
        else:
            self.literal.inside.append(Node(command))

    def _no(self, line: str) -> None:
        block = self.here[-1]
        if block is self.root and PORT.fullmatch(line):
            raise Refused(f"no {line}: it cannot be removed")
        if line in SWITCHES:
            self._value(block, "", f"no {line}")
            return
        gone = [node for node in block.inside if node.line == line or node.line.startswith(f"{line} ")]
        if not gone:
            raise Refused(f"no {line}: it is not there")
        block.inside = [node for node in block.inside if node not in gone]
        if re.fullmatch(r"neighbor \S+", line):
            for outer, node in list(block.walk()):
                if node.line.startswith(f"{line} "):
                    outer.inside.remove(node)
        if line.startswith("vrf forwarding"):
            self._forget_addresses(block)

    def _set(self, line: str) -> None:
        block, mode = self.here[-1], self.mode.partition(" ")[0]
        if line.startswith("banner "):
            block.inside = [node for node in block.inside if not node.line.startswith(line[:12])]
            self.literal = Node(line)
            block.inside.append(self.literal)
        elif match := re.fullmatch(r"(class \S+) insert-before (\S+)", line):
            place = next(n for n, node in enumerate(block.inside) if node.line == f"class {match[2]}")
            block.inside.insert(place, Node(match[1]))
            self.here.append(block.inside[place])
        elif match := re.fullmatch(r"switchport trunk allowed vlan (?:(add|remove) )?(\S+)", line):
            self._vlans(block, match[1], match[2])
        elif OPENERS.match(line):
            self._open(line)
        else:
            self._value(block, mode, line)

    def _open(self, line: str) -> None:
        block, (kind, *_, name) = self.here[-1], line.split()
        found = block.find(line)
        for node in block.inside:
            if line.startswith("route-map ") and node.line.startswith(f"{' '.join(line.split()[:2])} "):
                found = node
            other = node.line.split()[0] == kind and node.line != line
            if other and (kind == "router" or (kind == "class-map" and node.line.split()[-1] == name)):
                raise Refused(f"{line}: there is {node.line}")
        if found is None:
            found = Node(line)
            block.inside.append(found)
        found.line = line
        self.here.append(found)

    def _value(self, block: Node, mode: str, line: str) -> None:
        if mode == "ip" and block.find(line):
            return  # IOS ignores an entry that is there already
        seq = re.fullmatch(r"(ip prefix-list \S+ seq \d+ ).*", line)
        if seq and any(node.line.startswith(seq[1]) for node in block.inside):
            raise Refused(f"{line}: that number is taken")
        if line in SWITCHES:
            block.inside = [node for node in block.inside if node.line != f"no {line}"]
            return
        if line.startswith("ip address "):
            if any(node.line == line and outer is not block for outer, node in self.root.walk()):
                raise Refused(f"{line}: another port has it")
            block.inside = [node for node in block.inside if not node.line.startswith("ip address ")]
        if match := re.fullmatch(r"ip access-group \S+ (in|out)", line):
            block.inside = [
                n for n in block.inside if not re.fullmatch(rf"ip access-group \S+ {match[1]}", n.line)
            ]
        if line.startswith("access-class "):
            block.inside = [node for node in block.inside if not node.line.startswith("access-class ")]
        if match := re.fullmatch(r"(neighbor \S+ (?:remote-as|description|route-map)) .*", line):
            block.inside = [node for node in block.inside if not node.line.startswith(f"{match[1]} ")]
        if (match := re.fullmatch(r"(neighbor \S+) (?!remote-as)(.*)", line)) and not any(
            node.line.startswith(f"{match[1]} remote-as ") for node in self.here[1].inside
        ):
            raise Refused(f"{line}: specify remote-as first")
        for words in SINGLES.get(mode, ()):
            if line.startswith(f"{words} "):
                if words == "vrf forwarding":
                    self._forget_addresses(block)
                block.inside = [node for node in block.inside if not node.line.startswith(f"{words} ")]
        if not block.find(line):
            block.inside.append(Node(line))

    def _forget_addresses(self, block: Node) -> None:
        block.inside = [node for node in block.inside if not node.line.startswith("ip address ")]

    def _vlans(self, block: Node, how: str | None, text: str) -> None:
        start = "switchport trunk allowed vlan "
        old = next((node for node in block.inside if node.line.startswith(start)), None)
        had = _numbers(old.line.removeprefix(start)) if old else set()
        if how and old is None:
            raise Refused(f"{how} {text}: there is no list")
        new = _numbers(text)
        new = had | new if how == "add" else had - new if how == "remove" else new
        block.inside = [node for node in block.inside if node is not old]
        block.inside.append(Node(f"{start}{','.join(map(str, sorted(new)))}"))

    # ── what must hold after every command ──────────────────────────────────

    def _whole(self) -> None:
        """Refuse a line that names what is not there."""
        headers = [node.line for node in self.root.inside]
        for _, node in self.root.walk():
            for pattern, wanted in NAMES.items():
                if match := re.fullmatch(pattern, node.line):
                    name = next(group for group in match.groups() if group)
                    if not any(re.fullmatch(wanted.format(re.escape(name)), header) for header in headers):
                        raise Refused(f"{node.line}: {name} is not there")

    def verdicts(self, packets: Iterable[int]) -> dict[tuple[str, str, int], bool]:
        """Return for port, direction and packet whether it passes; a port without a list lets all pass."""
        lists = {
            node.line.split()[-1]: node.inside for node in self.root.inside if node.line.startswith("ip acc")
        }
        found = {}
        for port in self.root.inside:
            for node in port.inside:
                if match := re.fullmatch(r"(?:ip access-group|access-class) (\S+) (\w+).*", node.line):
                    for packet in packets:
                        found[port.line, match[2], packet] = _passes(lists.get(match[1], []), packet)
        return found


def _passes(entries: list[Node], packet: int) -> bool:
    for entry in entries:
        verdict, *_, last = entry.line.split()
        if last in (str(packet), "any"):
            return verdict == "permit"
    return not entries


def _numbers(text: str) -> set[int]:
    found: set[int] = set()
    for each in text.split(","):
        first, _, last = each.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return found
