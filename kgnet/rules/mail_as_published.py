"""KG-MAIL-14: what the DNS answers for mail is what the intent publishes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from kgnet.errors import MissingFact
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.mailing import MailRecords
from kgnet.model.outcome import Severity
from kgnet.model.province import Role
from kgnet.ports import Wrong, rule

JUDGED = ("MX", "TXT", "SRV")
KEY = "p"  # the tag of a DKIM record that holds the key itself (RFC 6376 §3.6.1)
Group = tuple[str, str, str]  # name, type, what a TXT record is for: v=spf1, v=dkim1 …


@rule(
    id="KG-MAIL-14",
    title="The DNS answers for mail as the intent says",
    severity=Severity.HIGH,
    needs=[MailRecords],
    references=[
        "RFC 5321 §5",
        "RFC 7208 §3",
        "RFC 6376 §3.6",
        "RFC 7489 §6.1",
        "RFC 8461 §3.1",
        "RFC 8460 §3",
    ],
    roles=[Role.MAIL],
)
def mail_as_published(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A record that somebody changed by hand at the registrar is what the world goes by, not our files.

    MX, SPF, DKIM, DMARC, MTA-STS, TLS-RPT and the services' SRV records; of a DKIM record all but the key.
    """
    if not want.records:
        raise MissingFact(f"the intent has no records of mail for {want.name}")
    wanted, found = defaultdict[Group, set[str]](set), defaultdict[Group, set[str]](set)
    for each in want.records:
        if each.type in JUDGED:
            wanted[_group(each.name, each.type, each.data)].add(_alike(each.type, each.data))
    for answer in have.get(MailRecords).answers:
        found[_group(answer.name, answer.type, answer.data)].add(_alike(answer.type, answer.data))
    for group, data in wanted.items():
        name, kind, _ = group
        for missing in sorted(data - found[group]):
            yield f"{name} {kind}: {missing} wanted, and not answered"
        for extra in sorted(found[group] - data):
            yield f"{name} {kind}: {extra} answered, and not wanted"


def _group(name: str, kind: str, data: str) -> Group:
    words = data.replace(";", " ").split() if kind == "TXT" else []
    return name.rstrip(".").lower(), kind, words[0].lower() if words else ""


def _alike(kind: str, data: str) -> str:
    """Return the data in one form: names in lower case; tags in order, a key only as there or not."""
    if kind != "TXT":
        return data.lower()
    if ";" not in data:
        return " ".join(data.split())
    pairs = (part.strip().partition("=") for part in data.split(";") if part.strip())
    tags = {key.strip(): value.strip() for key, _, value in pairs}
    if tags.get("v") == "DKIM1" and tags.get(KEY):
        tags[KEY] = "…"
    return "; ".join(f"{key}={value}" for key, value in tags.items())
