"""KG-MAIL-06: TLS-RPT record is published."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.mailing import MailRecords
from kgnet.model.outcome import Deviation
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control

TO = ("mailto:", "https:")  # RFC 8460 §3


@control("KG-MAIL-06", needs=[MailRecords], roles=[Role.MAIL])
def tls_reports(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Senders whose TLS to us fails notice it every day; only by these reports do we."""
    found = have.get(MailRecords)
    name = f"_smtp._tls.{found.domain}"
    records = found.of(name, "TXT", "v=TLSRPTv1")
    if len(records) != 1:
        yield Deviation(f"{name} has {len(records)} TLS-RPT records", "one", after=" (RFC 8460 §3)")
        return
    pairs = (part.partition("=") for part in records[0].split(";"))
    reports = next((value.strip() for key, _, value in pairs if key.strip().lower() == "rua"), "")
    if not reports.lower().startswith(TO):
        yield Deviation(f"{name} names nobody to report to", "rua=mailto:… or rua=https:…")
