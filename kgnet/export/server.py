"""HTTP: /metrics for the fleet, /probe for one target, /healthz, and a page that says so."""

from __future__ import annotations

import gzip
import html
import logging
import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore
from urllib.parse import parse_qsl, urlsplit

from prometheus_client import REGISTRY, generate_latest

from kgnet import __version__
from kgnet.errors import KgnetError, UsageError
from kgnet.export.text import CONTENT_TYPE, text
from kgnet.model.outcome import Sample

LOG = logging.getLogger(__name__)

PLAIN, PAGE = "text/plain; charset=utf-8", "text/html; charset=utf-8"
SCRAPES_AT_ONCE = 2  # more wait; a third scraper gets its turn or, too late, a 503
MARGIN_S = 0.5  # before the scraper gives up, so that it hears what is known by then
SLOW_CLIENT_S = 15.0
DEFAULT_PORT = 10910

Collect = Callable[[float], Iterable[Sample]]  # seconds that it may take → samples
Ask = Callable[[str, str, Mapping[str, str]], Iterable[Sample]]  # module, target, options → samples


@dataclass(frozen=True, slots=True)
class Page:
    body: str
    status: HTTPStatus = HTTPStatus.OK
    content_type: str = PLAIN


class Pages:
    """What is behind the paths."""

    def __init__(self, collect: Collect, ask: Ask, *, modules: Iterable[str], timeout_s: float) -> None:
        self._collect, self._ask, self._modules, self._timeout_s = collect, ask, tuple(modules), timeout_s
        self._turns = BoundedSemaphore(SCRAPES_AT_ONCE)

    def get(self, path: str, patience_s: float | None = None) -> Page:
        """Return the page at *path*; *patience_s* is when the scraper gives up, if it said so."""
        parts = urlsplit(path)
        if parts.path == "/metrics":
            return self._metrics(patience_s)
        if parts.path == "/probe":
            return self._probe(dict(parse_qsl(parts.query)))
        if parts.path == "/healthz":
            return Page("ok\n")
        if parts.path == "/":
            return Page(_landing(self._modules), content_type=PAGE)
        return Page("nothing is here; / lists what there is\n", HTTPStatus.NOT_FOUND)

    def _metrics(self, patience_s: float | None) -> Page:
        timeout_s = min(self._timeout_s, max((patience_s or self._timeout_s) - MARGIN_S, MARGIN_S))
        if not self._turns.acquire(timeout=timeout_s):
            return Page("too many scrapes at once\n", HTTPStatus.SERVICE_UNAVAILABLE)
        try:
            samples = self._collect(timeout_s)
        finally:
            self._turns.release()
        return Page(text(samples) + generate_latest(REGISTRY).decode(), content_type=CONTENT_TYPE)

    def _probe(self, query: dict[str, str]) -> Page:
        module, target = query.pop("module", ""), query.pop("target", "")
        if not module or not target:
            return Page("a probe needs ?target= and &module=\n", HTTPStatus.BAD_REQUEST)
        try:
            return Page(text(self._ask(module, target, query)), content_type=CONTENT_TYPE)
        except KgnetError as reason:
            return Page(f"{reason}\n", HTTPStatus.BAD_REQUEST)


def _landing(modules: Iterable[str]) -> str:
    listed = "".join(f"<li><code>{html.escape(name)}</code></li>" for name in modules)
    return (
        f"<!doctype html><html lang=en><title>kgnet exporter</title><h1>kgnet exporter {__version__}</h1>"
        '<p><a href="/metrics">Metrics</a> of the whole fleet, collected when asked for.</p>'
        "<p><code>/probe?target=ADDRESS&amp;module=NAME</code> measures one address of ours. Modules:</p>"
        f'<ul>{listed}</ul><p><a href="/healthz">Health</a></p></html>\n'
    )


class Server(ThreadingHTTPServer):
    """Listens; every request has a thread."""

    daemon_threads = True

    def __init__(self, host: str, port: int, pages: Pages) -> None:
        """UsageError if nobody can listen there."""
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.pages = pages
        try:
            super().__init__((host, port), _Handler)
        except OSError as reason:
            where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            told = reason.strerror or reason
            raise UsageError(f"cannot listen on {where}: {told} — name another with --listen") from reason

    def server_bind(self) -> None:
        """Bind without looking up our own name, which may take long where there is no DNS."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])


class _Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server
    server_version = f"kgnet/{__version__}"
    timeout = SLOW_CLIENT_S

    def do_GET(self) -> None:
        patience = self.headers.get("X-Prometheus-Scrape-Timeout-Seconds", "")
        page = self.server.pages.get(self.path, _seconds(patience))
        body = page.body.encode()
        packed = "gzip" in self.headers.get("Accept-Encoding", "")
        if packed:
            body = gzip.compress(body, compresslevel=1)
        self.send_response(page.status)
        self.send_header("Content-Type", page.content_type)
        self.send_header("Content-Length", str(len(body)))
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError as reason:  # the scraper has gone
            LOG.info("%s: %s", self.client_address[0], reason)

    def log_message(self, format: str, *args: object) -> None:
        LOG.debug("%s: " + format, self.client_address[0], *args)


def _seconds(written: str) -> float | None:
    """Return the scrape's timeout as Prometheus says it, None if it says none."""
    try:
        return float(written)
    except ValueError:
        return None


def listen_address(written: str) -> tuple[str, int]:
    """Read `ADDR:PORT`, `[ADDR]:PORT` or `:PORT`; UsageError tells what is wrong with anything else."""
    host, colon, port = written.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535 or (":" in host and host[:1] + host[-1:] != "[]"):
        raise UsageError(
            f"--listen {written!r} is no address — write ADDR:PORT, such as 127.0.0.1:{DEFAULT_PORT}"
        )
    return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104  # `:PORT` means everywhere, as in Go's exporters
