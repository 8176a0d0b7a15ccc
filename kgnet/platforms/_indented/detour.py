"""Blocks that are in use and are to have another header, which the device neither changes nor lets go.

A class map is never changed from `match-any` to `match-all`, nor removed while a policy names it. So, first,
all that uses it is given a copy of another name; then the way is free, and the copy goes like anything else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kgnet.platforms._indented.blocks import Texts
from kgnet.platforms._indented.diff import Node, Trees, difference, read
from kgnet.platforms._indented.filters import Use, free, lists, uses
from kgnet.platforms._indented.grammar import Tables, pattern

Step = tuple[Trees, Texts]


@dataclass(frozen=True, slots=True)
class Copy:
    """A block that goes under a *header* that it cannot leave, its copy's, and the lines that name it."""

    header: str
    other: str
    naming: dict[tuple[str, str], str]  # policy and line → the line that names the copy


def detour(tables: Tables, trees: Trees, texts: Texts) -> tuple[Step | None, Step]:
    """Return what is to be done before, if anything, and what is to be done then."""
    copies = tuple(_copies(tables, trees, texts))
    if not copies:
        return None, (trees, texts)
    between = _renamed(texts.have, copies)
    old, new = (read(tables, (), text) for text in (texts.have, between))
    then = Trees(_gone(trees.gone, new, copies), _come(trees, texts, copies))
    return (Trees(*difference(old, new)), Texts(tables, texts.have, between)), (
        then,
        Texts(tables, between, texts.want),
    )


def _copies(tables: Tables, trees: Trees, texts: Texts) -> Iterator[Copy]:
    gone, come = (
        [line for line, node in tree.inside.items() if node.itself] for tree in (trees.gone, trees.come)
    )
    for each in tables.kept:
        came = lists(each, come)
        for name, (header, *_) in lists(each, gone).items():
            used = uses(each, texts.have, {name})[name] if name in came else ()
            if used:
                other = free(name, texts)
                match = pattern(each.header).fullmatch(header)
                start, end = match.span("name") if match else (0, 0)
                yield Copy(header, header[:start] + other + header[end:], _naming(used, other))


def _naming(used: tuple[Use, ...], other: str) -> dict[tuple[str, str], str]:
    return {(use.path[0], use.path[-1]): use.naming(other) for use in used}


def _renamed(text: str, copies: tuple[Copy, ...]) -> str:
    """Return the text of a device that has the copies only, and names these."""
    headers = {copy.header: copy.other for copy in copies}
    naming = {place: line for copy in copies for place, line in copy.naming.items()}
    top, lines = "", []
    for line in text.splitlines():
        top = top if line[:1].isspace() else line
        words = line.strip()
        said = headers.get(line) or naming.get((top, words), words)
        lines.append(line[: len(line) - len(line.lstrip())] + said)
    return "".join(f"{line}\n" for line in lines)


def _gone(gone: Node, between: Node, copies: tuple[Copy, ...]) -> Node:
    """Return what goes from there: the copies and all that names them, instead of what was copied."""
    inside = {
        line: node for line, node in gone.inside.items() if line not in {copy.header for copy in copies}
    }
    for copy in copies:
        inside[copy.other] = between.inside[copy.other]
        for (policy, line), naming in copy.naming.items():
            node = inside.get(policy) or Node(policy)
            if not node.itself:
                rest = {each: child for each, child in node.inside.items() if each != line}
                inside[policy] = Node(policy, inside={**rest, naming: between.inside[policy].inside[naming]})
    return Node(gone.line, gone.itself, inside, gone.body)


def _come(trees: Trees, texts: Texts, copies: tuple[Copy, ...]) -> Node:
    """Return what comes: beside the rest, what names the new block where the old one was named."""
    inside = dict(trees.come.inside)
    for policy, line in (place for copy in copies for place in copy.naming):
        node, whole = inside.get(policy) or Node(policy), texts.wanted((policy,))
        if not node.itself and line in whole:
            inside[policy] = Node(policy, inside={**node.inside, line: whole[line]})
    return Node(trees.come.line, trees.come.itself, inside, trees.come.body)
