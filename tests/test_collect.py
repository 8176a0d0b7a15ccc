"""Collect: what a device says of itself, complete or with the reason, and nothing secret in it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import shipped

from kgnet import collect, paths
from kgnet.errors import MissingFact, Refused, Unreachable, UsageError
from kgnet.model.config import Config
from kgnet.model.facts import BgpPeers, Clock, ConfiguredBgp, PacketFilter, Snapshot, SnmpServer
from kgnet.model.fleet import Device, Fleet
from kgnet.plugins import one
from kgnet.ports import Output, Platform
from kgnet.render import render

RECORDED = Path(__file__).parent / "recorded" / "collect"
NAME = "r-30730"


@dataclass(frozen=True)
class Replay:
    """Answers as a real router of the lab did; a command that was not recorded is not installed."""

    answers: dict[tuple[str, ...], Output] = field(default_factory=dict)

    def run(self, argv: Sequence[str], *, stdin: str = "", timeout_s: float = 30.0) -> Output:
        return self.answers.get(tuple(argv), Output(127, "", f"sh: 1: {argv[0]}: not found\n"))


def replay() -> Replay:
    rows = json.loads((RECORDED / f"{NAME}.json").read_text(encoding="utf-8"))
    return Replay({tuple(row["argv"]): Output(row["code"], row["out"], row["err"]) for row in rows})


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    return shipped.fleet("lab")


@pytest.fixture(scope="module")
def device(fleet: Fleet) -> Device:
    return fleet.devices[NAME]


# ── one device ──────────────────────────────────────────────────────────────


def test_a_device_tells_its_configuration_and_its_state(device: Device) -> None:
    have = collect.collect(device, replay())
    assert list(have.config.parts) == [part.name for part in one(Platform, device.platform).parts]
    assert {peer.state for peer in have.get(BgpPeers).peers} == {"Established"}
    assert have.sources[BgpPeers] == "vtysh -c 'show bgp summary json'"


def test_lines_of_facts_count_as_in_the_whole_text(device: Device) -> None:
    """A finding names a file and a line; the line has to be there."""
    have = collect.collect(device, replay())
    lines = str(have.config).splitlines()
    assert lines[have.get(ConfiguredBgp).line - 1].startswith("router bgp ")
    for neighbor in have.get(ConfiguredBgp).neighbors:
        assert f"neighbor {neighbor.address} remote-as" in lines[neighbor.line - 1]
    for rule in have.get(PacketFilter).rules:
        assert lines[rule.line - 1].strip() == rule.text


def test_nothing_secret_leaves(device: Device) -> None:
    """A password appears as `<secret>`, with a mark where there is a store to make one."""
    assert "example-password" not in str(collect.collect(device, replay()))
    assert "<secret>" in str(collect.collect(device, replay()).config)
    marked = collect.collect(device, replay(), mark=lambda value: value[-1])
    assert "password <secret 1>" in str(marked.config)
    assert "example-password" not in str(marked)


def test_only_a_deploy_gets_the_true_text(device: Device) -> None:
    assert "example-password-1" in str(collect.configuration(device, replay()))


def test_sealing_twice_is_sealing_once(device: Device) -> None:
    platform = one(Platform, device.platform)
    once = collect.sealed(collect.configuration(device, replay()), platform, lambda _: "c0ffee")
    assert collect.sealed(once, platform, lambda _: "other") == once
    assert "c0ffee" not in str(collect.sealed(once, platform))


def test_a_missing_command_makes_a_missing_fact(device: Device) -> None:
    """Its absence is told with the reason when somebody asks; it is never an empty answer."""
    session = replay()
    del session.answers["vtysh", "-c", "show bgp summary json"]
    have = collect.collect(device, session)
    with pytest.raises(MissingFact, match="`vtysh` is not installed there"):
        have.get(BgpPeers)


def test_a_command_that_fails_is_quoted(device: Device) -> None:
    have = collect.collect(device, replay())
    assert have.missing[SnmpServer].endswith("No such file or directory")
    assert "506 Cannot talk to daemon" in have.missing[Clock]


def test_an_unreadable_answer_makes_a_missing_fact(device: Device) -> None:
    session = replay()
    session.answers["vtysh", "-c", "show bgp summary json"] = Output(0, "{{{", "")
    assert "show bgp summary json" in collect.collect(device, session).missing[BgpPeers]


def test_a_missing_part_leaves_the_others(device: Device) -> None:
    """An audit still judges what there is; a plan or a backup refuses half a configuration."""
    session = replay()
    del session.answers["nft", "-s", "list", "ruleset"]
    have = collect.collect(device, session)
    assert "nft" in have.missing[PacketFilter]
    assert have.get(ConfiguredBgp)
    with pytest.raises(Refused, match="cannot tell its nftables"):
        collect.configuration(device, session)


def test_only_what_is_asked_for_is_asked(device: Device) -> None:
    have = collect.ask(device, replay(), BgpPeers)
    assert set(have.facts) == {BgpPeers}


# ── files ───────────────────────────────────────────────────────────────────


def read(folder: Path, fleet: Fleet) -> Iterator[tuple[str, Snapshot]]:
    for device, have in collect.read_folder(folder, fleet):
        assert isinstance(have, Snapshot), have
        yield device.name, have


def test_what_is_rendered_is_read_from_a_folder(fleet: Fleet, tmp_path: Path) -> None:
    for device in fleet.devices.values():
        (tmp_path / f"{device.name}.cfg").write_text(str(render(device, paths.templates())), encoding="utf-8")
    found = dict(read(tmp_path, fleet))
    assert found.keys() == fleet.devices.keys()
    assert found[NAME].get(ConfiguredBgp).asn == fleet.devices[NAME].routing.asn  # type: ignore[union-attr]
    assert found[NAME].sources[ConfiguredBgp] == str(tmp_path / f"{NAME}.cfg")
    with pytest.raises(MissingFact, match="a file does not tell"):
        found[NAME].get(BgpPeers)


def test_a_file_with_secrets_is_redacted(fleet: Fleet, device: Device, tmp_path: Path) -> None:
    text = str(render(device, paths.templates(), secret=lambda _: "hunter2"))
    (tmp_path / f"{NAME}.cfg").write_text(text, encoding="utf-8")
    ((_, have),) = read(tmp_path, fleet)
    assert "hunter2" in text
    assert "hunter2" not in str(have)


def test_an_empty_folder_is_an_error(fleet: Fleet, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no configuration in it"):
        list(collect.read_folder(tmp_path, fleet))


def test_a_file_of_no_device_is_an_error(fleet: Fleet, tmp_path: Path) -> None:
    (tmp_path / "stranger.cfg").write_text("x\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"stranger\.cfg: no device is named stranger"):
        list(collect.read_folder(tmp_path, fleet))


def test_a_file_that_is_no_text_is_an_error(fleet: Fleet, tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.cfg").write_bytes(b"\xff\xfe\x00")
    ((_, wrong),) = collect.read_folder(tmp_path, fleet)
    assert isinstance(wrong, Refused)
    assert "not UTF-8 text at byte 0" in wrong.reason


def test_a_file_without_a_part_says_so(fleet: Fleet, tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.cfg").write_text("#= frr\nhostname x\n", encoding="utf-8")
    ((_, have),) = read(tmp_path, fleet)
    assert have.missing[PacketFilter].endswith("has no part nftables")


# ── many devices ────────────────────────────────────────────────────────────


def test_a_slow_device_delays_nobody(fleet: Fleet) -> None:
    """The others are told before it; who prints puts them in the devices' order."""
    devices = tuple(fleet.devices.values())
    others = threading.Event()

    def work(device: Device) -> str:
        if device is devices[0]:
            assert others.wait(10)
        return device.name

    found = []
    for device, name in collect.each(devices, work, workers=4):
        found.append((device, name))
        if len(found) == len(devices) - 1:
            others.set()
    assert found[-1][1] == devices[0].name
    assert [name for _, name in collect.in_order(devices, found)] == list(fleet.devices)


def test_one_devices_failure_is_its_own(fleet: Fleet) -> None:
    """It is a value among the others; a bug is not."""

    def work(device: Device) -> Config:
        if device.name == NAME:
            raise Unreachable(NAME, "is gone")
        return Config(device.name, {})

    found = {device.name: value for device, value in collect.each(fleet.devices.values(), work)}
    assert isinstance(found.pop(NAME), Unreachable)
    assert all(isinstance(value, Config) for value in found.values())
    with pytest.raises(ZeroDivisionError):
        list(collect.each(fleet.devices.values(), lambda _: 1 / 0))


def test_no_more_than_so_many_at_once(device: Device) -> None:
    busy, most, lock = 0, 0, threading.Lock()

    def work(_: Device) -> None:
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        threading.Event().wait(0.01)
        with lock:
            busy -= 1

    list(collect.each([replace(device, name=f"r-{number}") for number in range(20)], work, workers=3))
    assert most == 3


def test_nothing_is_begun_once_nobody_listens(device: Device) -> None:
    begun: list[str] = []
    devices = [replace(device, name=f"r-{number}") for number in range(50)]
    results = collect.each(devices, lambda one: begun.append(one.name), workers=1)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert len(begun) < 10
