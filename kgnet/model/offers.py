"""What the ports of a server offer to a client: TLS, by handshakes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TlsOffer:
    """What a server offered in a TLS handshake, implicit or by STARTTLS."""

    port: int
    protocol: str  # smtp, imap, https …
    encrypted: bool
    version: str | None
    verified: bool
    not_after: datetime | None
    plain_login: bool = False  # offers a login in clear before TLS
    reason: str = ""  # why it is not verified
    name: str = ""  # that the certificate has to bear
    key: str = ""  # of the certificate: `RSA 2048`, `EC 256`; "" for others
    retired: tuple[tuple[str, str | None], ...] = ()  # asked → agreed; "": refused, None: could not be asked


@dataclass(frozen=True, slots=True)
class TlsOffers:
    """What the ports of a server offered at the instant *asked*; one without an answer is not among them."""

    offers: tuple[TlsOffer, ...]
    asked: datetime
