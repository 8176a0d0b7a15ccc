"""Deploy of a fleet: in which order, who together, and when to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import shipped
from hypothesis import given, settings
from hypothesis import strategies as st
from mixed import FLEET as MIXED

from kgnet.deploy import Wave, deploy_fleet, waves
from kgnet.deploy.fleet import ALONE, Each
from kgnet.errors import DeviceError, Unreachable
from kgnet.model.fleet import Device, Fleet
from kgnet.model.outcome import Outcome, Plan, Result
from kgnet.model.province import Role, SiteKind


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


# ── any part of any fleet ───────────────────────────────────────────────────

PROVINCE = shipped.fleet("kiengiang")
PLATFORMS = ("cisco_ios", "arista_eos", "juniper_junos", "huawei_vrp")


@st.composite
def _chosen(draw: st.DrawFn) -> tuple[Fleet, tuple[Device, ...], int]:
    """Return a fleet whose offices run what chance says, some of its devices, and the size of a wave."""
    fleet = draw(st.sampled_from([PROVINCE, MIXED]))
    dice = draw(st.randoms(use_true_random=False))
    devices = {
        name: replace(device, platform=dice.choice(PLATFORMS)) if device.role is Role.BRANCH else device
        for name, device in fleet.devices.items()
    }
    share = draw(st.floats(0, 1))
    some = tuple(device for device in devices.values() if dice.random() < share)
    return fleet.with_devices(devices), some, draw(st.integers(1, 60))


@settings(max_examples=60)
@given(_chosen())
def test_waves_hold_their_promises_for_any_devices(chosen: tuple[Fleet, tuple[Device, ...], int]) -> None:
    """Each device once; nobody beside what it hangs on; carriers alone; islands last; no wave too large."""
    fleet, devices, size = chosen
    planned = waves(fleet, devices, size=size)
    assert sorted(device.name for wave in planned for device in wave.devices) == sorted(
        device.name for device in devices
    )
    seen_island = False
    for wave in planned:
        carriers = [device for device in wave.devices if device.role in ALONE]
        assert not carriers or len(wave.devices) == 1
        offices = [device.site for device in wave.devices if device.role in (Role.BRANCH, Role.ACCESS)]
        assert len(offices) == len(set(offices)) <= size
        for site in offices:
            assert not set(offices) & set(list(fleet.ancestors(site))[1:])
        island = any(fleet.sites[code].island for each in wave.devices for code in fleet.ancestors(each.site))
        assert island or not seen_island
        seen_island = island


@settings(max_examples=60)
@given(_chosen())
def test_one_of_each_kind_goes_before_any_other_of_it(chosen: tuple[Fleet, tuple[Device, ...], int]) -> None:
    """What a platform makes of a change is seen at one office of each kind, not at eight."""
    fleet, devices, size = chosen
    met: set[tuple[str, Role, SiteKind]] = set()
    for wave in waves(fleet, devices, size=size):
        if wave.name.startswith("islands"):
            return
        for device in wave.devices:
            kind = (device.platform, device.role, fleet.sites[device.site].kind)
            if device.role not in (Role.BRANCH, Role.ACCESS):
                continue
            early = wave.name.startswith(("first office", "one of each kind"))
            assert early is (kind not in met)
            met.add(kind)


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
    outcomes = _run(fleet, {"r-899"}, 1)
    assert {outcome.result for name, outcome in outcomes.items() if name != "r-899"} == {Result.CHANGED}


def test_never_both_hubs_even_if_failures_are_allowed(fleet: Fleet) -> None:
    """Nobody knows in what state the one is: the other carries the province."""
    outcomes = _run(fleet, {"hub1"}, 5)
    left = {name: outcome for name, outcome in outcomes.items() if outcome.result is not Result.CHANGED}
    assert set(left) == {"hub1", "hub2"}
    assert "carries what hub1 carried" in left["hub2"].reason


def test_an_interrupted_run_tries_nothing_more(fleet: Fleet) -> None:
    each: Each = _in_turn  # type: ignore[assignment]
    found = deploy_fleet(_waves(fleet), lambda _: pytest.fail("tried"), each=each, stopped=lambda: True)
    assert {outcome.result for outcome in found} == {Result.NOT_TRIED}


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    return shipped.fleet("lab")
