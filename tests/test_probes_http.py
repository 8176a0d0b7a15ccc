"""The HTTP and HTTPS probes against a real nginx: pages, redirects, sizes, phases."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from kgnet.measure import measure
from kgnet.plugins import one
from kgnet.ports import Probe
from kgnet.wire import pki
from kgnet.wire.web import PHASES

HOME, NAME = "127.0.0.1", "www.kg.example"
PAGE = "Cổng dịch vụ công: đang hoạt động"
LARGE_BYTES = 60_000
CONFIG = """daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{ listen {home}:{clear}; server_name {name};
    location / {{ return 200 "{page}"; }}
    location = /secure {{ return 301 https://{name}:{port}/; }} }}
  server {{ listen {home}:{port} ssl; server_name {name};
    ssl_certificate {folder}/www.crt; ssl_certificate_key {folder}/www.key;
    root {folder}; absolute_redirect off;
    location = / {{ return 200 "{page}"; }}
    location = /moved {{ return 302 /; }}
    location = /twice {{ return 307 /moved; }}
    location = /round {{ return 302 /round; }}
    location = /away {{ return 302 https://login.elsewhere.example/; }}
    location = /clear {{ return 302 http://{name}:{clear}/; }}
    location = /slow {{ limit_rate 100k; alias {folder}/large; }}
    location = /gone {{ return 410 "{page}"; }} }}
}}
"""
Web = tuple[int, int, Path]  # ports in clear and with TLS, the folder of the papers


def free_ports() -> tuple[int, int]:
    with socket.create_server((HOME, 0)) as one, socket.create_server((HOME, 0)) as two:
        return one.getsockname()[1], two.getsockname()[1]


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    folder = tmp_path_factory.mktemp("web")
    ca_key, ca = pki.authority("an authority")
    key, certificate = pki.leaf(NAME, ca_key, ca)
    for file, text in (("ca.crt", ca), ("www.key", key), ("www.crt", certificate)):
        (folder / file).write_text(text)
    (folder / "large").write_text("x" * LARGE_BYTES)
    clear, port = free_ports()
    written = CONFIG.format(folder=folder, home=HOME, clear=clear, port=port, name=NAME, page=PAGE)
    (folder / "nginx.conf").write_text(written)
    command = ["/usr/sbin/nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", "stderr"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            until = time.monotonic() + 10
            while socket.socket().connect_ex((HOME, port)):
                assert server.poll() is None, server.stderr.read() if server.stderr else ""
                assert time.monotonic() < until, "nginx did not come up"
                time.sleep(0.05)
            yield clear, port, folder
        finally:
            server.terminate()


def told(
    web: Web, module: str = "https", **options: object
) -> tuple[dict[str, float], dict[str, float], str]:
    """Return the samples by name, the phases, and why it failed."""
    clear, port, folder = web
    given = {"port": port if module == "https" else clear, "name": NAME, "ca_file": folder / "ca.crt"}
    written = {name: str(value) for name, value in {**given, **options}.items()}
    events: list[str] = []
    samples = measure(one(Probe, module), HOME, written, events.append)
    phases = {each.labels["phase"]: each.value for each in samples if each.name == "http_phase_seconds"}
    why = next((event for event in events if event.startswith("failed: ")), "")
    return {each.name: each.value for each in samples if not each.labels}, phases, why


def test_each_phase_is_told_and_they_make_up_the_answer(web: Web) -> None:
    found, phases, why = told(web)
    assert (found["probe_success"], found["http_status"], why) == (1, 200, "")
    assert tuple(phases) == PHASES
    assert sum(phases.values()) <= found["http_answer_seconds"]
    assert found["http_body_bytes"] == len(PAGE.encode())
    assert "tls" not in told(web, "http")[1]


def test_a_slow_page_is_slow_in_its_transfer(web: Web) -> None:
    """At 100 kB a second; if it does not come in time, what came before stands."""
    found, phases, _ = told(web, path="/slow", timeout_s=5)
    assert found["probe_success"] == 1
    assert phases["transfer"] > 0.2 > phases["processing"]
    late, phases, why = told(web, path="/slow", timeout_s=0.2)
    assert (late["probe_success"], late["certificate_verified"]) == (0, 1)
    assert "transfer" in phases, why
    assert late["probe_duration_seconds"] < 1


@pytest.mark.parametrize(
    ("options", "success", "reason"),
    [
        ({"must": "đang hoạt động"}, 1, ""),
        ({"must": "bảo trì"}, 0, "does not hold 'bảo trì'"),
        ({"must_not": "bảo trì"}, 1, ""),
        ({"must_not": "đang hoạt động"}, 0, "holds 'đang hoạt động'"),
        ({"path": "/gone", "must": "đang hoạt động"}, 0, "status 410"),
        ({"path": "/large"}, 1, ""),
        ({"path": "/large", "most_bytes": LARGE_BYTES}, 1, ""),
        ({"path": "/large", "most_bytes": LARGE_BYTES - 1}, 0, "larger than 59999 octets"),
    ],
)
def test_a_page_has_to_hold_what_is_meant(
    options: dict[str, object], success: float, reason: str, web: Web
) -> None:
    """An application that answers 200 with the page of its maintenance is not there."""
    found, _, why = told(web, **options)
    assert found["probe_success"] == success
    assert reason in why


@pytest.mark.parametrize(
    ("path", "redirects", "status", "reason"),
    [
        ("/moved", 0, 302, ""),
        ("/moved", 1, 200, ""),
        ("/twice", 2, 200, ""),
        ("/twice", 1, None, "1 redirects lead to one more"),
        ("/round", 5, None, "5 redirects lead to one more"),
        ("/away", 3, None, "leads elsewhere, https://login.elsewhere.example/: not followed"),
        ("/clear", 3, None, "leads elsewhere, http://"),
    ],
)
def test_redirects_are_followed_as_far_as_allowed_and_never_elsewhere(
    path: str, redirects: int, status: int | None, reason: str, web: Web
) -> None:
    """A server of ours must not make us ask hosts that are not, nor in clear what was asked in secret."""
    found, _, why = told(web, path=path, redirects=redirects)
    assert found.get("http_status") == status
    assert found["probe_success"] == float(status is not None)
    assert reason in why
    if status == 200:
        assert found["http_redirects"] == redirects


def test_from_clear_to_tls_the_certificate_has_to_be_good(web: Web) -> None:
    good, phases, _ = told(web, "http", path="/secure", redirects=1, must="hoạt động")
    assert (good["probe_success"], good["http_redirects"]) == (1, 1)
    assert "tls" in phases
    _, _, why = told(web, "http", path="/secure", redirects=1, ca_file="")
    assert "certificate verify failed" in why


def test_a_page_that_breaks_off_is_no_page() -> None:
    with socket.create_server((HOME, 0)) as server:

        def serve() -> None:
            peer, _ = server.accept()
            with peer:
                peer.recv(4096)
                peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nall is w")

        Thread(target=serve, daemon=True).start()
        found, _, why = told((server.getsockname()[1], 0, Path()), "http", ca_file="")
    assert found["probe_success"] == 0
    assert "ended 92 octets before its end" in why


def test_a_name_cannot_add_a_header(web: Web) -> None:
    found, _, why = told(web, "http", name="x\r\nForged")
    assert found["probe_success"] == 0
    assert "no name of a site" in why
