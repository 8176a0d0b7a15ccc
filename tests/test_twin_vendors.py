"""A twin is made of real daemons: it says which devices cannot be, and the benchmark replaces them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from mixed import FLEET, LAB

from kgnet import inventory, paths
from kgnet.design import design
from kgnet.errors import TwinError
from kgnet.model.groups import LINUX
from kgnet.model.province import ROUTERS
from kgnet.twin.fleet import blueprint_of


def test_devices_of_vendors_are_refused_by_name() -> None:
    """One line says who, what they are, and what runs them instead."""
    with pytest.raises(TwinError) as caught:
        blueprint_of(FLEET, "mixed", secret=lambda name: name)
    told = str(caught.value)
    assert told.startswith(
        "hub1 and 17 more cannot run as daemons: they are arista_eos, cisco_ios, juniper_junos"
    )
    assert "kgnet emulate" in told
    assert "\n" not in told


def test_the_lab_is_taken() -> None:
    assert blueprint_of(design(LAB), "lab", secret=lambda name: name).nodes


@pytest.fixture(name="benchmark_twin")
def benchmark_twin_() -> ModuleType:
    path = Path(__file__).resolve().parent.parent / "benchmarks" / "twin.py"
    spec = importlib.util.spec_from_file_location("benchmark_twin", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_benchmark_runs_the_province_on_frr(benchmark_twin: ModuleType, tmp_path: Path) -> None:
    """The same sites, circuits and addresses; every router is FRR, and no switch is left."""
    folder = paths.inventories() / "kiengiang"
    before = design(inventory.load(folder))
    after = design(inventory.load(benchmark_twin.of_frr(folder, tmp_path)))
    assert {device.platform for device in after.devices.values()} == set(LINUX)
    routers = {name for name, device in before.devices.items() if device.role in ROUTERS}
    assert routers <= set(after.devices)
    assert all(after.devices[name].address == before.devices[name].address for name in routers)
    assert set(after.circuits) == set(before.circuits)
    assert blueprint_of(after, "province", secret=lambda name: name, computers=False).nodes
