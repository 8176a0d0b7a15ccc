"""How full circuits were, as a real Prometheus has it: a week of counters is put into its store."""

from __future__ import annotations

import json
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import shipped

from kgnet import paths, plugins
from kgnet.audit import audit, pack
from kgnet.audit.loads import History, measured
from kgnet.model.config import Config
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Finding, Status
from kgnet.model.redundancy import LinkLoads
from kgnet.ports import Rule
from kgnet.wire.prometheus import NoAnswer, Server

LAB = paths.inventories() / "lab"
FLEET = shipped.fleet("lab")
RULES = plugins.found(Rule)
DAY_S, EVERY_S = 86_400, 120
NOW = int(time.time()) // EVERY_S * EVERY_S
Load = Callable[[int], float]  # second of the week → Mbit/s


def steady(rate_mbps: float) -> Load:
    return lambda at: rate_mbps


def busy_mornings(rate_mbps: float, hours: float) -> Load:
    """Return a circuit that is full for so many hours of each day, and quiet else."""
    return lambda at: rate_mbps if (at % DAY_S) < hours * 3600 else 1.0


# circuit → to the office, from the office.  899-1 has 100 Mbit/s, STC-1 50, STTTT-1 50, 911-1 …
LOADS: dict[str, tuple[Load, Load]] = {
    "STC-1": (steady(10.0), steady(46.0)),  # what the office sends is more than 90 % of 50
    "STC-2": (busy_mornings(20.0, 1.0), steady(2.0)),  # full for an hour a day: 4 % of all samples
    "STTTT-1": (busy_mornings(50.0, 2.0), steady(2.0)),  # for two: 8 %
    "STTTT-2": (steady(1.0), steady(1.0)),
}
SHORT = {"899-1": (steady(1.0), steady(1.0)), "899-2": (steady(1.0), steady(1.0))}  # three days only


def backfill(folder: Path) -> None:
    """Write the counters as OpenMetrics, and make blocks of them."""
    text = folder / "counters.txt"
    with text.open("w", encoding="utf-8") as out:
        for place, name in enumerate(("transmit", "receive")):
            family = f"kgnet_circuit_{name}_bytes"
            out.write(f"# TYPE {family} counter\n")
            for circuits, days in ((LOADS, 7.1), (SHORT, 3.0)):
                for circuit, loads in circuits.items():
                    total = 0.0
                    for at in range(NOW - int(days * DAY_S), NOW + 1, EVERY_S):
                        total += loads[place](at) * 1e6 / 8 * EVERY_S
                        out.write(f'{family}_total{{circuit="{circuit}"}} {total:.0f} {at}\n')
        out.write("# EOF\n")
    argv = ["promtool", "tsdb", "create-blocks-from", "openmetrics", str(text), str(folder / "data")]
    subprocess.run(argv, check=True, capture_output=True)


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("prometheus")
    backfill(folder)
    (folder / "prometheus.yml").write_text("global: {}\n", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    argv = [
        "prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
        "--storage.tsdb.retention.time=30d", f"--web.listen-address=127.0.0.1:{port}",
    ]  # fmt: skip
    with (folder / "log").open("w", encoding="utf-8") as log:
        running = subprocess.Popen(argv, stdout=log, stderr=log)
    try:
        yield ready(f"http://127.0.0.1:{port}", folder / "log")
    finally:
        running.terminate()
        running.wait(30)


def ready(url: str, log: Path) -> str:
    until = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"{url}/-/ready", timeout=2).close()
        except OSError:
            assert time.monotonic() < until, log.read_text(encoding="utf-8")
            time.sleep(0.2)
        else:
            return url


def judged(want: Device, url: str, **parameters: float) -> Finding:
    """Judge a device by its configuration in a file, and by Prometheus."""
    have = Snapshot(want.name, Config(want.name, {}))
    have = measured(want, have, History(Server(url, timeout_s=20), float(NOW)))
    asked = pack.asking("KG-HA-03")
    choice = asked.rules["KG-HA-03"].model_copy(update={"parameters": parameters})
    (finding,) = audit(
        want,
        have,
        RULES,
        asked.model_copy(update={"rules": {"KG-HA-03": choice}}),
        live=False,
        beside=[LinkLoads],
    )
    return finding


def told(finding: Finding) -> str:
    return "; ".join(map(str, finding.evidence))


