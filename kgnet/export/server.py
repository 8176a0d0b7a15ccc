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
from threading import BoundedSemaphore, Lock
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from prometheus_client import REGISTRY, generate_latest

from kgnet import __version__
from kgnet.errors import KgnetError, UsageError
from kgnet.export.text import CONTENT_TYPE, text
from kgnet.export.web import Web
from kgnet.model.outcome import Sample

LOG = logging.getLogger(__name__)

PLAIN, PAGE = "text/plain; charset=utf-8", "text/html; charset=utf-8"
JSON = "application/json"
SCRAPES_AT_ONCE = 2  # more wait; a third scraper gets its turn or, too late, a 503
MARGIN_S = 0.5  # before the scraper gives up, so that it hears what is known by then
SLOW_CLIENT_S = 15.0
FRESH_S = 10.0  # so old a scrape is good enough for the status page
DEFAULT_PORT = 10910

Collect = Callable[[float], Iterable[Sample]]  # seconds that it may take → samples
Show = Callable[[Iterable[Sample]], str]  # samples → what the status page asks for, as JSON
Ask = Callable[[str, str, Mapping[str, str]], Iterable[Sample]]  # module, target, options → samples


@dataclass(frozen=True, slots=True)
class Page:
    body: str
    status: HTTPStatus = HTTPStatus.OK
    content_type: str = PLAIN
    policy: str = ""  # Content-Security-Policy


UNKNOWN = Page("who are you?\n", HTTPStatus.UNAUTHORIZED)
NOWHERE = Page("nothing is here; / lists what there is\n", HTTPStatus.NOT_FOUND)
BUSY = Page("too many scrapes at once\n", HTTPStatus.SERVICE_UNAVAILABLE)


@dataclass(frozen=True, slots=True)
class StatusPage:
    """The page for people: itself, its Content-Security-Policy, and what makes its data of samples."""

    body: str
    policy: str
    show: Show


class Pages:
    """What is behind the paths."""

    def __init__(
        self,
        collect: Collect,
        ask: Ask,
        *,
        modules: Iterable[str],
        timeout_s: float,
        status: StatusPage | None = None,
    ) -> None:
        self._collect, self._ask, self._modules, self._timeout_s = collect, ask, tuple(modules), timeout_s
        self._status = status
        self._looking = Lock()
        self._turns = BoundedSemaphore(SCRAPES_AT_ONCE)
        self._last: tuple[float, tuple[Sample, ...]] | None = None  # when, on the monotonic clock, and what

    def get(self, path: str, patience_s: float | None = None) -> Page:
        """Return the page at *path*; *patience_s* is when the scraper gives up, if it said so."""
        parts = urlsplit(path)
        pages: dict[str, Callable[[], Page]] = {
            "/": lambda: Page(_landing(self._modules), content_type=PAGE),
            "/metrics": lambda: self._metrics(patience_s),
            "/probe": lambda: self._probe(dict(parse_qsl(parts.query))),
            "/healthz": lambda: Page("ok\n"),
            "/readyz": lambda: BUSY if self._busy else Page("ready\n"),
        }
        if status := self._status:
            pages["/status"] = lambda: Page(status.body, content_type=PAGE, policy=status.policy)
            pages["/status.json"] = lambda: self._shown(status.show)
        return pages.get(parts.path, lambda: NOWHERE)()

    def _metrics(self, patience_s: float | None) -> Page:
        timeout_s = min(self._timeout_s, max((patience_s or self._timeout_s) - MARGIN_S, MARGIN_S))
        samples = self._collected(timeout_s)
        if samples is None:
            return BUSY
        return Page(text(samples) + generate_latest(REGISTRY).decode(), content_type=CONTENT_TYPE)

    @property
    def _busy(self) -> bool:
        """Return whether a scrape would have to wait."""
        free = self._turns.acquire(blocking=False)
        if free:
            self._turns.release()
        return not free

    def _collected(self, timeout_s: float) -> tuple[Sample, ...] | None:
        """Return a scrape's samples; None if too many are under way."""
        if not self._turns.acquire(timeout=timeout_s):
            return None
        try:
            samples = tuple(self._collect(timeout_s))
            self._last = monotonic(), samples
            return samples
        finally:
            self._turns.release()

    def _shown(self, show: Show) -> Page:
        """Return the status of the last scrape, or of one of now if that is too long ago: many may look."""
        with self._looking:
            last = self._last
            if last is None or monotonic() - last[0] > FRESH_S:
                self._collected(self._timeout_s)
                last = self._last
        return Page(show(last[1]), content_type=JSON) if last else BUSY

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
        '<p><a href="/status">Status</a> of the province, for people.</p>'
        '<p><a href="/metrics">Metrics</a> of the whole fleet, collected when asked for.</p>'
        "<p><code>/probe?target=ADDRESS&amp;module=NAME</code> measures one address of ours. Modules:</p>"
        f'<ul>{listed}</ul><p><a href="/healthz">Health</a></p></html>\n'
    )


class Server(ThreadingHTTPServer):
    """Listens; every request has a thread."""

    daemon_threads = True

    def __init__(self, host: str, port: int, pages: Pages, web: Web | None = None) -> None:
        """UsageError if nobody can listen there; *web* None: for anybody, without TLS."""
        self.web = web
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.pages = pages
        try:
            super().__init__((host, port), _Handler)
        except OSError as reason:
            where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            told = reason.strerror or reason
            raise UsageError(f"cannot listen on {where}: {told} — name another with --listen") from reason

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shake hands first, in the thread of this request: a slow client holds nobody else up."""
        if self.web is None:
            super().finish_request(request, client_address)
            return
        self.web.current()
        if self.web.context is None:
            super().finish_request(request, client_address)
            return
        request.settimeout(SLOW_CLIENT_S)
        try:
            with self.web.context.wrap_socket(request, server_side=True) as secured:
                if self.web.takes(secured.getpeercert()):
                    super().finish_request(secured, client_address)
        except OSError as reason:
            LOG.info("%s: %s", client_address[0], reason)

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
        web = self.server.web
        if web and not web.lets_in(self.headers.get("Authorization", "")):
            self._send(UNKNOWN, {"WWW-Authenticate": 'Basic realm="kgnet"'})
            return
        patience = self.headers.get("X-Prometheus-Scrape-Timeout-Seconds", "")
        self._send(self.server.pages.get(self.path, _seconds(patience)), {})

    def _send(self, page: Page, headers: Mapping[str, str]) -> None:
        body = page.body.encode()
        packed = "gzip" in self.headers.get("Accept-Encoding", "")
        if packed:
            body = gzip.compress(body, compresslevel=1)
        self.send_response(page.status)
        self.send_header("Content-Type", page.content_type)
        self.send_header("X-Content-Type-Options", "nosniff")
        configured = self.server.web.config.http_server_config.headers if self.server.web else {}
        for name, value in (*configured.items(), *headers.items()):
            self.send_header(name, value)
        if page.policy:
            self.send_header("Content-Security-Policy", page.policy)
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
