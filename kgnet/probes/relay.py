"""Open relay: does a mail server take a letter from a stranger to a stranger (RFC 5321 §3.6, §7.1)."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import closing, suppress

from kgnet.errors import ProbeError
from kgnet.model.outcome import Sample
from kgnet.ports import probe
from kgnet.wire.deadline import Deadline


@probe
def relay(
    host: str,
    *,
    port: int = 25,
    sender: str = "probe@example.org",
    recipient: str = "postmaster@example.com",
    timeout_s: float = 2.0,
) -> Iterator[Sample]:
    """Name *recipient*, elsewhere, and go before any letter is sent: never DATA.  Taking it fails the probe.

    What asks has to stand where the server trusts nobody.  A refusal for now (4yz) and one of the sender
    judge nothing, so they fail the probe without a verdict.  Both names are reserved (RFC 2606 §3).
    """
    try:
        with closing(_greeted(host, port, Deadline(timeout_s))) as server:
            server.ehlo_or_helo_if_needed()
            code, said = server.mail(sender)
            if code != 250:
                raise ProbeError(f"{host}:{port}: cannot be judged: {sender} is refused: {_told(code, said)}")
            code, said = server.rcpt(recipient)
            with suppress(OSError):  # the verdict stands, however the server says goodbye
                server.docmd("QUIT")
    except (OSError, smtplib.SMTPException) as reason:
        raise ProbeError(f"{host}:{port}: {reason}") from reason
    if 300 <= code < 500 or code < 200:
        raise ProbeError(f"{host}:{port}: cannot be judged: {_told(code, said)}")
    yield Sample("smtp_relays", float(code < 300))
    if code < 300:
        raise ProbeError(f"{host}:{port}: takes {recipient} from a stranger: an open relay")


def _greeted(host: str, port: int, deadline: Deadline) -> smtplib.SMTP:
    server = smtplib.SMTP(local_hostname="kgnet.invalid")
    server.sock = deadline.connect(host, port)  # type: ignore[assignment]  # it reads and writes only
    code, said = server.getreply()
    if code == 220:
        return server
    server.close()
    raise ProbeError(f"{host}:{port}: cannot be judged: {_told(code, said)}")


def _told(code: int, said: bytes) -> str:
    return f"{code} {said.decode('ascii', 'replace')[:80]}"
