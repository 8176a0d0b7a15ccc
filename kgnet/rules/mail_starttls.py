"""KG-MAIL-04: the mail server offers and uses STARTTLS with TLS 1.2+."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.facts import MailServer, Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Deviation
from kgnet.model.province import Role
from kgnet.ports import Wrong
from kgnet.rules._control import control
from kgnet.rules._mail import old_protocols
from kgnet.rules._settings import value


@control(
    "KG-MAIL-04",
    title="The mail server offers and uses STARTTLS with TLS 1.2+",
    needs=[MailServer],
    roles=[Role.MAIL],
    live=True,
)
def mail_starttls(want: Device, have: Snapshot) -> Iterator[Wrong]:
    """Between two mail servers a letter is a postcard unless both offer TLS."""
    server = have.get(MailServer)
    for key, good in (
        ("smtpd_tls_security_level", ("may", "encrypt")),
        ("smtp_tls_security_level", ("may", "encrypt", "dane", "dane-only", "verify", "secure")),
    ):
        found = value(server, key)
        if found not in good:
            yield Deviation(f"{key} = {found}", " or ".join(good))
    if not (value(server, "smtpd_tls_cert_file") or value(server, "smtpd_tls_chain_files")):
        yield "smtpd_tls_chain_files is empty: without a certificate there is no TLS"
    for key in ("smtpd_tls_protocols", "smtpd_tls_mandatory_protocols"):
        for version in old_protocols(server, key):
            yield Deviation(f"{key} lets {version} through", "TLSv1.2 or later")
