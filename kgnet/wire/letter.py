"""A letter handed to a mail server: always encrypted, the server's name verified (RFC 8314, RFC 3207)."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import urlsplit

TIMEOUT_S = 20.0
PORTS = {"smtp": 587, "smtps": 465}  # RFC 6409, RFC 8314 §3.3


def send(
    text: str,
    *,
    to: str,
    sender: str,
    subject: str,
    server: str,
    password: str | None = None,
    ca_file: str | None = None,
) -> None:
    """Hand a letter to *server*, written `smtps://[user@]host[:port]`, or `smtp://…` for STARTTLS.

    *password* is the user's; *ca_file* holds the authorities in PEM (default: the system's).
    ValueError if *server* is written otherwise; OSError, which smtplib's errors are, if it is not taken.
    """
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, to, subject
    letter["Date"], letter["Message-ID"] = formatdate(), make_msgid(domain=sender.rpartition("@")[2])
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5: no vacation answers
    letter.set_content(text, cte="quoted-printable")
    with _connected(server, ssl.create_default_context(cafile=ca_file)) as connection:
        user = urlsplit(server).username
        if user and password:
            connection.login(user, password)
        connection.send_message(letter)


@contextmanager
def _connected(server: str, context: ssl.SSLContext) -> Iterator[smtplib.SMTP]:
    url = urlsplit(server)
    if url.scheme not in PORTS or not url.hostname:
        raise ValueError(f"{server!r} is no mail server — write smtps://user@host or smtp://user@host:587")
    port = url.port or PORTS[url.scheme]
    if url.scheme == "smtps":
        with smtplib.SMTP_SSL(url.hostname, port, timeout=TIMEOUT_S, context=context) as connection:
            yield connection
    else:
        with smtplib.SMTP(url.hostname, port, timeout=TIMEOUT_S) as connection:
            connection.starttls(context=context)
            yield connection
