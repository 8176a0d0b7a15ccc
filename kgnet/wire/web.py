"""GET as a monitor does it (RFC 9110): bounded in time, size and redirects, with the time of each phase."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from time import perf_counter
from urllib.parse import quote, urljoin, urlsplit

from kgnet.wire.deadline import Deadline, Stream

PHASES = ("resolve", "connect", "tls", "processing", "transfer")
PORTS = {"http": 80, "https": 443}  # RFC 9110 §4.2
REDIRECTS = {301, 302, 303, 307, 308}  # RFC 9110 §15.4
SITE = re.compile(r"[A-Za-z0-9.:_-]+")  # nothing that would end a header
UNRESERVED = "%/?:@!$&'()*+,;=~-._"  # what stands in a path and a query as it is (RFC 3986 §3.3)


@dataclass(frozen=True, slots=True)
class Page:
    """The last response, and how many redirects led there."""

    status: int
    body: bytes
    redirects: int


@dataclass(slots=True)
class Visit:
    """Goes to *host* for what is asked of the site *name*, whatever a redirect says of where that is.

    *phases* holds the seconds of each phase so far, over all redirects: they stay when it fails.
    """

    host: str
    name: str
    deadline: Deadline
    context: ssl.SSLContext
    most_bytes: int
    phases: dict[str, float] = field(default_factory=dict)

    def get(self, url: str, redirects: int) -> Page:
        """Return what *url* leads to within so many *redirects*; OSError if that is nothing of ours."""
        for followed in range(redirects + 1):
            status, body, location = self._once(url)
            if not redirects or status not in REDIRECTS or not location:
                return Page(status, body, followed)
            url = self._next(url, location)
        raise ConnectionError(f"{redirects} redirects lead to one more, {url}")

    def _next(self, url: str, location: str) -> str:
        led = urljoin(url, location)
        parts = urlsplit(led)
        known = parts.scheme in PORTS and (parts.hostname or "") == self.name.lower()
        if not known or (urlsplit(url).scheme == "https" and parts.scheme == "http"):
            raise ConnectionError(f"leads elsewhere, {led[:200]}: not followed")
        return led

    def _once(self, url: str) -> tuple[int, bytes, str]:
        parts = urlsplit(url)
        port = parts.port or PORTS[parts.scheme]
        if not SITE.fullmatch(self.name):
            raise ConnectionError(f"{self.name!r} is no name of a site")
        path = quote(parts.path or "/", safe=UNRESERVED) + (
            f"?{quote(parts.query, safe=UNRESERVED)}" if parts.query else ""
        )
        to = _bracketed(self.name) + ("" if port == PORTS[parts.scheme] else f":{port}")
        with self._phase("resolve"):
            found = self.deadline.resolve(self.host, port)
        with self._phase("connect"):
            stream: Stream = self.deadline.open(found)
        with stream:
            if parts.scheme == "https":
                with self._phase("tls"):
                    stream = stream.secure(self.context, self.name)
            with stream:
                return self._asked(stream, path, to)

    def _asked(self, stream: Stream, path: str, to: str) -> tuple[int, bytes, str]:
        try:
            with self._phase("processing"):
                stream.sendall(f"GET {path} HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\n\r\n".encode())
                response = HTTPResponse(stream)  # type: ignore[arg-type]  # it asks for makefile only
                response.begin()
            with self._phase("transfer"):
                body = response.read(self.most_bytes + 1)
        except HTTPException as reason:
            raise ConnectionError(f"answered something that is not HTTP: {reason!r}") from reason
        if len(body) > self.most_bytes:
            raise ConnectionError(f"the page is larger than {self.most_bytes} octets")
        if response.length:
            raise ConnectionError(f"the page ended {response.length} octets before its end")
        return response.status, body, response.headers.get("Location", "")

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        started = perf_counter()
        try:
            yield
        finally:
            self.phases[name] = self.phases.get(name, 0.0) + perf_counter() - started


def address(scheme: str, name: str, port: int, path: str) -> str:
    """Return the URL of *path* at the site *name*."""
    return f"{scheme}://{_bracketed(name)}:{port}/{path.removeprefix('/')}"


def _bracketed(name: str) -> str:
    return f"[{name}]" if ":" in name else name
