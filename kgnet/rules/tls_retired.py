"""KG-LIV-08: servers refuse versions and ciphers of TLS that are retired, as tried."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import MissingFact
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.offers import TlsOffers
from kgnet.model.outcome import Severity
from kgnet.model.province import Role
from kgnet.ports import Wrong, rule
from kgnet.rules._tls import told


@rule(
    id="KG-LIV-08",
    title="Servers refuse versions and ciphers of TLS that are retired, as tried",
    severity=Severity.HIGH,
    needs=[TlsOffers],
    references=["RFC 8996", "RFC 9325 §4.1", "RFC 7465"],
    roles=[Role.MAIL, Role.BALANCER, Role.REGISTRAR],
    live=True,
)
def tls_retired(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Who sits between asks both ends for the worst that both know: what is not known cannot be asked for."""
    offers = [offer for offer in have.get(TlsOffers).offers if offer.encrypted]
    asked = [one for offer in offers for one in offer.retired]
    if not asked or any(agreed is None for _, agreed in asked):
        untried = ", ".join(sorted({what for what, agreed in asked if agreed is None}))
        raise MissingFact(f"the server's openssl could not ask for {untried or 'anything retired'}")
    for offer in offers:
        for what, agreed in offer.retired:
            if agreed:
                yield f"{told(offer)} agrees to {what}: {agreed}"
