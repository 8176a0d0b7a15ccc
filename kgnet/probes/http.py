"""HTTP: does a web application answer a GET with success, in clear, or lead on to where it is not."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

from kgnet.errors import ProbeError
from kgnet.model.outcome import Sample
from kgnet.ports import probe
from kgnet.probes._http import MOST_BYTES, visited
from kgnet.wire.deadline import Deadline
from kgnet.wire.web import Visit, address


@probe
def http(
    host: str,
    *,
    port: int = 80,
    name: str = "",
    path: str = "/",
    must: str = "",
    must_not: str = "",
    redirects: int = 0,
    most_bytes: int = MOST_BYTES,
    ca_file: str = "",
    timeout_s: float = 2.0,
) -> Iterator[Sample]:
    """Ask *host* for *path* of the site *name*; a status of 400 or more fails (RFC 9110 §15).

    *must*, *must_not*: text that the page has to hold, or not to.  *redirects*: so many are followed, within
    the site and never to another host; over TLS its certificate has to be good for our trust (*ca_file*).
    """
    try:
        context = ssl.create_default_context(cafile=ca_file or None)
    except OSError as reason:
        raise ProbeError(f"{ca_file}: {reason}") from reason
    site = name or host
    visit = Visit(host, site, Deadline(timeout_s), context, most_bytes)
    url = address("http", site, port, path)
    yield from visited(visit, url, redirects=redirects, must=must, must_not=must_not)
