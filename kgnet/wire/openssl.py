"""A TLS client where one cannot connect oneself: `openssl s_client` on a machine that one is logged in to."""

from __future__ import annotations

import re

from cryptography import x509

from kgnet.wire.ciphers import EVERY, WEAK
from kgnet.wire.tls import Offer, key_of

VERSION = re.compile(r"^(?:New|Reused), (TLSv[\d.]+|SSLv[\d.]+)", re.MULTILINE)
SESSION = re.compile(r"^\s*Protocol\s*: (TLSv[\d.]+|SSLv[\d.]+)", re.MULTILINE)
VERDICT = re.compile(r"^\s*Verify return code: (\d+) \((.*)\)", re.MULTILINE)
AGREED = re.compile(r"^(?:New|Reused), (TLSv[\d.]+|SSLv[\d.]+), Cipher is (?!\(NONE\))(\S+)", re.MULTILINE)
UNABLE = re.compile(r"no protocols available|no ciphers available|no cipher match|Unknown option|option -tls")
RETIRED = {
    "TLS 1.0": ("-tls1", "-cipher", EVERY),
    "TLS 1.1": ("-tls1_1", "-cipher", EVERY),
    "weak ciphers": ("-tls1_2", "-cipher", WEAK),
}
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
    found = x509.load_pem_x509_certificate(leaf[0].encode())
    code, reason = next((match.groups() for match in VERDICT.finditer(text)), ("1", "no verdict"))
    told = "" if code == "0" else reason
    return Offer(version[1], code == "0", told, found.not_valid_after_utc, False, key_of(found))


def old(argv: tuple[str, ...], asked: str) -> tuple[str, ...]:
    """Return *argv* as a client that knows nothing but what is retired: *asked* is one of RETIRED."""
    return (*argv, *RETIRED[asked])


def agreed(text: str, error: str) -> str | None:
    """Return what was agreed on, "" where the server refused; None: this client could not even ask."""
    if not text.startswith("CONNECTED") or UNABLE.search(error):
        return None
    found = AGREED.search(text)
    return f"{found[1]} {found[2]}" if found else ""
