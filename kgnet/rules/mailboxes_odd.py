"""KG-MAIL-15: mailboxes that are full, guessed at, or pass letters round are found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.mailing import MailboxTroubles
from kgnet.model.outcome import Deviation, Severity
from kgnet.model.province import Role
from kgnet.ports import Wrong, rule

Pairs = Iterable[tuple[str, str]]


@rule(
    id="KG-MAIL-15",
    title="No mailbox is full, guessed at, or passes letters round",
    severity=Severity.MEDIUM,
    needs=[MailboxTroubles],
    references=["RFC 5321 §6.3", "RFC 3834 §2"],
    roles=[Role.MAIL],
)
def mailboxes_odd(
    want: Device, have: Snapshot, *, most_percent: int = 95, most_failed: int = 100
) -> Iterator[Wrong]:
    """A full mailbox refuses what its owner waits for, and one that is guessed at is somebody's next week.

    *most_percent* of the quota may be used; *most_failed* logins may fail in a day as one user.
    """
    found = have.get(MailboxTroubles)
    for mailbox, percent in found.used_percent:
        if percent > most_percent:
            yield Deviation(f"{mailbox} is {percent} % full", f"at most {most_percent} %")
    for user, times in found.failed:
        if times > most_failed:
            yield f"{times} logins as {user or '(nobody)'} failed in a day: somebody guesses the password"
    for alias, to in found.aliases:
        if "@" in to and not to.lower().endswith(f"@{want.domain}"):
            yield f"the alias {alias} leads to {to}, outside {want.domain}"
    for circle in circles((*found.aliases, *found.redirects), want.domain):
        yield f"letters go round: {' → '.join(circle)}"


def circles(pairs: Pairs, domain: str) -> Iterator[tuple[str, ...]]:
    """Yield each way of forwarding that comes back to where it began, once."""
    to: dict[str, list[str]] = defaultdict(list)
    for start, end in pairs:
        to[_whole(start, domain)].append(_whole(end, domain))
    told: set[frozenset[str]] = set()
    for start in sorted(to):
        todo: list[tuple[str, ...]] = [(start,)]
        seen: set[str] = set()
        while todo:
            way = todo.pop()
            for end in to.get(way[-1], ()):
                if end == start and frozenset(way) not in told:
                    told.add(frozenset(way))
                    yield (*way, start)
                elif end not in seen and end != start:
                    seen.add(end)
                    todo.append((*way, end))


def _whole(address: str, domain: str) -> str:
    return (address if "@" in address else f"{address}@{domain}").lower()
