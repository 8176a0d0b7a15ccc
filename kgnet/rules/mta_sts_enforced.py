"""KG-MAIL-05: MTA-STS policy is published and enforced."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.mailing import MailNames, StsPolicy
from kgnet.model.outcome import Deviation
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control


@control("KG-MAIL-05", needs=[StsPolicy, MailNames], roles=[Role.MAIL])
def mta_sts_enforced(want: Device, have: Snapshot, *, least_s: int = 86_400) -> Iterator[Wrong]:
    """Who sits between two mail servers takes STARTTLS out of the offer; a policy known before forbids it.

    *least_s*: for how long senders have to remember the policy.
    """
    names, policy = have.get(MailNames), have.get(StsPolicy)
    if len(names.sts) != 1 or "id=" not in names.sts[0]:
        yield f"_mta-sts.{names.domain} has no record with an id: no sender asks for the policy"
    if policy.mode != "enforce":
        yield Deviation(f"mode {policy.mode or '(none)'}", "enforce")
    if policy.max_age_s < least_s:
        yield Deviation(
            f"max_age {policy.max_age_s}: senders forget it too soon", f"at least {least_s}", joint=", "
        )
    for exchanger in names.exchangers:
        if not any(_matches(exchanger, pattern) for pattern in policy.exchangers):
            yield f"the policy does not name the mail server {exchanger}: senders will not deliver to it"


def _matches(name: str, pattern: str) -> bool:
    """RFC 8461 §4.1: a star stands for the leftmost label alone."""
    return name == pattern or (pattern.startswith("*.") and name.partition(".")[2] == pattern[2:])
