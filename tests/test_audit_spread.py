"""An audit spread over processes: the same results in the same order, whatever becomes of a process."""

from __future__ import annotations

import multiprocessing
import os
import re
import resource
import signal
import subprocess
import sys
import time
from ipaddress import IPv4Address
from pathlib import Path

import pytest
import shipped

from kgnet import paths
from kgnet.audit import spread
from kgnet.errors import DeviceError, PackError, Refused
from kgnet.model.fleet import Device
from kgnet.model.province import Role
from kgnet.render import render

KGNET = Path(sys.executable).with_name("kgnet")
LAB = paths.inventories() / "lab"


def fleet(count: int) -> list[tuple[Device, int]]:
    """Return devices that are not looked at, each with its number."""
    return [
        (Device(f"r-{n}", "DC", Role.BRANCH, "frr", n, IPv4Address("172.20.0.9")), n) for n in range(count)
    ]


def over(work: spread.Work[int, int], count: int = 60) -> dict[str, int | DeviceError]:
    """Spread *work* over two processes; return what came of each, after a look at the order."""
    items = fleet(count)
    found = list(spread.in_processes(work, items, jobs=2))
    assert [device.name for device, _ in found] == [device.name for device, _ in items]
    assert multiprocessing.active_children() == []
    return {device.name: value for device, value in found}


def test_all_is_done_in_order() -> None:
    """Slow ones first: what is done later still comes after them."""

    def work(device: Device, number: int) -> int:
        time.sleep(0.02 if number < 10 else 0)
        return number * number

    assert list(over(work).values()) == [n * n for n in range(60)]


def test_it_is_done_in_other_processes_but_for_a_few() -> None:
    """Three devices are judged sooner than a process is begun."""

    def work(device: Device, number: int) -> int:
        return os.getpid()

    many, few = set(over(work).values()), set(over(work, spread.FEW - 1).values())
    assert os.getpid() not in many
    assert few == {os.getpid()}


def test_a_devices_error_is_its_own() -> None:
    def work(device: Device, number: int) -> int:
        if number == 7:
            raise Refused(device.name, "is no configuration")
        return number

    found = over(work)
    assert str(found.pop("r-7")) == "r-7: is no configuration"
    assert list(found.values()) == [n for n in range(60) if n != 7]


def test_a_process_that_dies_costs_the_others_nothing(tmp_path: Path) -> None:
    """One device kills whoever judges it; another only once: that one is judged after all."""

    def work(device: Device, number: int) -> int:
        once = tmp_path / "once"
        if number == 11 or (number == 30 and not once.exists()):
            once.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    found = over(work)
    assert "the process that judged it died, twice" in str(found.pop("r-11"))
    assert list(found.values()) == [n for n in range(60) if n != 11]


def test_what_takes_too_long_or_too_much_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also inside of a search that would never end, and in this process as in another."""
    monkeypatch.setattr(spread, "MOST_CPU_S", 0.5)
    monkeypatch.setattr(spread, "MOST_MEMORY_BYTES", 2 << 30)

    def work(device: Device, number: int) -> int:
        if number == 3:
            re.search(r"(a+)+$", "a" * 60 + "b")
        if number == 4:
            return len(bytearray(4 << 30))
        return number

    found = over(work, 20)
    assert "cannot be judged within 0.5 s of CPU time" in str(found["r-3"])
    assert "cannot be judged within 2 GiB of memory" in str(found["r-4"])
    assert found["r-5"] == 5
    (_, alone), *_ = spread.here(work, fleet(20)[3:4])
    assert "cannot be judged within 0.5 s of CPU time" in str(alone)
    before = resource.getrlimit(resource.RLIMIT_AS)
    (_, alone), (_, next_) = spread.here(work, fleet(20)[4:6])
    assert "cannot be judged within 2 GiB of memory" in str(alone), "in this very process"
    assert next_ == 5
    assert resource.getrlimit(resource.RLIMIT_AS) == before
    assert signal.getsignal(signal.SIGPROF) is signal.SIG_DFL


def test_any_other_error_is_not_swallowed() -> None:
    """An error of the pack ends the audit, and a bug shows itself."""

    def work(device: Device, number: int) -> int:
        raise PackError("no such rule")

    with pytest.raises(PackError, match="no such rule"):
        over(work)
    assert multiprocessing.active_children() == []


def test_who_stops_listening_ends_the_processes() -> None:
    """As Ctrl-C does: nothing goes on behind one's back."""

    def work(device: Device, number: int) -> int:
        time.sleep(300 if number > 10 else 0)
        return number

    begun = time.monotonic()
    results = spread.in_processes(work, fleet(40), jobs=2)
    assert next(results)[1] == 0
    results.close()  # type: ignore[attr-defined]
    assert multiprocessing.active_children() == []
    assert time.monotonic() - begun < 100


# ── the command ─────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rendered")
    for device in shipped.fleet("lab").devices.values():
        (folder / f"{device.name}.cfg").write_text(str(render(device, paths.templates())), encoding="utf-8")
    return folder


OFFICE = """
title: Office
extends: [baseline, intent]
lines:
  OFFICE-01: {title: A description, platforms: [frr], part: frr, inside: '^interface ', must: '^description '}
  OFFICE-02: {title: A bomb, part: frr, must_not: '(\\S+\\s*)+$x'}
"""


def test_one_process_and_many_write_the_same_report(rendered: Path, tmp_path: Path) -> None:
    """Byte for byte, with rules of the office's own, one of which never ends, and with drift."""
    pack = tmp_path / "office.yml"
    pack.write_text(OFFICE, encoding="utf-8")
    reports = {}
    for jobs in ("1", "3"):
        argv = ["audit", "-i", str(LAB), "--config-dir", str(rendered), "--pack", str(pack), "-j", jobs]
        done = subprocess.run(
            [str(KGNET), *argv, "--format", "csv"], capture_output=True, text=True, timeout=300, check=False
        )
        assert (done.returncode, done.stderr) == (1, "")
        reports[jobs] = done.stdout
    assert reports["1"].count("\n") > 100
    assert "searches for more than 2 s" in reports["1"]
    assert reports["1"] == reports["3"]


def test_ctrl_c_ends_it_with_a_word(rendered: Path, tmp_path: Path) -> None:
    """A terminal tells all processes of the command; none of them shows a traceback or goes on."""
    heard = ("env", "--default-signal=INT")  # also where the tests are a job in the background
    begun = subprocess.Popen(
        [*heard, str(KGNET), "audit", "-i", str(LAB), "--config-dir", str(rendered), "-j", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    children = Path(f"/proc/{begun.pid}/task/{begun.pid}/children")
    while begun.poll() is None and len(children.read_text().split()) < 2:
        time.sleep(0.01)
    os.killpg(begun.pid, signal.SIGINT)
    _, err = begun.communicate(timeout=60)
    assert (begun.returncode, err) == (130, "interrupted\n")
    with pytest.raises(ProcessLookupError):
        os.killpg(begun.pid, 0)
