"""KG-LIV-06: the mail ports, as a client finds them, are encrypted."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.offers import TlsOffers
from kgnet.model.outcome import Severity
from kgnet.model.province import Role
from kgnet.ports import Wrong, rule
from kgnet.rules._tls import told, too_old


@rule(
    id="KG-LIV-06",
    title="Mail ports are encrypted",
    severity=Severity.HIGH,
    needs=[TlsOffers],
    references=["RFC 8314 §3", "RFC 3207", "RFC 8996"],
    roles=[Role.MAIL],
    live=True,
)
def mail_ports_encrypted(
    want: Device, have: Snapshot, *, ports: tuple[int, ...] = (25, 587, 993)
) -> Iterator[Wrong]:
    """What the settings say is one thing; what a client is offered is what counts."""
    offers = {offer.port: offer for offer in have.get(TlsOffers).offers}
    for port in ports:
        if port not in offers:
            yield f"port {port} does not answer"
    for offer in offers.values():
        yield from too_old(offer)
        if offer.plain_login:
            yield f"{told(offer)} takes a login in clear"
