"""entry, text, evidence → text: what a remedy makes of a configuration."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kgnet.model.config import Config
from kgnet.model.outcome import Evidence
from kgnet.ports import Part
from kgnet.remedies.book import Edit
from kgnet.remedies.fill import filled, lines, shape
from kgnet.remedies.tree import Node, Path, Tree

LINE = re.compile(r":(\d+)$")
IN = " > "


@dataclass(frozen=True, slots=True)
class Seen:
    """What the evidence says, and the blocks that it points into."""

    told: tuple[str, ...]
    places: frozenset[Path] = frozenset()

    @classmethod
    def of(cls, evidence: Iterable[Evidence], have: Config, part: str) -> Seen:
        """Return what is seen of *part*; a line is known by its number in the whole text."""
        evidence = tuple(evidence)
        numbers = {int(found[1]) for each in evidence if (found := LINE.search(each.where))}
        lines = filter(None, map(have.line, numbers))
        paths = frozenset(line.path for line in lines if line.part == part)
        return cls(tuple(each.what for each in evidence), paths)

    def speaks_of(self, node: Node, stars: Path) -> bool:
        """Whether a block is pointed into, or one is told by the name that a star stands for."""
        depth = len(node.path)
        if any(path[:depth] == node.path for path in self.places):
            return True
        names = {".".join(stars), stars[0]} if stars else set()
        return any(_names(what, name) for name in names if name for what in self.told)


def _names(what: str, name: str) -> bool:
    return bool(re.search(rf"(?<![\w/.-]){re.escape(name)}(?![\w/-]|\.\w)", what))


def edited(edits: Sequence[Edit], part: Part, text: str, seen: Seen, names: Mapping[str, Any]) -> str:
    """Return *text* after *edits*, each done once, or once for each evidence that it is for."""
    tree = Tree.of(part, text)
    for edit in edits:
        for holes in _occasions(edit, seen):
            _done(edit, tree, seen, {**names, **holes})
    return tree.text()


def _occasions(edit: Edit, seen: Seen) -> list[dict[str, str]]:
    """Return the values of each evidence that *edit* is for, each once."""
    if not edit.of:
        return [{}]
    read, found = shape(edit.of), []
    for what in seen.told:
        holes = read(what)
        if holes is not None and holes not in found:
            found.append(holes)
    return found


def _done(edit: Edit, tree: Tree, seen: Seen, names: Mapping[str, Any]) -> None:
    patterns = filled(edit.inside, names).split(IN) if edit.inside else []
    blocks = list(tree.blocks(patterns, make=bool(edit.add) and not edit.when))
    meant = [block for block in blocks if block[1] and seen.speaks_of(*block)]
    for node, stars in meant or blocks:
        here = {**names, **{f"star{place}": star for place, star in enumerate(stars, 1)}}
        if _fits(edit, tree, node, here):
            _block(edit, tree, node, here)


def _fits(edit: Edit, tree: Tree, node: Node, names: Mapping[str, Any]) -> bool:
    if edit.when and not node.matching(tree.part, filled(edit.when, names)):
        return False
    return not (edit.unless and node.matching(tree.part, filled(edit.unless, names)))


def _block(edit: Edit, tree: Tree, node: Node, names: Mapping[str, Any]) -> None:
    part = tree.part
    added = lines(edit.add, names)
    for pattern in (each for template in edit.drop for each in lines(template, names)):
        gone = [child for child, _ in node.matching(part, pattern) if child.words not in added]
        node.remove(part, gone)
    for pattern, template in edit.turn.items():
        for child, stars in node.matching(part, filled(pattern, names)):
            own = {f"star{place}": star for place, star in enumerate(stars, 1)}
            child.words = filled(template, {**names, **own})
    for line in reversed(added) if edit.first else added:
        node.add(part, line, first=edit.first)


def finder(part: Part | None, text: str) -> dict[str, Callable[..., Any]]:
    """Return the functions by which a template looks for lines of *text*; outermost blocks come first."""
    tree = Tree.of(part, text) if part else None

    def every(*patterns: str) -> list[str]:
        """Return what the last star stands for in each line that fits, each once."""
        blocks = tree.blocks(patterns, make=False) if tree else ()
        return list(dict.fromkeys(stars[-1] for _, stars in blocks if stars))

    def found(*patterns: str, default: str = "") -> str:
        return next(iter(every(*patterns)), default)

    return {"every": every, "found": found}
