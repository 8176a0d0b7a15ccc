"""KG-OPS-07: Device certificates come from an approved CA and are not expired."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from kgnet.errors import MissingFact
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.offers import TlsOffers
from kgnet.model.outcome import Deviation
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._tls import told

LEAST_BITS = {"RSA": 2048, "EC": 256}  # NIST SP 800-57 part 1, table 2: 112 bits of strength


@control("KG-OPS-07", needs=[TlsOffers], roles=[Role.MAIL, Role.BALANCER, Role.REGISTRAR], live=True)
def certificates_valid(want: Device, have: Snapshot, *, least_days: int = 14) -> Iterator[Wrong]:
    """A certificate that has run out stops a service; one without a voucher teaches people to click on."""
    seen = have.get(TlsOffers)
    encrypted = [offer for offer in seen.offers if offer.encrypted]
    if not encrypted:
        raise MissingFact("no port offered a certificate")
    for offer in encrypted:
        if not offer.verified:
            yield f"{told(offer)}: the certificate does not verify: {offer.reason or 'no reason told'}"
        if offer.not_after is not None and offer.not_after - seen.asked < timedelta(days=least_days):
            yield f"{told(offer)}: the certificate ends on {offer.not_after:%Y-%m-%d}"
        kind, _, bits = offer.key.partition(" ")
        if bits and int(bits) < LEAST_BITS.get(kind, 0):
            yield Deviation(
                f"{told(offer)}: the certificate's key is {offer.key}", f"{LEAST_BITS[kind]} bits"
            )
