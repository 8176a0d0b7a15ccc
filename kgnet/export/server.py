"""HTTP: /metrics for the fleet, /probe for one target, /healthz, and a page that says so."""

from __future__ import annotations

import gzip
import html
import logging
import signal
import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Lock, Thread
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from kgnet import __version__
from kgnet.errors import KgnetError, UsageError
from kgnet.export.forms import PLAIN as TEXT
from kgnet.export.forms import Form, takes_gzip, wanted
from kgnet.export.scrapes import Collect, Scrapes
from kgnet.export.web import Web
from kgnet.model.outcome import Sample

LOG = logging.getLogger(__name__)

PLAIN, PAGE = "text/plain; charset=utf-8", "text/html; charset=utf-8"
JSON = "application/json"
MARGIN_S = 0.5  # before the scraper gives up, so that it hears what is known by then
SLOW_CLIENT_S = 15.0
FRESH_S = 10.0  # so old a scrape is good enough for the status page
FINISH_S = 15.0  # who has asked before we are stopped is answered, if that takes no longer
BACKLOG = 1024  # connections that wait to be taken; the kernel has a limit of its own (net.core.somaxconn)
DEFAULT_PORT = 10910

PACKING = Lock()
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
        self._scrapes, self._ask, self._modules, self._timeout_s = (
            Scrapes(collect),
            ask,
            tuple(modules),
            timeout_s,
        )
        self._status = status
        self._looking = Lock()

    def get(self, path: str, patience_s: float | None = None, form: Form = TEXT) -> Page:
        """Return the page at *path*; *patience_s* is when the scraper gives up, if it said so."""
        parts = urlsplit(path)
        pages: dict[str, Callable[[], Page]] = {
            "/": lambda: Page(_landing(self._modules), content_type=PAGE),
            "/metrics": lambda: self._metrics(patience_s, form),
            "/probe": lambda: self._probe(dict(parse_qsl(parts.query)), form),
            "/healthz": lambda: Page("ok\n"),
            "/readyz": lambda: BUSY if self._scrapes.busy else Page("ready\n"),
        }
        if status := self._status:
            pages["/status"] = lambda: Page(status.body, content_type=PAGE, policy=status.policy)
            pages["/status.json"] = lambda: self._shown(status.show)
        return pages.get(parts.path, lambda: NOWHERE)()

    def _metrics(self, patience_s: float | None, form: Form) -> Page:
        timeout_s = min(self._timeout_s, max((patience_s or self._timeout_s) - MARGIN_S, MARGIN_S))
        scrape = self._scrapes.get(timeout_s)
        return Page(scrape.text(form), content_type=form.content_type) if scrape else BUSY

    def _shown(self, show: Show) -> Page:
        """Return the status of the last scrape, or of one of now if that is too long ago: many may look."""
        with self._looking:
            last = self._scrapes.last
            if last is None or monotonic() - last.when > FRESH_S:
                self._scrapes.get(self._timeout_s)
                last = self._scrapes.last
        return Page(show(last.samples), content_type=JSON) if last else BUSY

    def _probe(self, query: dict[str, str], form: Form) -> Page:
        module, target = query.pop("module", ""), query.pop("target", "")
        if not module or not target:
            return Page("a probe needs ?target= and &module=\n", HTTPStatus.BAD_REQUEST)
        try:
            return Page(form.text(self._ask(module, target, query)), content_type=form.content_type)
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
    """Listens; every request has a thread.  Closing it waits for those that are being answered."""

    daemon_threads = True
    request_queue_size = BACKLOG

    def __init__(self, host: str, port: int, pages: Pages, web: Web | None = None) -> None:
        """UsageError if nobody can listen there; *web* None: for anybody, without TLS."""
        self.web = web
        self._idle, self._under_way = Condition(), 0
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

    def process_request(self, request: Any, client_address: Any) -> None:
        """Count the request before its thread begins, so that closing cannot miss it."""
        with self._idle:
            self._under_way += 1
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._idle:
                self._under_way -= 1
                self._idle.notify_all()

    def server_close(self) -> None:
        """Listen no more, and let those who have asked hear their answer."""
        super().server_close()
        with self._idle:
            if not self._idle.wait_for(lambda: not self._under_way, FINISH_S):
                LOG.warning("%d requests were not answered within %g s", self._under_way, FINISH_S)

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
        form = wanted(self.headers.get("Accept", ""))
        self._send(self.server.pages.get(self.path, _seconds(patience), form), {})

    def _send(self, page: Page, headers: Mapping[str, str]) -> None:
        body = page.body.encode()
        packed = takes_gzip(self.headers.get("Accept-Encoding", ""))
        if packed:
            body = _packed(page.body)
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


def _packed(body: str) -> bytes:
    """Return a body as gzip; of the same answer to many at once, one thread makes it for all."""
    with PACKING:
        return _gzip(body)


@lru_cache(maxsize=2)
def _gzip(body: str) -> bytes:
    return gzip.compress(body.encode(), compresslevel=1)


def _seconds(written: str) -> float | None:
    """Return the scrape's timeout as Prometheus says it, None if it says none."""
    try:
        return float(written)
    except ValueError:
        return None


def serve(server: Server) -> None:
    """Serve until SIGTERM; who has asked by then is answered."""
    signal.signal(signal.SIGTERM, lambda *_: Thread(target=server.shutdown).start())
    with server:
        server.serve_forever()


def listen_address(written: str) -> tuple[str, int]:
    """Read `ADDR:PORT`, `[ADDR]:PORT` or `:PORT`; UsageError tells what is wrong with anything else."""
    host, colon, port = written.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535 or (":" in host and host[:1] + host[-1:] != "[]"):
        raise UsageError(
            f"--listen {written!r} is no address — write ADDR:PORT, such as 127.0.0.1:{DEFAULT_PORT}"
        )
    return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104  # `:PORT` means everywhere, as in Go's exporters
