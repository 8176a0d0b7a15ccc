"""An audit on a cluster: a real scheduler and real workers on loopback, one of which is killed."""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path

import pytest
import shipped
from distributed import Client

from kgnet import paths
from kgnet.audit import spread
from kgnet.audit.apart import apart
from kgnet.audit.cluster import on_cluster
from kgnet.errors import DeviceError, PackError, Refused
from kgnet.model.fleet import Device
from kgnet.model.province import Role
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


HARD = """
import os, re, signal, time
from kgnet.audit import spread
from kgnet.errors import PackError, Refused

spread.MOST_CPU_S, spread.MOST_MEMORY_BYTES = 0.5, 1 << 30


def read(device, number):
    return number


def work(device, number):
    once = os.path.join(os.path.dirname(__file__), f"once-{number}")
    first = not os.path.exists(once)
    open(once, "w").close()
    if number == 3:
        re.search(r"(a+)+$", "a" * 60 + "b")
    if number == 4:
        return len(bytearray(2 << 30))
    if number == 5:
        raise Refused(device.name, "is no configuration")
    if number == 11 or (number == 12 and first):
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 20 and first:
        os.kill(os.getppid(), signal.SIGSTOP)
        time.sleep(1)
    return number * number


def broken(device, number):
    raise PackError("no such rule") if number else ZeroDivisionError("a bug")


def asleep(device, number):
    time.sleep(number)
    return number
"""


@pytest.fixture
def hard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Work that breaks every bound, in a module that workers can import."""
    for bound in ("MOST_CPU_S", "MOST_MEMORY_BYTES"):
        monkeypatch.setattr(spread, bound, getattr(spread, bound))  # are put back afterwards
    (tmp_path / "hard_work.py").write_text(HARD)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL", "3s")
    monkeypatch.syspath_prepend(tmp_path)
    sys.modules.pop("hard_work", None)
    return importlib.import_module("hard_work")


def numbered(count: int) -> list[tuple[Device, int]]:
    return [
        (Device(f"r-{n}", "DC", Role.BRANCH, "frr", n, IPv4Address("172.20.0.9")), n) for n in range(count)
    ]


def test_a_device_is_bounded_on_a_cluster_and_a_worker_that_falls_silent_loses_nothing(
    hard: object, cluster: Cluster
) -> None:
    """A search that never ends, memory without end, two deaths, one death, and a worker that is stopped."""
    cluster.worker()
    cluster.worker()
    work, read = getattr(hard, "work"), getattr(hard, "read")  # noqa: B009 - the module is written above
    items = numbered(40)
    found = list(on_cluster(cluster.address, work, items, read=read))
    assert [device.name for device, _ in found] == [device.name for device, _ in items]
    told: dict[str, int | DeviceError] = {device.name: value for device, value in found}
    assert "cannot be judged within 0.5 s of CPU time" in str(told.pop("r-3"))
    assert "cannot be judged within 1 GiB of memory" in str(told.pop("r-4"))
    assert str(told.pop("r-5")) == "r-5: is no configuration"
    assert "the process that judged it died, twice" in str(told.pop("r-11"))
    assert told == {f"r-{n}": n * n for n in range(40) if n not in (3, 4, 5, 11)}
    states = [
        Path(f"/proc/{each.pid}/stat").read_text().rpartition(")")[2].split()[0] for each in cluster.workers
    ]
    assert "T" in states, "one worker did stand still"


def test_a_process_apart_tells_errors_and_bugs_and_does_not_wait_for_ever(hard: object) -> None:
    broken, asleep = getattr(hard, "broken"), getattr(hard, "asleep")  # noqa: B009
    bug, pack = numbered(2)
    with pytest.raises(RuntimeError, match="ZeroDivisionError: a bug"):
        list(apart(broken, [bug]))
    with pytest.raises(PackError, match="no such rule"):
        list(apart(broken, [pack]))
    late = (pack[0], 60)
    still, done = apart(asleep, [late, bug], most_s=2.0)
    assert isinstance(still, Refused)
    assert "cannot be judged within 2 s: the process stands still" in str(still)
    assert done == 0
