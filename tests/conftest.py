"""The lab as real daemons, brought up once a run and provisioned by the playbooks that people use."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from inspect import isgeneratorfunction
from itertools import chain
from pathlib import Path

import pytest
import shipped
from hypothesis import settings

from kgnet import paths
from kgnet.model.fleet import Fleet

settings.register_profile("steady", derandomize=True, deadline=None)  # the same examples in every run
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))  # default: search on

os.environ.setdefault("KGNET_HISTORY", "none")  # a test's audits are no part of the user's own history
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # `kgnet` starts a thousand times, compiled once

LAB = paths.inventories() / "lab"
KGNET = Path(sys.executable).with_name("kgnet")
PATIENCE_S = 600


@dataclass(frozen=True)
class Lab:
    """A running twin of `inventories/lab`; a test that breaks something mends it again."""

    name: str
    fleet: Fleet
    state: Path

    def kgnet(self, *argv: str, timeout_s: float = PATIENCE_S) -> subprocess.CompletedProcess[str]:
        """Run `kgnet` on the host, as one does to look after the twin."""
        return _run([str(KGNET), *argv], timeout_s=timeout_s)

    def exec(
        self, node: str, *argv: str, stdin: str = "", timeout_s: float = PATIENCE_S
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in a node and return what it gave, whatever its exit code."""
        return _run(
            [str(KGNET), "twin", "exec", "--name", self.name, node, "--", *argv],
            stdin=stdin,
            timeout_s=timeout_s,
        )

    def run(self, *argv: str, timeout_s: float = PATIENCE_S) -> subprocess.CompletedProcess[str]:
        """Run a command at the operator's desk, e.g. `lab.run("kgnet", "plan")`."""
        return self.exec("operator", *argv, timeout_s=timeout_s)

    def must(self, node: str, *argv: str, stdin: str = "") -> str:
        """Run a command in a node that has to succeed; return its output."""
        done = self.exec(node, *argv, stdin=stdin)
        assert done.returncode == 0, (
            f"{node}: {' '.join(argv)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
        return done.stdout

    def cut(self, circuit: str) -> None:
        assert self.kgnet("twin", "cut", "--name", self.name, circuit).returncode == 0

    def heal(self, circuit: str) -> None:
        assert self.kgnet("twin", "heal", "--name", self.name, circuit).returncode == 0

    def playbook(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(str(KGNET), "playbook", name, "-i", str(LAB), *arguments)


def _run(argv: Sequence[str], *, stdin: str = "", timeout_s: float) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        argv,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
        env=os.environ | {"KGNET_INVENTORY": str(LAB), "NO_COLOR": "1", "ANSIBLE_FORCE_COLOR": "0"},
    )


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The lab, provisioned by `playbooks/site.yml`; torn down at the end, whatever happened."""
    folder = Path(os.environ.get("KGNET_TWIN_DIR") or tmp_path_factory.mktemp("twins"))
    os.environ["KGNET_TWIN_DIR"] = str(folder)
    name = f"test-{os.getpid()}"
    running = Lab(name, shipped.fleet("lab"), folder / name)
    try:
        up = running.kgnet("twin", "up", "-i", str(LAB), "--name", name)
        assert up.returncode == 0, up.stderr
        site = running.playbook("site")
        (folder / f"{name}.site.log").write_text(site.stdout + site.stderr)
        assert site.returncode == 0, site.stdout[-6000:] + site.stderr[-3000:]
        yield running
    finally:
        running.kgnet("twin", "down", "--name", name)
        if not os.environ.get("KGNET_TEST_KEEP"):
            shutil.rmtree(folder / name, ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep at one worker what shares daemons, the lab first of all: the others fit beside it."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None and (shared := _brought_up(item)):
            item.add_marker(pytest.mark.xdist_group(shared))
    if getattr(config.option, "loadgroup", False):  # at a worker
        for item in items:
            _tell_group(item)
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


def _tell_group(item: pytest.Item) -> None:
    """Append the group to the test's name, where xdist's scheduler looks for it.

    xdist 3.8 does that by `item._nodeid`, which pytest 9.2 does not read any more: groups were torn apart.
    """
    group = item.get_closest_marker("xdist_group")
    if group and not item.nodeid.endswith(f"@{group.args[0]}"):
        item._id = type(item.id).parse(f"{item.nodeid}@{group.args[0]}")  # type: ignore[attr-defined]


def _brought_up(item: pytest.Item) -> str:
    """Return what is brought up for more than this test and torn down again, or ""."""
    if "lab" in getattr(item, "fixturenames", ()):
        return "lab"
    fixtures = chain.from_iterable(item._fixtureinfo.name2fixturedefs.values())  # type: ignore[attr-defined]
    shared = any(each.scope == "module" and isgeneratorfunction(each.func) for each in fixtures)
    return item.path.stem if shared else ""


def results(text: str) -> list[dict[str, object]]:
    """Return the rows of a command's JSON output."""
    rows = json.loads(text)
    assert isinstance(rows, list)
    return rows
