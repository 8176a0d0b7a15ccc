"""How EOS stores, replaces and removes single lines of its configuration."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kgnet.emulate.arista_eos import secrets
from kgnet.emulate.arista_eos.words import MODES, Mode
from kgnet.emulate.tree import Node

if TYPE_CHECKING:
    from kgnet.emulate.arista_eos.edit import Editor

STEP = 10  # between entries of an access list
DUPLICATE = "% Error: Duplicate sequence number"
TRUNK = re.compile(r"switchport trunk allowed vlan (?:(add|remove|except) )?([\d,-]+|none|all)")
ENTRY = re.compile(r"(?:(\d+) )?(.+)")
PERMANENT = re.compile(
    r"interface (?:Ethernet|Management)[\d/]+|interface defaults|management .+|system control-plane"
)
ALL = frozenset(range(1, 4095))


def numbers(text: str) -> set[int]:
    """Return the VLANs in a list such as 1-3,7."""
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first.isdecimal():
            found |= set(range(int(first), int(last or first) + 1))
    return found


def written(vlans: set[int] | frozenset[int]) -> str:
    """Return VLANs as EOS writes them: three in a row and more as a range, two as well."""
    runs: list[list[int]] = []
    for number in sorted(vlans):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs) or "none"


# ── blocks ──────────────────────────────────────────────────────────────────


def unopened(editor: Editor, node: Node, text: str) -> str:
    """Say why a block cannot be opened, or nothing."""
    words = text.split()
    if text.startswith("router bgp "):
        other = next(node.starting("router bgp "), None)
        if other is not None and other.text != text:
            return f"% BGP is already running with AS number {other.text.split()[-1]}"
    if re.fullmatch(r"interface (?:Ethernet|Management)\S+", text):
        port = words[1].partition(".")[0]
        if port not in editor.device.hardware:
            return "% Invalid input: no such interface"
    return ""


def opened(editor: Editor, node: Node, text: str, before: str = "") -> Node:
    """Return the block *text*, made if it lacks; a route map's entry may change what it does."""
    if found := re.fullmatch(r"(route-map \S+) (?:permit|deny) (\d+)", text):
        for child in node.starting(f"{found[1]} "):
            if child.text.endswith(f" {found[2]}") and child.text != text:
                child.text = text
                editor.stored(text)
                return child
    known = node.find(text)
    if known is not None:
        return known
    places = [at for at, child in enumerate(node.children) if child.text == f"class {before}"]
    last = [at for at, child in enumerate(node.children) if child.text == "class class-default"]
    made = node.add(text, next(iter(places or last), None) if text.startswith("class ") else None)
    if text.startswith("vrf instance ") and not node.find(f"ip routing vrf {text.rsplit(maxsplit=1)[-1]}"):
        node.add(f"no ip routing vrf {text.rsplit(maxsplit=1)[-1]}")
    editor.stored(text)
    return made


# ── storing ─────────────────────────────────────────────────────────────────


def store(editor: Editor, node: Node, text: str) -> str:
    """Store a line in a block; the answer is what EOS says to it."""
    mode = MODES[editor.mode]
    if editor.mode == "acl" and not text.startswith("counters"):
        return _entry(editor, node, text)
    if mode.numbered and (found := re.fullmatch(mode.numbered, text)):
        return _numbered(editor, node, int(found[1]), text)
    if trunk := TRUNK.fullmatch(text):
        text = _trunk(node, trunk)
    text, wrong = secrets.kept(text, editor.device.random)
    if wrong:
        return wrong
    if text.startswith("vrf ") and editor.mode == "interface":
        if not editor.root.find(f"vrf instance {text.split()[1]}"):
            return f"% Interface cannot be assigned: VRF {text.split()[1]} does not exist"
        if not node.find(text):
            node.remove(lambda child: bool(re.match(r"ip(?:v6)? address ", child.text)))
    if node.find(text) is None:
        _replace(mode, node, text)
        node.remove(lambda child: child.text == f"no {text}")
        if not (mode.plain and re.fullmatch(mode.plain, text)):
            node.add(text)
        editor.stored(text)
    return ""


def _replace(mode: Mode, node: Node, text: str) -> None:
    """Remove the line that *text* takes the place of."""
    key = _key(mode, text)
    if key is not None:
        node.remove(lambda child: _key(mode, child.text) == key)


def _key(mode: Mode, text: str) -> tuple[str, ...] | None:
    """Return what a line is the value of; None if there may be many such lines."""
    for pattern in mode.keys:
        if found := re.fullmatch(pattern, text):
            return (pattern, *(group or "" for group in found.groups()))
    return None


def _trunk(node: Node, found: re.Match[str]) -> str:
    now = node.first("switchport trunk allowed vlan ", "all")
    have = set(ALL) if now == "all" else numbers(now)
    said = set(ALL) if found[2] == "all" else numbers(found[2])
    how = {None: said, "add": have | said, "remove": have - said, "except": set(ALL) - said}[found[1]]
    return "switchport trunk allowed vlan " + ("all" if how == ALL else written(how))


