"""An audit on a cluster: a real scheduler and real workers on loopback, one of which is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import shipped
from distributed import Client

from kgnet import paths
from kgnet.render import render

KGNET = Path(sys.executable).with_name("kgnet")
LAB = paths.inventories() / "lab"
PATIENCE_S = 60


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Configurations of the lab, one of them binary, and one with secrets in it."""
    folder = tmp_path_factory.mktemp("rendered")
    for device in shipped.fleet("lab").devices.values():
        (folder / f"{device.name}.cfg").write_text(str(render(device, paths.templates())), encoding="utf-8")
    first, second, *_ = sorted(folder.glob("*.cfg"))
    first.write_bytes(b"\0" * 100)
    second.write_text(second.read_text() + "#= frr\nenable password Very-Secret-7\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What takes a while, and rules that are nowhere but in this file."""
    file = tmp_path_factory.mktemp("pack") / "office.yml"
    lines = "".join(
        f"  OFFICE-{n}: {{title: t, part: frr, must_not: '(\\S+\\s*)+$x{n}'}}\n" for n in range(2)
    )
    file.write_text(f"title: Office\nextends: [baseline, intent]\nlines:\n{lines}", encoding="utf-8")
    return file


def begun(log: Path, *argv: str) -> subprocess.Popen[str]:
    """Begin a part of the cluster, with what it says in a file."""
    with log.open("w") as told:
        return subprocess.Popen(
            [sys.executable, "-m", *argv], stdout=told, stderr=told, text=True, cwd=log.parent
        )


def patient(seen: object) -> None:
    assert callable(seen)
    until = time.monotonic() + PATIENCE_S
    while not seen():
        assert time.monotonic() < until
        time.sleep(0.05)


class Cluster:
    """A scheduler on loopback, and workers, each with one thread."""

    def __init__(self, folder: Path, protocol: str = "tcp") -> None:
        self.folder = folder
        self.workers: list[subprocess.Popen[str]] = []
        told = folder / "scheduler.json"
        self.scheduler = begun(
            folder / "scheduler.log",
            *("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"),
            *("--scheduler-file", str(told), "--protocol", protocol),
        )
        try:
            patient(told.exists)
        except AssertionError:
            self.end()
            raise
        self.address: str = json.loads(told.read_text())["address"]

    def worker(self) -> subprocess.Popen[str]:
        number = len(self.workers)
        argv = (
            "distributed.cli.dask_worker",
            self.address,
            "--nthreads",
            "1",
            "--no-nanny",
            "--no-dashboard",
        )
        local = ("--host", "127.0.0.1", "--local-directory", str(self.folder / f"worker-{number}"))
        log = self.folder / f"worker-{number}.log"
        self.workers.append(begun(log, *argv, *local))
        patient(lambda: "Registered to" in log.read_text())
        return self.workers[-1]

    def end(self) -> None:
        for each in (*self.workers, self.scheduler):
            each.kill()
            each.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    try:
        yield made
    finally:
        made.end()


def audited(rendered: Path, pack: Path, *more: str) -> subprocess.Popen[str]:
    argv = [str(KGNET), "audit", "-i", str(LAB), "--config-dir", str(rendered), "--pack", str(pack)]
    return subprocess.Popen(
        [*argv, "--format", "csv", *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_a_cluster_that_loses_a_worker_finds_what_one_process_finds(
    cluster: Cluster, rendered: Path, pack: Path
) -> None:
    """Byte for byte; the worker is killed with work in its hands."""
    alone, _ = audited(rendered, pack, "-j", "1").communicate(timeout=300)
    victim = cluster.worker()
    cluster.worker()
    spread = audited(rendered, pack, "--cluster", cluster.address)
    with Client(cluster.address, set_as_default=False) as client:
        patient(lambda: len([tasks for tasks in client.processing().values() if tasks]) == 2)
    os.kill(victim.pid, signal.SIGKILL)
    out, err = spread.communicate(timeout=300)
    assert victim.wait() == -signal.SIGKILL
    assert (spread.returncode, err) == (1, "")
    assert out.count("\n") > 100
    assert "holds a zero byte" in out
    assert out == alone
    for log in (*cluster.folder.glob("*.log"),):
        assert "Very-Secret-7" not in log.read_text()
    assert "Very-Secret-7" not in out


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("scheduler", "'scheduler' is no address of a scheduler — e.g. tls://"),
        ("tcp://192.0.2.1:8786", "configurations would travel in the clear"),
        ("tcp://127.0.0.1:9", "tcp://127.0.0.1:9: no scheduler can be spoken to there"),
        ("tls://127.0.0.1:9", "tls://127.0.0.1:9: Dask's settings name no certificates"),
    ],
)
def test_what_is_no_cluster_is_one_clear_line(address: str, told: str, rendered: Path, pack: Path) -> None:
    run = audited(rendered, pack, "--cluster", address)
    out, err = run.communicate(timeout=60)
    assert (run.returncode, out) == (1, "")
    assert told in err
    assert err.startswith("error: ")
    assert err.count("\n") == 1


def test_a_scheduler_without_workers_is_told(cluster: Cluster, rendered: Path, pack: Path) -> None:
    run = audited(rendered, pack, "--cluster", cluster.address)
    _, err = run.communicate(timeout=60)
    assert run.returncode == 1
    assert f"error: {cluster.address}: the scheduler has no worker — `dask worker {cluster.address}`\n" == err


@pytest.fixture
def certificates(tmp_path: Path) -> dict[str, str]:
    """Dask's settings for TLS, as its own environment variables have them."""
    request = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        [*request, "-subj", "/CN=cluster", "-days", "2", "-keyout", str(key), "-out", str(cert)],
        check=True,
        capture_output=True,
    )
    tls = "DASK_DISTRIBUTED__COMM__TLS__"
    both = {
        f"{tls}{who}__{what}": str(file)
        for who in ("CLIENT", "SCHEDULER", "WORKER")
        for what, file in (("KEY", key), ("CERT", cert))
    }
    return {f"{tls}CA_FILE": str(cert), "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "True", **both}


def test_a_cluster_is_spoken_to_over_tls(
    rendered: Path, tmp_path: Path, certificates: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With Dask's own settings; who has no certificate of that authority is not spoken to."""
    for name, value in certificates.items():
        monkeypatch.setenv(name, value)
    cluster = Cluster(tmp_path, "tls")
    try:
        cluster.worker()
        assert cluster.address.startswith("tls://127.0.0.1:")
        argv = ["audit", "-i", str(LAB), "--config-dir", str(rendered), "--cluster", cluster.address]
        done = subprocess.run([str(KGNET), *argv], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (1, "")
        assert "holds a zero byte" in done.stdout
    finally:
        cluster.end()


def test_a_cluster_is_for_files() -> None:
    done = subprocess.run(
        [str(KGNET), "audit", "-i", str(LAB), "--cluster", "tls://[::1]:1"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "--cluster judges files: give a folder by --config-dir" in done.stderr
