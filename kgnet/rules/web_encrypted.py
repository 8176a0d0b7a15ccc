"""KG-WEB-01: web services use HTTPS with TLS 1.2 or later."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.offers import TlsOffers
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._tls import too_old


@control(
    "KG-WEB-01",
    title="Web services use HTTPS with TLS 1.2+",
    needs=[TlsOffers],
    roles=[Role.BALANCER],
    live=True,
)
def web_encrypted(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """A citizen's dossier and password travel through networks that neither side knows."""
    offers = have.get(TlsOffers).offers
    if not offers:
        yield "no web service answers"
    for offer in offers:
        yield from too_old(offer)
