"""KG-MAIL-11: the mail exchangers have IPv6 addresses."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import MissingFact
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.mailing import MailRecords
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control


@control("KG-MAIL-11", title="Each MX has an IPv6 address", needs=[MailRecords], roles=[Role.MAIL])
def mail_over_ipv6(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Senders that have IPv6 alone reach nobody else; whether port 25 answers there is not judged here."""
    found = have.get(MailRecords)
    if not found.exchangers:
        raise MissingFact(f"{found.domain} has no MX record, so there is nothing to judge")
    for exchanger in found.exchangers:
        if not found.of(exchanger, "AAAA"):
            yield f"{exchanger} has no AAAA record: mail comes to it by IPv4 only"
