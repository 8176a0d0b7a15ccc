"""What holds for the plan of every platform: doing it makes the device as wanted, undoing it as it was."""

from __future__ import annotations

from kgnet.model.config import Config
from kgnet.model.tree import body, depth, merged, split
from kgnet.plan import apply, plan, reverse
from kgnet.ports import Part

Tree = tuple[tuple[str, "Tree"], ...]


def normal(part: Part, text: str, path: tuple[str, ...] = ()) -> Tree:
    """Return *text* as a tree, sorted where order is not meant: equal trees are equal configurations."""
    block, ordered = split(text, part.closers), part.ordered(path)
    tree: list[tuple[str, Tree]] = []
    for line, inner in block if ordered else merged(block).items():
        here = (*path, line)
        if part.opaque(here):
            literal = body(inner, depth(text) + len(part.indent))
            tree.append((line, tuple((each, ()) for each in literal)))
        elif inner or not part.permanent(here):
            inside = normal(part, inner, here)
            if inside or not part.permanent(here):
                tree.append((line, inside))
    return tuple(tree if ordered else sorted(tree))


def roundtrip(part: Part, want: str, have: str, *, whole: bool = False) -> None:
    """Assert that a plan and its reverse lead from *have* to *want* and back.

    In owned-sections mode what is left alone stays: then nothing more must be to do, which is the same.
    """
    known = {part.name: part}
    wanted, had = (Config("r1", {part.name: text}) for text in (want, have))
    todo = plan(wanted, had, parts=known, whole=whole)
    there = apply(todo, had, parts=known)
    assert not plan(wanted, there, parts=known, whole=whole)
    if whole:
        assert normal(part, there.parts[part.name]) == normal(part, want)
    back = apply(reverse(todo), there, parts=known)
    assert normal(part, back.parts[part.name]) == normal(part, have)
