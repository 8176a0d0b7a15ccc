"""KG-MAIL-07: signed answers name the certificates of the mail exchangers."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.mailing import MailRecords
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control

USAGES = ("2", "3")  # DANE-TA and DANE-EE: senders use no other (RFC 7672 §3.1)
LEAST = 4  # usage, selector, matching, digest


@control(
    "KG-MAIL-07",
    title="DNSSEC signs the mail domain, and TLSA records that DANE can use name each MX's certificate",
    needs=[MailRecords],
    roles=[Role.MAIL],
)
def mail_dane(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A sender that can prove whose certificate it sees cannot be talked out of TLS.

    Whether the record fits the certificate that is served is not judged here.
    """
    found = have.get(MailRecords)
    if not found.signed:
        yield f"{found.domain}: the answers are not proved by DNSSEC: senders ignore TLSA (RFC 7672 §2.2)"
    for exchanger in found.exchangers:
        name = f"_25._tcp.{exchanger}"
        records = [each.split() for each in found.of(name, "TLSA")]
        if not records:
            yield f"{name} has no TLSA record"
        elif not any(len(each) >= LEAST and each[0] in USAGES for each in records):
            yield f"{name}: no TLSA record has usage 2 or 3: senders use no other (RFC 7672 §3.1)"
