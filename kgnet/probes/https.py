"""HTTPS: does a web application answer a GET with success, over TLS, and with the page that it should."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

from kgnet.model.outcome import Sample
from kgnet.ports import probe
from kgnet.probes._http import MOST_BYTES, visited
from kgnet.probes._tls import looked_at
from kgnet.wire.deadline import Deadline
from kgnet.wire.web import Visit, address


@probe
def https(
    host: str,
    *,
    port: int = 443,
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
    the site and never to another host or into clear.
    """
    deadline, site = Deadline(timeout_s), name or host
    yield from looked_at(host, port, "", name=name, ca_file=ca_file, deadline=deadline)
    # whether the certificate is good was told: whatever it is, what stands behind it is looked at
    visit = Visit(host, site, deadline, ssl._create_unverified_context(), most_bytes)  # noqa: S323
    url = address("https", site, port, path)
    yield from visited(visit, url, redirects=redirects, must=must, must_not=must_not)