def _entry(editor: Editor, node: Node, text: str) -> str:
    """Store an entry of an access list: by its number, or behind the last one; one that is there is kept."""
    found = ENTRY.fullmatch(text)
    assert found is not None
    rule = secrets.named_ports(found[2])
    if not _is_rule(rule):
        return "% Invalid input"
    taken = {int(child.text.split()[0]): child for child in node.children if child.text[0].isdecimal()}
    if any(child.text.partition(" ")[2] == rule for child in taken.values()) and not rule.startswith(
        "remark"
    ):
        same = found[1] is None or int(found[1]) in taken
        return "" if same and _at(taken, found[1]) in (None, rule) else "% Error: Duplicate rule"
    number = int(found[1]) if found[1] else max(taken, default=0) + STEP
    return _numbered(editor, node, number, f"{number} {rule}")


def _at(taken: dict[int, Node], number: str | None) -> str | None:
    return taken[int(number)].text.partition(" ")[2] if number else None


def _is_rule(rule: str) -> bool:
    """Whether addresses stand where they should."""
    if rule.startswith("remark "):
        return True
    return bool(re.search(r" (?:any|host \S+|[0-9a-fA-F:.]+/\d+|[\d.]+ [\d.]+)(?: |$)", rule))


def _numbered(editor: Editor, node: Node, number: int, text: str) -> str:
    pattern = MODES[editor.mode].numbered
    for place, child in enumerate(node.children):
        found = re.fullmatch(pattern, child.text)
        if found and int(found[1]) == number:
            return "" if child.text == text else DUPLICATE
        if found and int(found[1]) > number:
            node.add(text, place)
            editor.stored(text)
            return ""
    node.add(text)
    editor.stored(text)
    return ""


# ── removing ────────────────────────────────────────────────────────────────


def negatable(mode: Mode, words: str) -> bool:
    """Whether a mode knows a line that begins with these words."""
    if mode.denied and re.fullmatch(mode.denied, words):
        return True
    if mode.numbered and re.fullmatch(r"(?:seq )?\d+|(?:permit|deny|remark) .+", words):
        return True
    patterns = [pattern for pattern, _ in mode.opens] + [mode.takes]
    whole = any(re.fullmatch(pattern, words) for pattern in patterns)
    return whole or any(_begins(pattern, words) for pattern in (*patterns, *mode.keys))


def has(node: Node, words: str) -> bool:
    """Whether there is something that `no …` with these words would remove."""
    return any(_meant(child.text, words, numbered=False) for child in node.children)


def _begins(pattern: str, words: str) -> bool:
    """Whether *words* may begin a line that *pattern* stands for: EOS takes the key words alone."""
    first = re.escape(words.split(maxsplit=1)[0])
    return bool(re.search(rf"(?:^|\||\()(?:\?:)?{first}\b", pattern))


def remove(editor: Editor, node: Node, words: str, *, default: bool) -> str:
    """Remove what begins with *words*; where the refusal itself is configuration, keep that."""
    mode = MODES[editor.mode]
    denied = bool(mode.denied) and re.fullmatch(mode.denied, words) is not None
    if words.startswith("neighbor ") and len(words.split()) == 2:
        for family in node.starting("address-family "):
            family.remove(lambda child: child.text.startswith(f"{words} "))
    if re.fullmatch(r"router bgp.*|vrf instance \S+", words):
        _dependent(node, words)
    if PERMANENT.fullmatch(words) and (found := node.find(words)):
        found.children.clear()
        editor.stored(f"no {words}")
        return ""
    numbered = bool(mode.numbered) and re.fullmatch(r"(?:seq )?\d+", words) is not None
    if node.find(words) is not None:  # the very line: those that say more stand
        gone = node.remove(lambda child: child.text == words)
    else:
        gone = node.remove(lambda child: _meant(child.text, words, numbered=numbered))
    if default:
        gone = node.remove(lambda child: child.text == f"no {words}") or gone
    if words.startswith("vrf ") and editor.mode == "interface" and gone:
        node.remove(lambda child: bool(re.match(r"ip(?:v6)? address ", child.text)))
    if denied and not default and node.find(f"no {words}") is None:
        node.add(f"no {words}")
        gone = True
    if gone:
        editor.stored(f"no {words}")
    return ""


def _meant(text: str, words: str, *, numbered: bool) -> bool:
    if numbered:
        return text.startswith(f"{words} ")
    if re.match(r"(?:permit|deny|remark) ", words) and text[:1].isdecimal():
        return text.partition(" ")[2] == secrets.named_ports(words)
    return text == words or text.startswith(f"{words} ")


def _dependent(node: Node, words: str) -> None:
    """What goes with a VRF: where its ports are, their addresses, how it routes."""
    if words.startswith("vrf instance "):
        vrf = words.rsplit(maxsplit=1)[-1]
        node.remove(lambda child: child.text in (f"ip routing vrf {vrf}", f"no ip routing vrf {vrf}"))
        for port in node.starting("interface "):
            if port.remove(lambda child: child.text == f"vrf {vrf}"):
                port.remove(lambda child: bool(re.match(r"ip(?:v6)? address ", child.text)))
