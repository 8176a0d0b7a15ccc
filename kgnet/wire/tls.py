"""TLS as a client sees it: what a server offers, at once or after STARTTLS, and what it lets in before."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from kgnet.wire.ciphers import EVERY
from kgnet.wire.deadline import Deadline, Stream

LINE_BYTES = 8192  # longer answers are not SMTP (RFC 5321 §4.5.3.1: 512) nor an IMAP capability list


@dataclass(frozen=True, slots=True)
class Offer:
    """What a server offered; *version* None: it spoke, but offered no TLS; "": it was not looked at again.

    *verified*: the chain and the name were good; if not, *reason* says why, and *cause* which kind of it.
    *plain_login*: it offers a login in clear before TLS.
    """

    version: str | None
    verified: bool
    reason: str
    not_after: datetime | None
    plain_login: bool
    key: str = ""  # of the certificate: `RSA 2048`, `EC 256`; "" for others
    cipher: str = ""
    chain: tuple[x509.Certificate, ...] = ()  # as it was shown, the server's own first
    cause: str = ""  # one of CAUSES; "": verified


CAUSES = (  # of a certificate that does not verify, each its own remedy
    *("expired", "not_yet_valid", "self_signed", "unknown_issuer", "wrong_name", "retired", "other"),
)
BY_CODE = {  # X509_V_ERR_… of OpenSSL (openssl-verification-options(1), x509_vfy.h)
    9: "not_yet_valid",
    10: "expired",
    **dict.fromkeys((18, 19), "self_signed"),
    **dict.fromkeys((2, 20, 21), "unknown_issuer"),
    **dict.fromkeys((62, 64), "wrong_name"),
    **dict.fromkeys((66, 67, 68), "retired"),  # keys and digests that are too weak
}


@dataclass(frozen=True, slots=True)
class Before:
    """What was said in clear: is TLS on offer, is a login?"""

    starttls: bool
    plain_login: bool


Opening = Callable[[Stream], Before]


def ask(
    host: str,
    port: int,
    deadline: Deadline,
    *,
    protocol: str = "",
    name: str | None = None,
    ca_file: str | None = None,
) -> Offer:
    """Return what *host*:*port* offers; OSError if it does not answer as *protocol* should.

    *protocol* `smtp` or `imap` asks for STARTTLS (RFC 3207, RFC 9051 §6.2.1), anything else for TLS at once.
    *name* is the name that the certificate has to bear (default: *host*); *ca_file* holds the authorities
    in PEM (default: the system's). A server that does not verify, or knows nothing but what is retired, is
    asked once more, by one that takes all, so that its dates can be told.
    """
    with opened(host, port, protocol, deadline) as (raw, before):
        if not before.starttls:
            return Offer(None, False, "no TLS on offer", None, before.plain_login)
        try:
            return _shaken(raw, ssl.create_default_context(cafile=ca_file), name or host, before)
        except ssl.SSLCertVerificationError as refused:
            reason, cause = refused.verify_message, BY_CODE.get(refused.verify_code, "other")
            seen = Offer("", False, reason, None, before.plain_login, cause=cause)
        except ssl.SSLError as refused:
            reason, cause, seen = str(refused), "retired", None
    try:
        with opened(host, port, protocol, deadline) as (raw, before):
            return _shaken(raw, _trusting(), name or host, before, reason=reason, cause=cause)
    except OSError:
        if seen is None:
            raise
        return seen


def _shaken(
    raw: Stream, context: ssl.SSLContext, name: str, before: Before, *, reason: str = "", cause: str = ""
) -> Offer:
    with raw.secure(context, name) as stream:
        secured = stream.tls
        chain = _chain(secured)
        agreed = secured.cipher()
        return Offer(
            secured.version(),
            context.verify_mode is ssl.CERT_REQUIRED,
            reason,
            chain[0].not_valid_after_utc if chain else None,
            before.plain_login,
            key_of(chain[0]) if chain else "",
            agreed[0] if agreed else "",
            chain,
            cause,
        )


def _chain(secured: ssl.SSLSocket) -> tuple[x509.Certificate, ...]:
    """Return the certificates as the server showed them."""
    inner: Any = secured._sslobj  # type: ignore[attr-defined]  # SSLSocket has it in public from 3.13 on
    shown = inner.get_unverified_chain() or ()
    return tuple(x509.load_pem_x509_certificate(each.public_bytes().encode()) for each in shown)


def key_of(leaf: x509.Certificate) -> str:
    """Return kind and bits of a certificate's key."""
    key = leaf.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    return f"EC {key.key_size}" if isinstance(key, ec.EllipticCurvePublicKey) else ""


def _trusting() -> ssl.SSLContext:
    """Return a context that takes any certificate and any version: it only looks, and sends nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers(EVERY)
    return context


@contextmanager
def opened(host: str, port: int, protocol: str, deadline: Deadline) -> Iterator[tuple[Stream, Before]]:
    """Yield a connection that is ready for the handshake, and what was said before."""
    opening = OPENINGS.get(protocol)
    with deadline.connect(host, port) as raw:
        yield raw, opening(raw) if opening else Before(starttls=True, plain_login=False)


def _smtp(raw: Stream) -> Before:
    """EHLO, then STARTTLS if it is on offer (RFC 3207 §4)."""
    _reply(raw, "220")
    raw.sendall(b"EHLO kgnet.invalid\r\n")
    words = {line[4:].partition(" ")[0].upper() for line in _reply(raw, "250")}
    if "STARTTLS" in words:
        raw.sendall(b"STARTTLS\r\n")
        _reply(raw, "220")
    return Before("STARTTLS" in words, "AUTH" in words)


def _reply(raw: Stream, code: str) -> list[str]:
    """Read one reply of SMTP, maybe of several lines (RFC 5321 §4.2.1)."""
    lines = [_line(raw)]
    while lines[-1][3:4] == "-":
        lines.append(_line(raw))
    if not lines[-1].startswith(code):
        raise ConnectionError(f"SMTP answered {lines[-1][:80]!r} where {code} was due")
    return lines


def _imap(raw: Stream) -> Before:
    """CAPABILITY, then STARTTLS if it is on offer; LOGINDISABLED forbids a clear login (RFC 9051 §6.2.3)."""
    if not _line(raw).startswith("* OK"):
        raise ConnectionError("IMAP greeted with something else than OK")
    words = set(" ".join(_tagged(raw, "k1", "CAPABILITY")).upper().split())
    if "STARTTLS" in words:
        _tagged(raw, "k2", "STARTTLS")
    return Before("STARTTLS" in words, "LOGINDISABLED" not in words)


def _tagged(raw: Stream, tag: str, command: str) -> list[str]:
    raw.sendall(f"{tag} {command}\r\n".encode())
    lines = [_line(raw)]
    while not lines[-1].startswith(f"{tag} "):
        lines.append(_line(raw))
    if not lines[-1].startswith(f"{tag} OK"):
        raise ConnectionError(f"IMAP answered {lines[-1][:80]!r} to {command}")
    return lines


def _line(raw: Stream) -> str:
    """Read one line, byte by byte: not one byte of the handshake that follows may be taken."""
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = raw.recv(1)
        if not byte or len(line) >= LINE_BYTES:
            raise ConnectionError("the connection ended, or the line did not")
        line += byte
    return line.decode("ascii", "replace").strip()


OPENINGS: dict[str, Opening] = {"smtp": _smtp, "imap": _imap}
