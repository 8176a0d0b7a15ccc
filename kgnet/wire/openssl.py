"""A TLS client where one cannot connect oneself: `openssl s_client` on a machine that one is logged in to."""

from __future__ import annotations

import re

from cryptography import x509

from kgnet.wire.tls import Offer

VERSION = re.compile(r"^(?:New|Reused), (TLSv[\d.]+|SSLv[\d.]+)", re.MULTILINE)
SESSION = re.compile(r"^\s*Protocol\s*: (TLSv[\d.]+|SSLv[\d.]+)", re.MULTILINE)
VERDICT = re.compile(r"^\s*Verify return code: (\d+) \((.*)\)", re.MULTILINE)
LEAF = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def argv(address: str, port: int, *, name: str, starttls: str = "", authorities: bool) -> tuple[str, ...]:
    """Return the command that greets *address*:*port*; with *authorities* it reads those, in PEM, from stdin.

    *starttls* is the protocol that TLS is asked for in (`smtp`, `imap`), empty for TLS at once.
    """
    host = f"[{address}]" if ":" in address else address
    greet = (
        "openssl",
        "s_client",
        "-connect",
        f"{host}:{port}",
        "-servername",
        name,
        "-verify_hostname",
        name,
    )
    asked = ("-starttls", starttls) if starttls else ()
    trusted = ("-CAfile", "/dev/stdin") if authorities else ()
    return (*greet, *asked, *trusted)


def read(text: str) -> Offer | None:
    """Return what the server offered, as s_client (OpenSSL 1.1.1 to 3) tells it; None: nobody answered."""
    if not text.startswith("CONNECTED"):
        return None
    version = VERSION.search(text) or SESSION.search(text)
    leaf = LEAF.search(text)
    if version is None or leaf is None:
        return Offer(None, False, "no TLS on offer", None, False)
    until = x509.load_pem_x509_certificate(leaf[0].encode()).not_valid_after_utc
    code, reason = next((match.groups() for match in VERDICT.finditer(text)), ("1", "no verdict"))
    return Offer(version[1], code == "0", "" if code == "0" else reason, until, False)
