"""How metrics are handed out: as text or OpenMetrics, packed or not, to many at once, and when we stop."""

from __future__ import annotations

import gzip
import re
import resource
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock, Thread

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_open
from prometheus_client.parser import text_string_to_metric_families as read_plain
from test_export import evidence, one_of_each
from watched import exporting, recorded, told, until

from kgnet import inventory, paths
from kgnet.design import design
from kgnet.export.forms import OPENMETRICS, PLAIN, takes_gzip, wanted
from kgnet.export.scrapes import Scrapes
from kgnet.model.outcome import Sample

PROMETHEUS = (  # what it sends
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)
SCRAPERS = 500
SLOW = [
    Sample("device_scrape_duration_seconds", took, {"device": name}) for name, took in (("a", 0.1), ("b", 3))
]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    fleet = design(inventory.load(paths.inventories() / "lab"))
    state = recorded(fleet, tmp_path_factory.mktemp("state"))
    return list(told(fleet, evidence(fleet), state, 1))


def fetched(address: str, **headers: str) -> tuple[int, str, bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(f"http://{address}/metrics", headers=named)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, "", refused.read()


# ── which form ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", PLAIN),
        ("*/*", PLAIN),
        ("text/plain", PLAIN),
        ("text/html,*/*;q=0.8", PLAIN),
        (PROMETHEUS, OPENMETRICS),
        ("application/openmetrics-text", OPENMETRICS),
        ("application/openmetrics-text; version=1.0.0; charset=utf-8", OPENMETRICS),
        ("application/openmetrics-text;version=0.0.1,text/plain;q=0.5", PLAIN),
        ("application/openmetrics-text;q=0.1,text/plain;q=0.9", PLAIN),
        ("application/openmetrics-text;q=0", PLAIN),
        ("application/openmetrics-text;q=soon,;;,=", PLAIN),
    ],
)
def test_a_scraper_gets_the_form_that_it_likes_best(accept: str, form: object) -> None:
    assert wanted(accept) is form


@pytest.mark.parametrize(
    ("header", "packed"),
    [
        ("", False),
        ("gzip", True),
        ("deflate, gzip;q=0.5", True),
        ("gzip;q=0", False),
        ("*", True),
        ("br", False),
    ],
)
def test_gzip_is_for_who_takes_it(header: str, packed: bool) -> None:
    assert takes_gzip(header) is packed


def test_both_forms_say_the_same(samples: list[Sample]) -> None:
    """Real parsers of both; that of OpenMetrics is the strict one."""

    def read(families: Iterator[object]) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
        each = [sample for family in families for sample in family.samples]  # type: ignore[attr-defined]
        return {(one.name, frozenset(one.labels.items())): one.value for one in each}

    plain, open_ = read(read_plain(PLAIN.text(samples))), read(read_open(OPENMETRICS.text(samples)))
    assert plain == open_
    assert len(plain) == len(samples)


def test_every_metric_has_a_form_in_openmetrics() -> None:
    """And its unit, where its name ends in one."""
    families = {
        family.name: family for family in read_open(OPENMETRICS.text(one_of_each(), OPENMETRICS.own()))
    }
    assert families["kgnet_circuit_rtt_seconds"].unit == "seconds"
    assert families["kgnet_circuit_receive_bytes"].unit == "bytes"
    assert families["kgnet_circuit_receive_bytes"].type == "counter"
    assert families["kgnet_circuit"].type == "info"
    assert "process_resident_memory_bytes" in families


def test_over_http_it_is_whole_and_says_what_it_is(samples: list[Sample]) -> None:
    with exporting(lambda _: samples) as address:
        status, kind, body = fetched(address, Accept=PROMETHEUS, Accept_Encoding="gzip")
        assert (status, kind) == (200, OPENMETRICS.content_type)
        assert gzip.decompress(body).endswith(b"\n# EOF\n")
        status, kind, body = fetched(address, Accept_Encoding="gzip;q=0")
        assert (status, kind) == (200, PLAIN.content_type)
        assert b"# EOF" not in body
        assert b"kgnet_circuit_up" in body


def test_who_asks_for_the_head_gets_it_without_the_body(samples: list[Sample]) -> None:
    """As load balancers and `curl --head` do."""
    with exporting(lambda _: samples) as address:
        request = urllib.request.Request(f"http://{address}/metrics", method="HEAD")
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert (answer.status, answer.read()) == (200, b"")
            assert int(answer.headers["Content-Length"]) > 0


