"""What the probes of encrypted services have in common: one look at the handshake."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography.x509 import Certificate
from cryptography.x509.oid import NameOID

from kgnet.errors import ProbeError
from kgnet.model.outcome import Sample
from kgnet.wire.deadline import Deadline
from kgnet.wire.tls import CAUSES, Offer, ask

LONGEST_CHAIN = 10  # certificates that are told of: a server may show as many as it likes


def looked_at(
    host: str, port: int, protocol: str, *, name: str, ca_file: str, deadline: Deadline
) -> Iterator[Sample]:
    """Yield what a handshake tells; ProbeError if there is none, or nobody answers."""
    trust = ca_file or None
    try:
        offer = ask(host, port, deadline, protocol=protocol, name=name or None, ca_file=trust)
    except OSError as reason:
        raise ProbeError(f"{host}:{port}: {reason}") from reason
    if offer.version is None:
        raise ProbeError(f"{host}:{port}: {offer.reason}")
    yield Sample("certificate_verified", float(offer.verified))
    for cause in CAUSES:  # 0 for the others, so that none is left over from another scrape
        yield Sample("certificate_cause", float(cause == offer.cause), {"cause": cause})
    if not offer.version:
        raise ProbeError(f"{host}:{port}: {offer.reason}; it did not answer a second time")
    yield Sample("tls_version_info", 1, {"version": offer.version, "cipher": offer.cipher})
    yield from _dates(offer)


def _dates(offer: Offer) -> Iterator[Sample]:
    """Yield until when the certificate is good, and until when each of those that vouch for it."""
    ends = [each.not_valid_after_utc.timestamp() for each in offer.chain]
    if not ends:
        return
    yield Sample("certificate_expiry_timestamp_seconds", ends[0])
    yield Sample("certificate_earliest_expiry_timestamp_seconds", min(ends))
    for depth, (each, end) in enumerate(zip(offer.chain[:LONGEST_CHAIN], ends, strict=False)):
        labels = {"depth": str(depth), "subject": _subject(each)}
        yield Sample("certificate_chain_expiry_timestamp_seconds", end, labels)


def _subject(certificate: Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()
