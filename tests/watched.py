"""A province as its exporter tells it, without a network; a real Prometheus and Alertmanager to hear it."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote

from kgnet.export.catalogue import FAMILIES, Kind
from kgnet.export.expected import expected
from kgnet.export.intent import intent
from kgnet.export.pages import Pages
from kgnet.export.records import records
from kgnet.export.server import Server
from kgnet.export.topology import Evidence, judged
from kgnet.model.fleet import Fleet
from kgnet.model.outcome import Sample

NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)  # no work is planned at that time
COUNTERS = [family.name for family in FAMILIES if family.kind is Kind.COUNTER]
PATIENCE_S = 30
ROOM_PARTS = ("microphone", "camera", "port")


def told(fleet: Fleet, seen: Evidence, state: Path, scrape: int) -> Iterator[Sample]:
    """Yield what the exporter would say at its *scrape*-th scrape: all it can, every counter by one more."""
    yield from intent(fleet)
    yield from expected(fleet, NOW)
    yield from judged(fleet, seen)
    yield from records(fleet, state)
    for name in fleet.circuits:
        labels = {"circuit": name}
        yield from (Sample(each, scrape, labels) for each in COUNTERS if each.startswith("circuit_"))
        yield Sample("circuit_rtt_seconds", 0.01, labels)
        yield Sample("circuit_jitter_seconds", 0.001, labels)
        yield Sample("circuit_loss_ratio", 0, labels)
        yield Sample("bgp_session_up", 1, {"device": fleet.circuits[name].inner.device, "peer": "x"} | labels)
    for room in fleet.rooms:
        labels = {"room": room}
        yield Sample("room_answer_seconds", 0.1, labels)
        yield from (
            Sample(f"room_{what}", 1, labels) for what in ("scrape_success", "hardware_ok", "conferences")
        )
        yield from (Sample(f"room_{what}_ok", 1, labels | {"part": what}) for what in ROOM_PARTS)
    for target in fleet.targets:
        labels = dict(target.labels)
        yield Sample(labels.pop("shows"), 1, labels)
    shown = {"name": "mail.example", "port": "25", "device": "mail1"}
    yield Sample("certificate_expiry_timestamp_seconds", time.time() + 1e6, shown)
    yield Sample("certificate_verified", 1, shown)
    authority = shown | {"depth": "1", "subject": "Office CA"}
    yield Sample("certificate_chain_expiry_timestamp_seconds", time.time() + 1e7, authority)
    yield Sample("tls_version_accepted", 1, shown | {"version": "1.1"})
    yield Sample("tls_weak_cipher_accepted", 0, shown | {"cipher": ""})
    yield Sample("dns_validated", 1)
    yield Sample("dns_signature_expiry_timestamp_seconds", time.time() + 1e6)
    yield from (Sample("http_phase_seconds", 0.1, {"phase": phase}) for phase in ("connect", "tls"))
    yield Sample("voice_mos", 4.3)


def recorded(fleet: Fleet, folder: Path) -> Path:
    """Write what an audit, a plan and a backup of the fleet leave behind."""
    now = datetime.now(UTC).isoformat()
    finding = {"rule": "KG-SRV-02", "status": "fail", "severity": "high", "evidence": []}
    audit = {"time": now, "findings": [finding | {"device": name} for name in fleet.devices]}
    drift = {"time": now, "devices": [{"device": name, "add": 1, "remove": 0} for name in fleet.devices]}
    (folder / "audit.json").write_text(json.dumps(audit))
    (folder / "drift.json").write_text(json.dumps(drift))
    (folder / "backup.json").write_text(json.dumps({"devices": dict.fromkeys(fleet.devices, now)}))
    return folder


@contextmanager
def exporting(collect: Callable[[int], Iterable[Sample]]) -> Iterator[str]:
    """Serve what *collect* gives for the first, second … scrape; yields the address."""
    scrapes = count(1)
    pages = Pages(lambda _: list(collect(next(scrapes))), lambda *_: (), modules=(), timeout_s=2)
    with Server("127.0.0.1", 0, pages) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def running(*command: str, ready: str) -> Iterator[None]:
    """Run a daemon until the block ends; it is there as soon as *ready* answers."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            until(lambda: process.poll() is not None or answers(ready))
            assert process.poll() is None, process.stderr.read() if process.stderr else ""
            yield
        finally:
            process.kill()


def impatient(rules: str) -> str:
    """Return rules that are evaluated every second and fire at once."""
    return re.sub(
        r"(?m)^( *)for: .*$", r"\1for: 0s", re.sub(r"(?m)^( *)interval: .*$", r"\1interval: 1s", rules)
    )


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def asked(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


def found(prometheus: str, expression: str) -> list[dict[str, Any]]:
    """Return what an expression gives now; an HTTPError says that Prometheus does not take it."""
    result = asked(f"http://{prometheus}/api/v1/query?query={quote(expression)}")["data"]["result"]
    assert isinstance(result, list)
    return result


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.1)
