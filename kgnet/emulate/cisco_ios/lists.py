"""Access lists, prefix lists and VLAN lists: entries with numbers, and lines that add to a list."""

from __future__ import annotations

import re

from kgnet.emulate.tree import Node

DUPLICATE = "% Duplicate sequence number"
ADDRESS = r"\d+\.\d+\.\d+\.\d+"
PREFIX = re.compile(
    r"(ip|ipv6) prefix-list (\S+)(?: seq (\d+))?(?: (permit|deny) (\S+)(.*)| (description .*))?$"
)


def entry(line: str) -> tuple[int | None, str]:
    """Return sequence number (None: to be given) and body of an entry of an access list."""
    found = re.match(r"(?:sequence )?(\d+)(?: (.*))?$", line)
    return (int(found[1]), found[2] or "") if found else (None, line)


def ace(mode: str, node: Node, line: str, *, negate: bool) -> str:
    """Add or remove an entry; what it says is IOS's words if it declines."""
    number, body = entry(line)
    six = mode == "acl6"
    held = {entry(child.text)[0]: child for child in node.children}
    if negate:
        return _removed(node, number, _plain(mode, body))
    body = _plain(mode, body)
    twin = next((n for n, child in held.items() if entry(child.text)[1] == body), None)
    if twin is not None and not body.startswith("remark"):
        return "" if number in (None, twin) else "%Failed to add ace to access-list"
    if number is not None and number in held:
        return (
            "" if entry(held[number].text)[1] == body else f"{DUPLICATE}\n%Failed to add ace to access-list"
        )
    numbers = [n for n in held if n is not None]
    number = number if number is not None else (max(numbers, default=0) // 10 * 10 + 10)
    place = sum(n < number for n in numbers)
    node.add(f"sequence {number} {body}" if six else f"{number} {body}", place)
    return ""


def _plain(mode: str, body: str) -> str:
    """Write an entry as IOS prints it: `host A` for a single address, one blank between words."""
    body = " ".join(body.split())
    if mode == "acl-std":
        body = re.sub(rf"^(permit|deny) host ({ADDRESS})$", r"\1 \2", body)
        return re.sub(rf"^(permit|deny) ({ADDRESS}) 0\.0\.0\.0$", r"\1 \2", body)
    if mode == "acl":
        body = re.sub(rf"\b({ADDRESS}) 0\.0\.0\.0\b", r"host \1", body)
        return re.sub(rf"(?<=[ ])(?:{ADDRESS}) 255\.255\.255\.255", "any", body)
    return body


def _removed(node: Node, number: int | None, body: str) -> str:
    def doomed(child: Node) -> bool:
        n, held = entry(child.text)
        return (number is None or n == number) and (not body or held == body)

    return "" if node.remove(doomed) else "%Entry not found" if number is None else "%Seq number not found"


def resequence(node: Node, start: int, step: int) -> None:
    for place, child in enumerate(node.children):
        child.text = f"{start + place * step} {entry(child.text)[1]}"


def prefix(root: Node, line: str, *, negate: bool) -> str | None:
    """Add or remove a line of a prefix list; None: it is not written right."""
    found = PREFIX.match(line)
    if not found:
        return None
    family, name, seq, action, network, rest, description = found.groups()
    head = f"{family} prefix-list {name} "
    lines = list(root.starting(head))
    if negate:
        doomed = f"{head}seq {seq} " if seq else f"{head}{description.split()[0]}" if description else head
        tail = f"{action} {network}{rest}" if action else ""
        root.remove(lambda c: c.text.startswith(doomed) and c.text.endswith(tail))
        return ""
    if description:
        root.remove(lambda c: c.text.startswith(f"{head}description "))
        root.add(line, root.children.index(lines[0]) if lines else None)
        return ""
    if action is None:
        return None
    return _inserted(root, head, lines, int(seq) if seq else None, f"{action} {network}{rest}")


def _inserted(root: Node, head: str, lines: list[Node], seq: int | None, body: str) -> str:
    def number(node: Node) -> int:
        told = re.match(r"seq (\d+)", node.text.removeprefix(head))
        return int(told[1]) if told else 0

    same = next((c for c in lines if c.text.endswith(f" {body}") and number(c)), None)
    if same is not None:
        if seq in (None, number(same)):
            return ""
        return f"%Insertion failed - prefix-list entry exists: seq {number(same)} {body}"
    seq = seq if seq is not None else max(map(number, lines), default=0) // 5 * 5 + 5
    if any(number(c) == seq for c in lines):
        return f"%Insertion failed - sequence number {seq} is in use"
    after = [c for c in lines if number(c) < seq]
    first = root.children.index(lines[0]) if lines else len(root.children)
    root.add(f"{head}seq {seq} {body}", root.children.index(after[-1]) + 1 if after else first)
    return ""


def vlans(text: str) -> set[int]:
    """Return the VLANs that `1,10-12` names."""
    numbers: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        numbers |= set(range(int(first), int(last or first) + 1))
    return numbers


def vlan_text(numbers: set[int]) -> str:
    """Return VLANs as IOS prints them: runs of three or more with a dash."""
    runs: list[list[int]] = []
    for n in sorted(numbers):
        if runs and n == runs[-1][-1] + 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    parts = [f"{r[0]}-{r[-1]}" if len(r) > 1 else str(r[0]) for r in runs]
    return ",".join(parts) or "none"


def allowed(node: Node, words: str, *, negate: bool) -> str | None:
    """Change what a trunk carries: a list, `add`, `remove`, `except`, `all`, `none`; None: written wrong."""
    head = "switchport trunk allowed vlan "
    held = node.first(head)
    node.remove(lambda c: c.text.startswith(head))
    every = set(range(1, 4095))
    if negate or words == "all":
        return ""
    verb, _, rest = words.partition(" ")
    rest = rest if verb in ("add", "remove", "except") else words
    if rest != "none" and not re.fullmatch(r"\d+(-\d+)?(,\d+(-\d+)?)*", rest):
        if held:
            node.add(head + held)
        return None
    now = every if not held else set() if held == "none" else vlans(held)
    told = set() if rest == "none" else vlans(rest)
    chosen = {"add": now | told, "remove": now - told, "except": every - told}.get(verb, told)
    if chosen != every:
        node.add(head + vlan_text(chosen))
    return ""
