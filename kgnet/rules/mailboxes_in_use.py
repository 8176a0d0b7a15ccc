"""KG-MAIL-13: stale mailboxes, and those that send mail on to strangers, are found."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import MissingFact
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.mailing import MailboxUse
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control

SOME = 10


@control(
    "KG-MAIL-13",
    title="Mailboxes without a login in 45 days, or that send mail on to strangers, are found",
    needs=[MailboxUse],
    roles=[Role.MAIL],
)
def mailboxes_in_use(
    want: Device, have: Snapshot, *, days: int = 45, shared: tuple[str, ...] = ("postmaster", "abuse")
) -> Iterator[Wrong]:
    """Nobody notices who else reads a mailbox that its owner has left; *shared* ones belong to nobody."""
    found = have.get(MailboxUse)
    if found.covered_days < days:
        raise MissingFact(f"logins are recorded for {found.covered_days:.0f} days: {days} are to be judged")
    stale = [
        each for each in found.mailboxes if each not in found.seen and each.partition("@")[0] not in shared
    ]
    if stale:
        more = f" and {len(stale) - SOME} more" if len(stale) > SOME else ""
        yield f"{len(stale)} of {len(found.mailboxes)} mailboxes had no login in {days} days: " + (
            ", ".join(stale[:SOME]) + more
        )
    for mailbox, to in found.forwards:
        if not to.lower().endswith(f"@{want.domain}"):
            yield f"{mailbox} sends what it gets on to {to}, outside {want.domain}"
