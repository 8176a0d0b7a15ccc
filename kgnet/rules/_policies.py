"""Whether a policy of routing holds anything back."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import PrefixEntry, PrefixLists, RouteMaps, Snapshot


def holes(have: Snapshot, policy: str | None) -> Iterator[str]:
    """Yield what lets everything through: no policy, one that matches no list, a list that permits all."""
    if policy is None:
        yield "has no policy"
        return
    matches, lists = have.get(RouteMaps).matches, have.get(PrefixLists).lists
    if policy not in matches:
        yield f"its policy {policy} does not exist"
        return
    if not matches[policy]:
        yield f"its policy {policy} matches no prefix list"
    for name in matches[policy]:
        if name not in lists:
            yield f"its policy {policy} matches the prefix list {name}, which does not exist"
        for entry in lists.get(name, ()):
            if _everything(entry):
                yield f"the prefix list {name} permits everything (line {entry.line})"


def _everything(entry: PrefixEntry) -> bool:
    return entry.permit and entry.network.prefixlen == 0 and entry.le is not None
