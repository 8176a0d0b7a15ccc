"""HTTP: who may ask, in what form it is answered, and how it ends."""

from __future__ import annotations

import gzip
import logging
import signal
import socket
from collections.abc import Mapping
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Lock, Thread
from typing import Any

from kgnet import __version__
from kgnet.errors import UsageError
from kgnet.export.forms import takes_gzip, wanted
from kgnet.export.pages import UNKNOWN, Page, Pages
from kgnet.export.web import Web

LOG = logging.getLogger(__name__)

SLOW_CLIENT_S = 15.0
FINISH_S = 15.0  # who has asked before we are stopped is answered, if that takes no longer
BACKLOG = 1024  # connections that wait to be taken; the kernel has a limit of its own (net.core.somaxconn)
DEFAULT_PORT = 10910

PACKING = Lock()


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

    do_HEAD = do_GET  # noqa: N815  # the same, but for the body (RFC 9110 §9.3.2)

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
        if self.command == "HEAD":
            return
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


def listen_address(written: str, *, option: str = "--listen") -> tuple[str, int]:
    """Read `ADDR:PORT`, `[ADDR]:PORT` or `:PORT`; UsageError tells what is wrong with anything else."""
    host, colon, port = written.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535 or (":" in host and host[:1] + host[-1:] != "[]"):
        raise UsageError(
            f"{option} {written!r} is no address — write ADDR:PORT, such as 127.0.0.1:{DEFAULT_PORT}"
        )
    return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104  # `:PORT` means everywhere, as in Go's exporters
