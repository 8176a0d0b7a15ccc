"""When IOS declines a line: words that it does not know, and what must be there, or must not, before it."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address, IPv6Interface, NetmaskValueError
from typing import TYPE_CHECKING

from kgnet.emulate.tree import Node

if TYPE_CHECKING:
    from kgnet.emulate.cisco_ios.edit import Editor

NEIGHBOR_FIRST = "% Specify remote-as or peer-group commands first"


class Invalid(ValueError):
    """The word at which the parser stops, or nothing: at the first."""


class Declined(ValueError):
    """IOS's words for a line that it understands and does not take."""


def check(editor: Editor, node: Node, line: str) -> None:
    """Raise Invalid or Declined where IOS would not take a line."""
    _syntax(editor.mode, line)
    words, mode = line.split(), editor.mode
    first = words[0]
    if (
        mode == "global"
        and first == "aaa"
        and words[1] != "new-model"
        and not editor.root.find("aaa new-model")
    ):
        raise Invalid(words[1])
    if mode in ("bgp", "bgp-af") and first == "neighbor":
        _neighbor_known(editor, node, words)
    if mode in ("interface", "class", "control-plane") and first == "service-policy" and "type" not in words:
        _policy_known(editor, node, line)


def _neighbor_known(editor: Editor, node: Node, words: list[str]) -> None:
    if words[2:3] in (["remote-as"], ["peer-group"]):
        return
    blocks = [editor.stack[0][1][0], node]
    heads = (f"neighbor {words[1]} remote-as ", f"neighbor {words[1]} peer-group")
    if not any(c.text.startswith(heads) for one in blocks for c in one.children):
        raise Declined(NEIGHBOR_FIRST)


def _policy_known(editor: Editor, node: Node, line: str) -> None:
    words = line.split()
    if not editor.root.find(f"policy-map {words[-1]}"):
        raise Declined(f"% policy map {words[-1]} not configured")
    head = " ".join(words[:2])
    held = next((c.text for c in node.starting(f"{head} ") if c.text != line), "")
    if editor.mode == "interface" and held:
        raise Declined(f"Policy map {held.split()[-1]} is already attached")


def _syntax(mode: str, line: str) -> None:
    """Stop where a word is not what must stand there."""
    words = line.split()
    try:
        if mode == "interface" and line.startswith("ip address ") and words[2] not in ("dhcp", "negotiated"):
            IPv4Address(words[2])
            IPv4Address(words[3] if len(words) > 3 else "")
        if mode == "interface" and line.startswith("ipv6 address ") and "/" in words[2]:
            IPv6Interface(words[2])
    except (AddressValueError, NetmaskValueError) as reason:
        raise Invalid(words[2]) from reason
    if words[0] == "aaa" and mode == "global" and words[1] not in _AAA:
        raise Invalid(words[1])
    if mode == "bgp" and words[0] == "neighbor" and len(words) > 3 and words[2] == "remote-as":
        try:
            float(words[3])
        except ValueError as reason:
            raise Invalid(words[3]) from reason


_AAA = {
    "new-model", "authentication", "authorization", "accounting", "group", "session-id", "server",
    "common-criteria", "local", "max-sessions", "attribute", "dnis", "nas", "password", "user",
}  # fmt: skip


def opened(editor: Editor, node: Node, text: str) -> Node:
    """Return the block that a line opens, found or new; Declined where it cannot be."""
    words = text.split()
    if found := node.find(text):
        return found
    if words[:2] == ["router", "bgp"]:
        for other in node.starting("router bgp "):
            raise Declined(f"BGP is already running; AS is {other.text.split()[-1]}")
    if words[0] == "route-map":
        return _route_map(editor, node, words)
    if words[0] == "class-map":
        return _class_map(node, words)
    if words[0] == "line" and len(words) > 2 and (other_line := _line_of(node, words)):
        return other_line
    if editor.mode == "policy-map" and words[0] == "class" and words[-1] != "class-default":
        if _named(editor.root, "class-map", words[-1]) is None:
            raise Declined(f"% class map {words[-1]} not configured")
        return Node(text)
    if words[:2] == ["ip", "access-list"]:
        for clash in node.starting("ip access-list "):
            if clash.text.split()[-1] == words[-1]:
                was = clash.text.split()[2]
                raise Declined(f"% A named {was} IP access list with this name already exists")
    return Node(text)


def placed(policy: Node, text: str) -> tuple[str, int]:
    """Return the line of a class, and where it goes: before another if told so; class-default is the last."""
    line, _, before = text.partition(" insert-before ")
    names = [child.text.split()[-1] if child.text.startswith("class ") else "" for child in policy.children]
    if before and before not in names:
        raise Declined(f"% class map {before} not configured in this policy")
    last = names.index("class-default") if "class-default" in names else len(names)
    return line, names.index(before) if before else last


def _class_map(node: Node, words: list[str]) -> Node:
    other = _named(node, "class-map", words[-1])
    if other is None:
        return Node(" ".join(words) if len(words) > 2 else f"class-map match-all {words[-1]}")
    if len(words) > 2 and words[1] != other.text.split()[1]:
        raise Declined(f"% Class-map {words[-1]} exists with another type")
    return other


def _route_map(editor: Editor, node: Node, words: list[str]) -> Node:
    action, seq = (words[2] if len(words) > 2 else "permit"), (words[3] if len(words) > 3 else "10")
    for other in node.starting(f"route-map {words[1]} "):
        if other.text.split()[-1] == seq:
            if other.text.split()[2] != action:
                other.text = f"route-map {words[1]} {action} {seq}"
                editor.stored(other.text)
            return other
    return Node(f"route-map {words[1]} {action} {seq}")


def _named(node: Node, word: str, name: str) -> Node | None:
    return next((c for c in node.starting(f"{word} ") if c.text.split()[-1] == name), None)


def _line_of(node: Node, words: list[str]) -> Node | None:
    """The block of lines of which these are some, e.g. `line vty 0 4` when `line vty 0` is typed."""
    first = int(words[2])
    for other in node.starting(f"line {words[1]} "):
        numbers = [int(word) for word in other.text.split()[2:]]
        if len(words) == 3 and numbers[0] <= first <= numbers[-1]:
            return other
    return None


def unused(root: Node, rest: str) -> None:
    """Decline the removal of a block that another one uses."""
    words = rest.split()
    if words[0] == "class-map":
        for policy in root.starting("policy-map "):
            if policy.find(f"class {words[-1]}"):
                raise Declined(f"% Class-map {words[-1]} is being used")
