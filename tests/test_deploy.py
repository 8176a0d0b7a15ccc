"""Deploy of a fleet: in which order, who together, and when to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from kgnet import paths
from kgnet.deploy import Wave, deploy_fleet, waves
from kgnet.deploy.fleet import Each
from kgnet.errors import DeviceError, Unreachable
from kgnet.model.fleet import Device, Fleet
from kgnet.model.outcome import Outcome, Plan, Result


def _waves(fleet: Fleet, **options: int) -> list[Wave]:
    return waves(fleet, tuple(fleet.devices.values()), **options)


def test_every_device_has_one_wave(fleet: Fleet) -> None:
    names = [device.name for wave in _waves(fleet) for device in wave.devices]
    assert sorted(names) == sorted(fleet.devices)


def test_what_carries_others_is_changed_alone(fleet: Fleet) -> None:
    """Both hubs, or both border routers, in one wave could cut everybody off."""
    for wave in _waves(fleet):
        roles = [device.role.value for device in wave.devices]
        assert len(wave.devices) == 1 or not {"hub", "border"} & set(roles)


def test_one_office_goes_first_and_islands_last(fleet: Fleet) -> None:
    """The first is one that nobody hangs on; an island cannot be driven to."""
    planned = _waves(fleet, size=1)
    (first,) = planned[0].devices
    assert fleet.sites[first.site].kind.value == "commune"
    islands = [any(fleet.sites[c].island for c in fleet.ancestors(w.devices[0].site)) for w in planned]
    assert islands == sorted(islands)
    assert any(islands)


def test_nobody_is_changed_together_with_what_it_hangs_on(fleet: Fleet) -> None:
    for wave in _waves(fleet, size=100):
        sites = {device.site for device in wave.devices if device.role.value == "branch"}
        for site in sites:
            assert not sites & set(list(fleet.ancestors(site))[1:])


def _in_turn(
    devices: tuple[Device, ...], work: Callable[[Device], Outcome], *, workers: int
) -> Iterator[tuple[Device, Outcome | DeviceError]]:
    for device in devices:
        try:
            value: Outcome | DeviceError = work(device)
        except DeviceError as reason:
            value = reason
        yield device, value


def _run(fleet: Fleet, failing: set[str], max_failures: int) -> dict[str, Outcome]:
    def work(device: Device) -> Outcome:
        if device.name in failing:
            raise Unreachable(device.name, "is gone")
        return Outcome(device.name, Result.CHANGED, Plan(device.name, ()))

    each: Each = _in_turn  # type: ignore[assignment]
    found = deploy_fleet(_waves(fleet), work, each=each, max_failures=max_failures, stopped=lambda: False)
    return {outcome.device: outcome for outcome in found}


def test_a_failure_stops_the_waves_after_it(fleet: Fleet) -> None:
    """Every device has an outcome; those of later waves say why they were not tried."""
    outcomes = _run(fleet, {"hub1"}, 0)
    assert outcomes["hub1"].result is Result.FAILED
    assert outcomes["hub2"].result is Result.NOT_TRIED
    assert "hub1" in outcomes["hub2"].reason
    assert len(outcomes) == len(fleet.devices)


def test_failures_may_be_allowed(fleet: Fleet) -> None:
    outcomes = _run(fleet, {"hub1"}, 1)
    assert {outcome.result for name, outcome in outcomes.items() if name != "hub1"} == {Result.CHANGED}


def test_an_interrupted_run_tries_nothing_more(fleet: Fleet) -> None:
    each: Each = _in_turn  # type: ignore[assignment]
    found = deploy_fleet(_waves(fleet), lambda _: pytest.fail("tried"), each=each, stopped=lambda: True)
    assert {outcome.result for outcome in found} == {Result.NOT_TRIED}


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    from kgnet.design import design
    from kgnet.inventory import load

    return design(load(paths.inventories() / "lab"))
