"""HTTPS: does a web application answer a GET with success, over TLS."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator
from time import perf_counter

from kgnet.errors import ProbeError
from kgnet.model.outcome import Sample
from kgnet.ports import probe
from kgnet.probes._tls import looked_at
from kgnet.wire.deadline import Deadline


@probe
def https(
    host: str,
    *,
    port: int = 443,
    name: str = "",
    path: str = "/",
    ca_file: str = "",
    timeout_s: float = 2.0,
) -> Iterator[Sample]:
    """Ask *host* for *path* of the site *name*; a status of 400 or more fails (RFC 9110 §15)."""
    deadline = Deadline(timeout_s)
    yield from looked_at(host, port, "", name=name, ca_file=ca_file, deadline=deadline)
    started = perf_counter()
    status = _status(host, port, name or host, path, deadline)
    yield Sample("http_status", status)
    yield Sample("http_answer_seconds", perf_counter() - started)
    if status >= 400:
        raise ProbeError(f"https://{name or host}{path}: status {status}")


def _status(host: str, port: int, name: str, path: str, deadline: Deadline) -> int:
    """Return the status; whether the certificate is good was told before, so any is taken here."""
    context = ssl._create_unverified_context()  # noqa: S323
    try:
        with (
            deadline.connect(host, port) as raw,
            raw.secure(context, name) as secured,
        ):
            secured.sendall(f"GET {path} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
            response = http.client.HTTPResponse(secured)  # type: ignore[arg-type]  # it asks for makefile only
            response.begin()
            return response.status
    except (OSError, http.client.HTTPException) as reason:
        raise ProbeError(f"{host}:{port}: {reason or type(reason).__name__}") from reason
