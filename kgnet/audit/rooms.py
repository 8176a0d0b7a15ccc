"""Snapshots of rooms → the same, each with which of its passwords other rooms have, too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from kgnet.model.conferencing import Passwords, SharedPassword, SharedPasswords
from kgnet.model.facts import Snapshot


def compared(rooms: Mapping[str, Snapshot]) -> dict[str, Snapshot]:
    """Return *rooms* with the fact SharedPasswords; passwords are compared by their marks."""
    having: dict[str, set[str]] = defaultdict(set)
    for name, have in rooms.items():
        for password in have.get(Passwords).told:
            having[password.mark].add(name)
    tell = sum(bool(have.get(Passwords).told) for have in rooms.values())
    return {name: _with(have, having, tell) for name, have in rooms.items()}


def _with(have: Snapshot, having: Mapping[str, set[str]], tell: int) -> Snapshot:
    own = have.get(Passwords)
    shared = tuple(
        SharedPassword(password.of, others, password.line)
        for password in own.told
        if (others := tuple(sorted(having[password.mark] - {have.device})))
    )
    found = SharedPasswords(shared, tell - bool(own.told), own.hidden if not own.told else ())
    source = have.sources.get(Passwords, "")
    return replace(
        have,
        facts={**have.facts, SharedPasswords: found},
        sources={**have.sources, SharedPasswords: source},
    )
