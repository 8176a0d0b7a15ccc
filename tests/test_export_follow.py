"""An exporter follows its inventory: what changed is taken over whole, what does not read is not."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import KGNET
from prometheus_client.parser import text_string_to_metric_families
from watched import until

from kgnet import paths
from kgnet.export.follow import Follower

DEVICE = "r-911"
PLANNED = "test,911,,2020-01-01 00:00,2120-01-01 00:00,planned for a hundred years\n"
ALONE = ("unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up; exec "$@"', "sh")
METRICS = "http://127.0.0.1:10910/metrics"


@dataclass(frozen=True)
class Exporter:
    """The command in a network of its own, where nobody else is."""

    process: subprocess.Popen[bytes]

    def told(self, name: str, *, where: str = METRICS, **labels: str) -> float | None:
        """Return a metric; None: it is not told, or nobody answers."""
        enter = ("nsenter", "--target", str(self.process.pid), "--user", "--net", "--preserve-credentials")
        done = subprocess.run([*enter, "curl", "-sS", where], capture_output=True, text=True, check=False)
        for family in text_string_to_metric_families(done.stdout):
            for sample in family.samples:
                if sample.name == name and labels.items() <= sample.labels.items():
                    return sample.value
        return None


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    """The lab as if it stood in the world."""
    folder = tmp_path / "lab"
    shutil.copytree(paths.inventories() / "lab", folder)
    settings = folder / "province.yml"
    settings.write_text(settings.read_text().replace("twin_only: true", "twin_only: false"))
    return folder


@contextmanager
def exporting(inventory: Path, *options: str) -> Iterator[Exporter]:
    command = [*ALONE, str(KGNET), "export", "-i", str(inventory), "--timeout", "1", *options]
    env = {name: value for name, value in os.environ.items() if name != "KGNET_SECRETS"}
    with subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL) as process:
        exporter = Exporter(process)
        try:
            until(lambda: exporter.told("kgnet_build_info") == 1)
            yield exporter
        finally:
            process.terminate()
            process.wait(30)


def test_planned_work_that_is_written_down_now_is_known_without_a_restart(inventory: Path) -> None:
    """A broken line changes nothing but what the metric says; mended, all of it is taken over."""
    file = inventory / "outages.csv"
    good = file.read_text()
    with exporting(inventory) as exporter:
        was = exporter.told("kgnet_inventory_read_timestamp_seconds")
        assert was is not None
        assert exporter.told("kgnet_device_expected", device=DEVICE) == 1
        file.write_text(good + PLANNED + "broken,nowhere,,,,\n")
        until(lambda: exporter.told("kgnet_inventory_read_success") == 0)
        assert exporter.told("kgnet_device_expected", device=DEVICE) == 1
        assert exporter.told("kgnet_inventory_read_timestamp_seconds") == was
        file.write_text(good + PLANNED)
        until(lambda: exporter.told("kgnet_device_expected", device=DEVICE) == 0)
        assert exporter.told("kgnet_inventory_read_success", where=f"{METRICS}?shard=1/2") == 1


def test_sighup_has_it_read_at_once_and_the_receivers_go_on(inventory: Path) -> None:
    """A device that comes with the inventory is heard, at the socket that was open before."""
    devices = inventory / "devices.csv"
    with exporting(inventory, "--syslog-tcp", "127.0.0.1:10514") as exporter:
        was = exporter.told("kgnet_inventory_read_timestamp_seconds") or 0
        assert exporter.told("kgnet_device_events_total", device="web9") is None
        devices.write_text(devices.read_text() + "web9,DC,portal,linux,99,dmz\n")
        exporter.process.send_signal(signal.SIGHUP)
        until(lambda: (exporter.told("kgnet_inventory_read_timestamp_seconds") or 0) > was)
        until(lambda: exporter.told("kgnet_device_events_total", device="web9") == 0)
        assert exporter.told("kgnet_events_receiver_up") == 1


def test_a_bug_while_it_is_read_is_told_and_the_next_change_is_taken_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A watcher that died of it would serve yesterday's inventory for ever, and say that all is well."""
    faults = [ZeroDivisionError("a line nobody foresaw")]
    read = []

    def adopt() -> None:
        if faults:
            raise faults.pop()
        read.append(True)

    def success(follower: Follower) -> float:
        return next(each.value for each in follower.samples() if each.name == "inventory_read_success")

    with Follower(tmp_path, adopt, every_s=0.05) as follower:
        follower.ask()
        until(lambda: success(follower) == 0)
        (told,) = caplog.records
        assert told.levelname == "ERROR"
        assert told.exc_info
        assert "nobody foresaw" in str(told.exc_info[1])
        (tmp_path / "sites.csv").write_text("site\n")
        until(lambda: success(follower) == 1)
    assert read