def test_an_exemplar_names_the_device_that_kept_a_scrape_waiting() -> None:
    with exporting(lambda _: SLOW) as address:
        said = fetched(address, Accept=PROMETHEUS)[2].decode()
        assert re.search(r'kgnet_scrape_duration_seconds_bucket\{le="[^"]+"\} [0-9.]+ # \{device="b"\}', said)
        plain = fetched(address)[2].decode()
    assert "kgnet_scrape_duration_seconds_count" in plain
    assert " # {" not in plain, "the text format has no exemplars"


def test_promtool_takes_what_the_exporter_tells_of_itself() -> None:
    own = "".join(line for line in PLAIN.own().splitlines(keepends=True) if "kgnet_" in line)
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=own, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# ── many at once ────────────────────────────────────────────────────────────


def test_five_hundred_scrapes_at_once_are_a_few_of_the_fleet(samples: list[Sample]) -> None:
    """All of them hear what was found after they had asked."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    begun: list[int] = []

    def collect(scrape: int) -> list[Sample]:
        begun.append(scrape)
        Event().wait(0.3)  # as long as a small fleet takes to answer
        return samples

    try:
        with exporting(collect) as address, ThreadPoolExecutor(SCRAPERS) as clients:
            asking = [clients.submit(fetched, address, Accept_Encoding="gzip") for _ in range(SCRAPERS)]
            heard = [each.result() for each in asking]
            assert fetched(address)[0] == 200
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert [status for status, _, _ in heard] == [200] * SCRAPERS
    assert all(b"kgnet_circuit_up" in gzip.decompress(body) for _, _, body in heard[:: SCRAPERS // 20])
    assert len(begun) < SCRAPERS / 5


def test_who_waits_shares_one_scrape_that_begins_after_he_asked() -> None:
    go, begun, lock = Event(), [], Lock()

    def collect(_: float) -> list[Sample]:
        with lock:
            begun.append(1)
        assert go.wait(10)
        return [Sample("audit_recorded", len(begun))]

    scrapes = Scrapes(collect)
    heard: list[object] = []
    asking = [Thread(target=lambda: heard.append(scrapes.get(10))) for _ in range(2)]
    for each in asking:
        each.start()
        until(lambda: scrapes._next is None and bool(begun))
    until(lambda: len(begun) == 2)
    late = [Thread(target=lambda: heard.append(scrapes.get(10))) for _ in range(20)]
    for each in late:
        each.start()
    until(lambda: scrapes._next is not None)
    go.set()
    for each in (*asking, *late):
        each.join(10)
    assert len(heard) == 22
    assert None not in heard
    assert len(begun) < 8
    assert not scrapes.busy


def test_a_failure_leaves_no_turn_taken() -> None:
    def fails(_: float) -> list[Sample]:
        raise ZeroDivisionError

    scrapes = Scrapes(fails)
    for _ in range(5):
        with pytest.raises(ZeroDivisionError):
            scrapes.get(1)
    assert not scrapes.busy


# ── stopped meanwhile ───────────────────────────────────────────────────────

SERVED = """
import sys
from kgnet.export.pages import Pages
from kgnet.export.server import Server, serve
from kgnet.model.outcome import Sample

def collect(_):
    print("scraping", flush=True)
    sys.stdin.readline()
    return [Sample("audit_recorded", 1)]

server = Server("127.0.0.1", 0, Pages(collect, None, modules=(), timeout_s=10))
print(server.server_port, flush=True)
serve(server)
print("ended", flush=True)
"""


def test_who_has_asked_is_answered_though_we_are_told_to_end() -> None:
    """SIGTERM in the midst of a scrape: the answer is whole, nobody new is let in, the end is a clean one."""
    command = [sys.executable, "-c", SERVED]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process,
        ThreadPoolExecutor(1) as client,
    ):
        assert process.stdin
        assert process.stdout
        port = int(process.stdout.readline())
        asking = client.submit(fetched, f"127.0.0.1:{port}")
        assert process.stdout.readline() == "scraping\n"
        process.send_signal(signal.SIGTERM)
        until(lambda: not listens(port))
        process.stdin.write("\n")
        process.stdin.flush()
        status, _, body = asking.result(20)
        assert (status, b"kgnet_audit_recorded 1\n" in body) == (200, True)
        assert process.stdout.readline() == "ended\n"
        assert process.wait(10) == 0


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
