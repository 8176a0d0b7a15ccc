"""Which versions of TLS a server takes, and which weak ciphers: one handshake for each, side by side."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from kgnet.wire.ciphers import EVERY, WEAK
from kgnet.wire.deadline import Deadline
from kgnet.wire.tls import opened

VERSIONS = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}
OURS = {"NO_PROTOCOLS_AVAILABLE", "NO_CIPHERS_AVAILABLE"}  # why OpenSSL here could not even ask


@dataclass(frozen=True, slots=True)
class Taken:
    """What a server took: version → whether it did; *weak* is the weak cipher that it chose, "" for none.

    A version is missing, and *weak* is None, where nobody knows: *unknown* says why.
    """

    versions: Mapping[str, bool]
    weak: str | None
    unknown: str


def taken(host: str, port: int, deadline: Deadline, *, protocol: str, name: str) -> Taken:
    """Try every version, and a client that knows nothing but weak ciphers."""
    asked = {version: _context(number, number, EVERY) for version, number in VERSIONS.items()}
    asked["weak ciphers"] = _context(ssl.TLSVersion.MINIMUM_SUPPORTED, ssl.TLSVersion.TLSv1_2, WEAK)

    def one(context: ssl.SSLContext | None) -> str | OSError:
        try:
            return _agreed(host, port, deadline, context, protocol=protocol, name=name)
        except OSError as reason:
            return reason

    with ThreadPoolExecutor(len(asked)) as pool:
        answers = dict(zip(asked, pool.map(one, asked.values()), strict=True))
    known = {what: answer for what, answer in answers.items() if isinstance(answer, str)}
    unknown = [f"{what}: {answer}" for what, answer in answers.items() if what not in known]
    versions = {version: bool(known[version]) for version in VERSIONS if version in known}
    return Taken(versions, known.get("weak ciphers"), "; ".join(unknown))


def _context(least: ssl.TLSVersion, most: ssl.TLSVersion, ciphers: str) -> ssl.SSLContext | None:
    """Return a client that knows these versions and ciphers only; None: OpenSSL here knows none of them."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with suppress(ssl.SSLError), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that they are retired is what is looked for
        context.set_ciphers(ciphers)
        context.minimum_version, context.maximum_version = least, most
        return context
    return None


def _agreed(
    host: str, port: int, deadline: Deadline, context: ssl.SSLContext | None, *, protocol: str, name: str
) -> str:
    """Return the cipher that was agreed on, "" where the server refused; OSError if it was not asked."""
    if context is None:
        raise ConnectionError("OpenSSL here does not know them")
    with opened(host, port, protocol, deadline) as (raw, before):
        if not before.starttls:
            raise ConnectionError("no TLS on offer")
        try:
            with raw.secure(context, name) as stream:
                cipher = stream.tls.cipher()
        except ssl.SSLError as refused:
            if refused.reason in OURS:
                raise
            return ""
        except ConnectionResetError:  # how some refuse
            return ""
    return cipher[0] if cipher else ""
