"""TLS: does the handshake succeed, is the certificate good, until when; which versions and weak ciphers?"""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.errors import ProbeError
from kgnet.model.outcome import Sample
from kgnet.ports import probe
from kgnet.probes._tls import looked_at
from kgnet.wire.deadline import Deadline
from kgnet.wire.tls import OPENINGS
from kgnet.wire.tls_offers import taken


@probe
def tls(
    host: str,
    *,
    port: int = 443,
    name: str = "",
    starttls: str = "",
    offers: bool = True,
    ca_file: str = "",
    timeout_s: float = 2.0,
) -> Iterator[Sample]:
    """Shake hands as for *name*; *ca_file* holds the authorities to trust (default: the system's).

    *starttls* is smtp or imap where TLS is asked for in clear.  *offers*: try each version, too, from SSL 3.0
    on, and weak ciphers; what it takes does not fail the probe.
    """
    if starttls and starttls not in OPENINGS:
        raise ProbeError(f"{host}: {starttls!r} has no STARTTLS here — known: {', '.join(OPENINGS)}")
    deadline = Deadline(timeout_s)
    yield from looked_at(host, port, starttls, name=name, ca_file=ca_file, deadline=deadline)
    if not offers:
        return
    told = taken(host, port, deadline, protocol=starttls, name=name or host)
    for version, accepted in told.versions.items():
        yield Sample("tls_version_accepted", float(accepted), {"version": version})
    if told.weak is not None:
        yield Sample("tls_weak_cipher_accepted", float(bool(told.weak)), {"cipher": told.weak})
    if told.unknown:
        raise ProbeError(f"{host}:{port}: not known: {told.unknown}")
