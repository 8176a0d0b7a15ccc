"""The role exporter on a host of its own: several exporters that share a fleet, as Prometheus sees them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from urllib.parse import quote

import pytest
import yaml

from kgnet import paths
from kgnet.twin import blueprint
from kgnet.twin.blueprint import Blueprint, Node

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
KEYS = ("snmp/auth", "snmp/priv")
PORTS = (10910, 10911, 10912)
PROMETHEUS = "http://127.0.0.1:9090/api/v1"
TOLD = "<13>1 2026-11-23T08:00:00Z r-902 sshd 9 - - Failed password for root from 198.51.100.9 port 5 ssh2"


@dataclass(frozen=True)
class Host:
    """A host with nothing on it but what Debian's packages and the playbook bring."""

    folder: Path

    def twin(self, *words: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"KGNET_TWIN_DIR": str(self.folder), "KGNET_TWIN": "shards"}
        command = [str(BIN / "kgnet"), "twin", *words]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=240, check=False, env=environment, cwd=ROOT
        )

    def run(self, *command: str) -> str:
        done = self.twin("exec", "mon1", "--", *command)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def provision(self, shards: int, *arguments: str) -> str:
        """Run the monitoring host's roles as `playbooks/monitoring.yml` has them."""
        (play,) = yaml.safe_load((ROOT / "playbooks/monitoring.yml").read_text())
        wanted = {
            "kgnet_inventory": str(paths.inventories() / "lab"),
            "ansible_playbook_python": sys.executable,
            "alertmanager_webhook_url": "",
            "exporter_shards": shards,
            "exporter_secrets": list(KEYS),
            "exporter_syslog_udp": "127.0.0.1:10514",
            "prometheus_scrape_interval_seconds": 6,
        }
        file = self.folder / "plays/monitoring.yml"
        file.write_text(
            yaml.safe_dump([play | {"hosts": "localhost", "connection": "local", "vars": wanted}])
        )
        told = (f"ANSIBLE_CONFIG={ROOT}/ansible.cfg", f"PYTHONPATH={ROOT}", "LC_ALL=C.UTF-8")
        told += (f"KGNET_SECRETS={self.folder}/plays/secrets",)
        command = (str(BIN / "ansible-playbook"), "-i", "localhost,", str(file), *arguments)
        return self.run("env", *told, *command)

    def units(self, question: str) -> list[str]:
        names = ("kgnet-exporter", *(f"kgnet-exporter@{port}" for port in PORTS[1:]))
        return self.twin("exec", "mon1", "--", "systemctl", question, *names).stdout.split()

    def value(self, expression: str) -> float:
        said = json.loads(self.run("curl", "-sS", f"{PROMETHEUS}/query?query={quote(expression)}"))
        return float(next(iter(said["data"]["result"]), {"value": [0, "0"]})["value"][1])


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    here = Host(tmp_path_factory.mktemp("twins"))
    for key in KEYS:
        path = here.folder / "plays/secrets" / key
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text(token_hex(16))
        path.chmod(0o600)
    (here.folder / "plays/secrets").chmod(0o700)
    shares = (str(ROOT), sys.prefix, sys.base_prefix, str(here.folder / "plays"))
    plan = Blueprint("shards", (Node("mon1", {}, services=(), shares=shares),), (), ())
    file = here.folder / "shards.json"
    file.write_text(blueprint.dumps(plan))
    up = here.twin("up", "--blueprint", str(file))
    assert up.returncode == 0, up.stderr
    yield here
    here.twin("down")


def until(true: Callable[[], bool], patience_s: float = 60) -> None:
    end = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(1)


def test_three_exporters_share_the_fleet_and_one_of_them_hears_for_all(host: Host) -> None:
    """Prometheus, of the same playbook, asks each for its part, and of the first what devices told."""
    host.provision(3)
    assert host.units("is-active") == ["active"] * 3
    assert host.units("is-enabled") == ["enabled"] * 3
    until(lambda: host.value('count(up{job="kgnet", instance="kgnet"} == 1)') == len(PORTS))
    assert host.value('count(count by(shard) (up{job="kgnet"}))') == len(PORTS)
    circuits = host.value("count(kgnet_circuit_expected)")
    assert circuits == host.value("count(count by(circuit) (kgnet_circuit_expected))") > 0
    assert host.value("count(count by(shard) (kgnet_circuit_expected))") > 1
    host.run("bash", "-c", f"echo '{TOLD}' > /dev/udp/127.0.0.1/10514")
    until(lambda: host.value('kgnet_device_events_total{instance="kgnet", device="r-902"}') == 1)


def test_who_shares_hears_nothing_and_fewer_shards_leave_none_running(host: Host) -> None:
    """A second run changes nothing, neither with three nor with one; Prometheus then asks one for all."""
    host.provision(3)
    assert "--syslog-udp 127.0.0.1:10514" in host.run("systemctl", "cat", "kgnet-exporter")
    assert "--listen 127.0.0.1:%i\n" in host.run("systemctl", "cat", f"kgnet-exporter@{PORTS[1]}")
    assert "changed=0" in host.provision(3, "--check", "--diff")
    host.provision(1)
    assert host.units("is-active") == ["active", "inactive", "inactive"]
    assert host.units("is-enabled") == ["enabled", "disabled", "disabled"]
    until(lambda: host.value('count(up{job="kgnet", shard=""} == 1)') == 1)


def test_a_number_of_shards_that_is_none_is_refused(host: Host) -> None:
    with pytest.raises(AssertionError, match="exporter_shards is 0: 1 to 64 wanted"):
        host.provision(0)
