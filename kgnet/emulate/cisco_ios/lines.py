"""What one line does to the block that it is typed in: replaces, adds, removes, or is declined."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from kgnet.emulate.cisco_ios import lists, needs, secrets
from kgnet.emulate.cisco_ios.needs import Invalid
from kgnet.emulate.cisco_ios.singular import DEFAULT_ON, EITHER, identity
from kgnet.emulate.tree import Node

if TYPE_CHECKING:
    from kgnet.emulate.cisco_ios.edit import Editor


ACLS = ("acl", "acl-std", "acl6")
ADDRESSES = ("ip address", "ipv6 address", "ipv6 enable")
TRUNK = "switchport trunk allowed vlan"


def has(node: Node, line: str) -> bool:
    """Whether the block holds this line, or one that begins with it."""
    return any(child.text == line or child.text.startswith(f"{line} ") for child in node.children)


def store(editor: Editor, node: Node, line: str) -> str:
    """Store a line in a block, and return what IOS prints; Invalid where its parser stops."""
    mode = editor.mode
    if mode in ACLS:
        said = lists.ace(mode, node, line, negate=False)
        if not said:
            editor.stored(line)
        return said
    if (said_or_none := _special(editor, node, line)) is not None:
        return said_or_none
    needs.check(editor, node, line)
    encrypt = has(editor.root, "service password-encryption")
    line = secrets.stored(line, editor.device.salted(line), encrypt=encrypt)
    if line in DEFAULT_ON.get(mode, ()):
        if node.remove(lambda c: c.text == f"no {line}"):
            editor.stored(line)
        return ""
    if (either := EITHER.get(mode)) and either.match(line):
        node.remove(lambda c: c.text == f"no {line}")
    put(mode, node, line)
    editor.stored(line)
    return ""


def put(mode: str, node: Node, line: str) -> None:
    """Add a line, in the place of the one that it replaces."""
    if node.find(line):
        return
    own = identity(mode, line)
    for place, child in enumerate(node.children):
        if own is not None and identity(mode, child.text) == own:
            node.children[place] = Node(line)
            return
    node.add(line)


def _special(editor: Editor, node: Node, line: str) -> str | None:
    """Lines that are not stored as they are; None: this is none of them."""
    for pattern, act in SPECIAL.get(editor.mode, ()):
        if found := pattern.match(line):
            return act(editor, node, line, found)
    return None


def _prefix(editor: Editor, node: Node, line: str, found: re.Match[str]) -> str:
    said = lists.prefix(node, line, negate=False)
    if said is None:
        raise Invalid(line.rsplit(maxsplit=1)[-1])
    if not said:
        editor.stored(line)
    return said


def _snmp_user(editor: Editor, node: Node, line: str, found: re.Match[str]) -> str:
    editor.device.snmp_users[found[1]] = line
    editor.stored(line)
    return ""


def _key(editor: Editor, node: Node, line: str, found: re.Match[str]) -> str:
    return "% The key modulus size is 2048 bits\n[OK] (elapsed time was 1 seconds)"


def _resequence(editor: Editor, node: Node, line: str, found: re.Match[str]) -> str:
    for acl in node.starting("ip access-list "):
        if acl.text.split()[-1] == found[1]:
            lists.resequence(acl, int(found[2]), int(found[3]))
            editor.stored(line)
    return ""


def _trunk(editor: Editor, node: Node, line: str, found: re.Match[str]) -> str:
    if lists.allowed(node, line.removeprefix(TRUNK).strip(), negate=False) is None:
        raise Invalid(line.rsplit(maxsplit=1)[-1])
    editor.stored(line)
    return ""


def _vrf(editor: Editor, node: Node, line: str, found: re.Match[str]) -> str:
    """Put an interface into a VRF, which takes its addresses away."""
    name = line.rsplit(maxsplit=1)[-1]
    if not editor.root.find(f"vrf definition {name}"):
        return f"% VRF {name} does not exist or does not have the address family configured"
    if node.find(line):
        return ""
    lost = node.remove(lambda c: c.text.startswith(ADDRESSES))
    put("interface", node, line)
    editor.stored(line)
    port = node.text.removeprefix("interface ")
    said = f"% Interface {port} IPv4 disabled and address(es) removed due to enabling VRF {name}"
    return said if lost else ""


Special = Callable[["Editor", Node, str, re.Match[str]], str]
SPECIAL: dict[str, tuple[tuple[re.Pattern[str], Special], ...]] = {
    "global": (
        (re.compile(r"(?:ip|ipv6) prefix-list "), _prefix),
        (re.compile(r"snmp-server user (\S+) (\S+) v3"), _snmp_user),
        (re.compile(r"crypto key (?:generate|zeroize)"), _key),
        (re.compile(r"ip access-list resequence (\S+) (\d+) (\d+)$"), _resequence),
    ),
    "interface": (
        (re.compile(TRUNK), _trunk),
        (re.compile(r"(?:ip )?vrf forwarding "), _vrf),
    ),
}


def remove(editor: Editor, node: Node, rest: str, *, default: bool) -> str:
    """Do `no REST` in a block."""
    mode = editor.mode
    said = ""
    if mode in ACLS:
        said = lists.ace(mode, node, rest, negate=True)
        if not said:
            editor.stored(f"no {rest}")
        return said
    if mode == "global" and rest.startswith("snmp-server user "):
        editor.device.snmp_users.pop(rest.split()[2], None)
    elif mode == "global" and re.match(r"(?:ip|ipv6) prefix-list ", rest):
        lists.prefix(node, rest, negate=True)
    elif mode == "interface" and re.fullmatch(rf"{TRUNK}(?: .*)?", rest):
        lists.allowed(node, "", negate=True)
    elif mode == "global" and rest.startswith("vrf definition "):
        said = _remove_vrf(editor.root, rest.rsplit(maxsplit=1)[-1])
    else:
        _remove_line(editor, node, rest, default=default)
    if mode == "interface" and rest.startswith(("vrf forwarding", "ip vrf forwarding")):
        node.remove(lambda c: c.text.startswith(ADDRESSES))
    if mode == "bgp" and (found := re.fullmatch(r"neighbor (\S+)(?: remote-as .*| peer-group)?", rest)):
        _remove_neighbor(node, found[1])
    editor.stored(f"no {rest}")
    return said


def _remove_line(editor: Editor, node: Node, rest: str, *, default: bool) -> None:
    mode = editor.mode
    either = EITHER.get(mode)
    if rest in DEFAULT_ON.get(mode, ()):
        node.remove(lambda c: c.text == rest or c.text.startswith(f"{rest} "))
        if default:
            node.remove(lambda c: c.text == f"no {rest}")
        elif not node.find(f"no {rest}"):
            node.add(f"no {rest}")
        return
    if not node.remove(lambda c: c.text == rest):
        own = identity(mode, rest)
        if own is not None:
            node.remove(lambda c: identity(mode, c.text) == own and (mode != "global" or not c.children))
        node.remove(lambda c: c.text.startswith(f"{rest} "))
        if mode == "global" and rest.startswith(("class-map ", "policy-map ")):
            word, name = rest.split(maxsplit=1)[0], rest.rsplit(maxsplit=1)[-1]
            node.remove(lambda c: c.text.startswith(f"{word} ") and c.text.split()[-1] == name)
    if either and either.match(rest) and not default and not node.find(f"no {rest}"):
        node.add(f"no {rest}")


def _remove_vrf(root: Node, name: str) -> str:
    if not root.remove(lambda c: c.text == f"vrf definition {name}"):
        return f"% No VRF named {name}"
    for port in root.starting("interface "):
        if port.find(f"vrf forwarding {name}"):
            port.remove(lambda c: c.text.startswith((*ADDRESSES, "vrf forwarding")))
    return f"% IPv4 and IPv6 addresses from all interfaces in VRF {name} have been removed"


def _remove_neighbor(node: Node, name: str) -> None:
    heads = (f"neighbor {name} ", f"no neighbor {name} ")
    for block in [node, *node.starting("address-family ")]:
        block.remove(lambda c: c.text.startswith(heads))
