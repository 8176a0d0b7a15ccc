"""KG-MAIL-03: DMARC record exists, policy quarantine/reject, rua set."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.mailing import MailNames
from kgnet.model.outcome import Deviation
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control

HELD = ("quarantine", "reject")


@control("KG-MAIL-03", needs=[MailNames], roles=[Role.MAIL])
def dmarc_published(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """SPF and DKIM prove who sent a letter; DMARC says what to do with one that proves nothing."""
    found = have.get(MailNames)
    if len(found.dmarc) != 1:
        yield Deviation(
            f"_dmarc.{found.domain} has {len(found.dmarc)} DMARC records", "one", after=" (RFC 7489 §6.6.3)"
        )
        return
    pairs = (part.partition("=") for part in found.dmarc[0].split(";") if "=" in part)
    tags = {key.strip().lower(): value.strip() for key, _, value in pairs}
    for tag in ("p", "sp"):
        policy = tags.get(tag, "" if tag == "p" else HELD[0]).lower()
        if policy not in HELD:
            yield Deviation(f"_dmarc.{found.domain}: {tag}={policy or '(none)'}", " or ".join(HELD))
    if tags.get("pct", "100") != "100":
        yield f"_dmarc.{found.domain}: pct={tags['pct']}: the policy holds for a part of the letters only"
    if not tags.get("rua", "").lower().startswith("mailto:"):
        yield f"_dmarc.{found.domain} names nobody to report to (rua=mailto:…)"
