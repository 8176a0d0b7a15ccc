"""Whether a policy of routing holds anything back."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import PrefixEntry, PrefixLists, RouteMaps, Snapshot


def holes(have: Snapshot, policy: str | None, lists: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield what lets everything through: no policy, one that matches no list, a list that permits all.

    *lists* are bound to the neighbour itself: what they hold back no policy lets through.
    """
    wide = [hole for name in lists for hole in _wide(have, name, "is filtered by")]
    if lists and not wide:
        return
    if policy is None:
        yield from wide or ["has no policy"]
    else:
        yield from _of_policy(have, policy)


def _of_policy(have: Snapshot, policy: str) -> Iterator[str]:
    maps = have.get(RouteMaps)
    if policy not in maps.matches:
        yield f"its policy {policy} does not exist"
        return
    if not maps.matches[policy]:
        yield f"its policy {policy} matches no prefix list"
    elif policy in maps.open:
        yield f"its policy {policy} permits what no prefix list matches (line {maps.open[policy]})"
    for name in maps.matches[policy]:
        yield from _wide(have, name, f"its policy {policy} matches")


def _wide(have: Snapshot, name: str, how: str) -> Iterator[str]:
    lists = have.get(PrefixLists).lists
    if name not in lists:
        yield f"{how} the prefix list {name}, which does not exist"
    for entry in lists.get(name, ()):
        if _everything(entry):
            yield f"the prefix list {name} permits everything (line {entry.line})"


def _everything(entry: PrefixEntry) -> bool:
    return entry.permit and entry.network.endswith("/0") and entry.le is not None