def test_what_an_office_sends_is_judged_at_the_office(prometheus: str) -> None:
    """The counter is the hub's; what it received the office has sent."""
    found = judged(FLEET.devices["r-stc"], prometheus)
    assert found.status is Status.FAIL
    assert "STC-1" in told(found)
    assert "sends 46.0 Mbit/s at the 95th percentile: more than 90% of its 50 Mbit/s" in told(found)
    assert "STC-2" not in told(found)
    assert prometheus in told(found)


def test_the_percentile_is_of_all_samples_of_a_week(prometheus: str) -> None:
    """An hour a day is one sample in twenty-four; two hours are one in twelve."""
    found = judged(only(FLEET.devices["hub1"], "STTTT-1", "STC-2"), prometheus)
    assert found.status is Status.FAIL
    assert told(found).count("percentile") == 1
    assert "STTTT-1" in told(found)
    assert judged(only(FLEET.devices["hub1"], "STC-2"), prometheus).status is Status.PASS
    assert judged(only(FLEET.devices["hub1"], "STC-2"), prometheus, percentile=99.0).status is Status.FAIL


def only(device: Device, *circuits: str) -> Device:
    kept = tuple(each for each in device.interfaces if each.circuit is None or each.circuit in circuits)
    assert sum(each.circuit is not None for each in kept) == len(circuits)
    return replace(device, interfaces=kept)


@pytest.mark.parametrize("platform", ["cisco_ios", "arista_eos", "juniper_junos"])
def test_a_device_of_any_vendor_is_judged(prometheus: str, platform: str) -> None:
    """The counters are the exporter's: no device has to remember them."""
    found = judged(replace(FLEET.devices["r-stc"], platform=platform), prometheus)
    assert found.status is Status.FAIL


def test_three_days_are_no_week(prometheus: str) -> None:
    found = judged(only(FLEET.devices["r-899"], "899-1"), prometheus)
    assert (found.status, found.evidence[0].what[:34]) == (Status.ERROR, "cannot judge: samples cover 3.0 da")


def test_a_circuit_that_nobody_counted_is_no_quiet_one(prometheus: str) -> None:
    found = judged(FLEET.devices["r-911"], prometheus)
    assert found.status is Status.ERROR
    assert "has no sample of 31081-1, 911-1, 911-2 in 7 days" in told(found)
    found = judged(only(FLEET.devices["hub1"], "STC-2", "911-1"), prometheus)
    assert (found.status, "no sample of 911-1" in told(found)) == (Status.ERROR, True)
    found = judged(only(FLEET.devices["hub1"], "STTTT-1", "911-1"), prometheus)
    assert found.status is Status.FAIL, "what is full is told all the same"


def test_a_prometheus_that_does_not_answer_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    found = judged(FLEET.devices["r-stc"], f"http://127.0.0.1:{port}")
    assert found.status is Status.ERROR
    assert "Connection refused" in told(found)


@pytest.mark.parametrize(
    ("url", "why"), [("file:///etc/passwd", "is no address"), ("mon1:9090", "is no address")]
)
def test_what_is_no_address_is_told(url: str, why: str) -> None:
    with pytest.raises(NoAnswer, match=why):
        Server(url).over("up", start=0, end=1, step_s=1)


def test_a_refusal_is_told_in_its_own_words(prometheus: str) -> None:
    with pytest.raises(NoAnswer, match=r"HTTP status 400: .*parse error"):
        Server(prometheus).over("up{", start=NOW - 60, end=NOW, step_s=15)
    with pytest.raises(NoAnswer, match="HTTP status 404"):
        Server(f"{prometheus}/elsewhere").over("up", start=NOW - 60, end=NOW, step_s=15)


def test_the_command_asks_it(prometheus: str, tmp_path: Path) -> None:
    """With files of configurations, in processes of their own."""
    from conftest import KGNET

    (tmp_path / "one.yml").write_text("title: x\nrules:\n  KG-HA-03:\n", encoding="utf-8")
    subprocess.run([KGNET, "render", "-i", LAB, "-o", tmp_path / "files"], check=True, capture_output=True)
    argv = [KGNET, "audit", "-i", LAB, "--config-dir", tmp_path / "files", "--pack", tmp_path / "one.yml"]
    argv += ["--limit", "r-stc", "--prometheus", prometheus, "--format", "json"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "STC-1" in json.loads(done.stdout)["findings"][0]["evidence"][0]
