"""What a server offers in a TLS handshake."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.offers import TlsOffer
from kgnet.model.outcome import Deviation, Told

MODERN = ("TLSv1.2", "TLSv1.3")  # RFC 8996 retires what was before


def told(offer: TlsOffer) -> str:
    return f"port {offer.port} ({offer.protocol}{f' {offer.name}' if offer.name else ''})"


def too_old(offer: TlsOffer) -> Iterator[Told]:
    """Yield what is wrong with the version that was offered."""
    if not offer.encrypted:
        yield f"{told(offer)} offers no TLS"
    elif offer.version not in MODERN:
        yield Deviation(f"{told(offer)} speaks {offer.version}", " or ".join(MODERN))
