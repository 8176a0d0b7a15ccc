"""What devices tell of themselves by SNMP: recorded walks of every platform, a real agent, restarts."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from importlib.resources import files as packaged
from ipaddress import IPv4Address
from pathlib import Path
from threading import Event

import pytest
from pysnmp_agent import served_by_pysnmp
from snmp_agents import CREDENTIALS, HOME, an_agent, net_snmp, served, until

from kgnet import inventory, paths
from kgnet.design import design
from kgnet.emulate.agent import Agent, Tree, answers
from kgnet.export import devices, health
from kgnet.export.asked import IF_NAME, samples
from kgnet.export.devices import Poller, jobs
from kgnet.model.fleet import Fleet
from kgnet.model.outcome import Sample
from kgnet.plugins import found
from kgnet.ports import Platform
from kgnet.wire import ber
from kgnet.wire.snmp import SYS_UPTIME, Agents

RECORDED = Path(__file__).parent / "recorded" / "snmp"
COMMON = {
    ("device_agent_boots", ""): 7,
    ("ip_header_errors_total", "1"): 3,
    ("ip_header_errors_total", "2"): 4,
}
CPUS = {("device_cpu_ratio", "1"): 0.12, ("device_cpu_ratio", "2"): 0.34}
NET_SNMP = CPUS | {
    ("device_load_processes", "1"): 0.42,
    ("device_load_processes", "2"): 0.5,
    ("device_load_processes", "3"): 0.6,
    ("device_memory_size_bytes", ""): 4_096_000_000,
    ("device_memory_free_bytes", ""): 1_024_000_000,
    ("device_storage_size_bytes", "/"): 10_240_000_000,
    ("device_storage_used_bytes", "/"): 4_096_000_000,
    ("device_temperature_celsius", "Core 0"): 45.5,
}
TOLD = {
    "cisco_ios": {
        ("device_cpu_ratio", "1"): 0.17,
        ("device_memory_used_bytes", "Processor"): 402_653_184,
        ("device_memory_used_bytes", "I/O"): 1024,
        ("device_memory_free_bytes", "Processor"): 134_217_728,
        ("device_memory_free_bytes", "I/O"): 2048,
        ("device_temperature_celsius", "inlet"): 31,
        ("device_temperature_celsius", "SW#2, Sensor#1"): 57,
        ("device_temperature_celsius", "Te0/0/0 Module Temperature"): 31.4,
        ("ospf_neighbor_up", "10.3.0.1.0"): 1,
        ("ospf_neighbor_up", "10.3.0.3.0"): 0,
    },
    "arista_eos": CPUS
    | {
        ("device_memory_size_bytes", "RAM"): 4_096_000_000,
        ("device_memory_used_bytes", "RAM"): 1_536_000_000,
        ("device_memory_size_bytes", "RAM (Buffers)"): 4_096_000_000,
        ("device_memory_used_bytes", "RAM (Buffers)"): 2_048_000,
        ("device_temperature_celsius", "Cpu temp sensor"): 38.2,
        ("device_fan_speed_hertz", "Fan 1 Sensor 1"): 150,
        ("device_power_watts", "Power supply 1 input"): 123.4,
    },
    "juniper_junos": {
        ("device_cpu_ratio", "Routing Engine 0"): 0.08,
        ("device_cpu_ratio", "FPC: MPC @ 0/*/*"): 0.11,
        ("device_memory_used_ratio", "Routing Engine 0"): 0.23,
        ("device_memory_used_ratio", "FPC: MPC @ 0/*/*"): 0.4,
        ("device_temperature_celsius", "Routing Engine 0"): 46,
        ("device_temperature_celsius", "FPC: MPC @ 0/*/*"): 51,
        ("device_temperature_celsius", "PEM 0"): 33,
    },
    "huawei_vrp": {
        (metric, f"MPU Board 0 #{index}"): value
        for metric, both in {
            "device_cpu_ratio": (0.09, 0.03),
            "device_memory_used_ratio": (0.27, 0.2),
            "device_temperature_celsius": (44, 39),
        }.items()
        for index, value in zip((67108867, 67371017), both, strict=True)
    },
    "mikrotik_routeros": CPUS
    | {
        ("device_memory_size_bytes", "main memory"): 1_073_741_824,
        ("device_memory_used_bytes", "main memory"): 163_840_000,
        ("device_storage_size_bytes", "system disk"): 134_217_728,
        ("device_storage_used_bytes", "system disk"): 51_200_000,
        ("device_temperature_celsius", "temperature"): 39,
        ("device_temperature_celsius", "cpu-temperature"): 47,
    },
    "fortinet_fortios": {
        ("device_cpu_ratio", ""): 0.05,
        ("device_memory_used_ratio", ""): 0.41,
        ("device_memory_size_bytes", ""): 2_110_574_592,
        ("device_sessions", ""): 1234,
        ("device_temperature_celsius", "CPU ON-DIE Temperature"): 52.5,
        ("device_temperature_celsius", "DTS CPU"): 61,
        ("device_temperature_celsius", "CPU Core 0"): 58,
    },
    "linux": NET_SNMP,
    "frr": NET_SNMP | {("ospf_neighbor_up", "10.3.0.1.0"): 1},
}


async def learned_and_asked(agents: Agents, platform: str) -> list[Sample]:
    pins = await health.learn(agents, HOME, "here", platform)
    return list(health.told(pins, await agents.get(HOME, [pin.oid for pin in pins])))


def by_part(said: Iterable[Sample]) -> dict[tuple[str, str], float]:
    return {(sample.name, sample.labels.get("part", "")): sample.value for sample in said}


@pytest.mark.parametrize("platform", found(Platform))
def test_every_platform_is_asked_what_it_has_and_read_right(platform: str) -> None:
    """Parts that a device only lists (empty slots, sensors of other kinds) are not told."""
    lines = (RECORDED / f"{platform}.snmprec").read_text("utf-8").splitlines()
    with served(an_agent(lines)) as port:
        said = asyncio.run(learned_and_asked(Agents(CREDENTIALS, port=port), platform))
    assert by_part(said) == pytest.approx(COMMON | TOLD[platform])
    assert len(said) == len(by_part(said))  # one series twice, and Prometheus throws the scrape away


REAL = {  # as the devices' owners recorded it
    "arista_eos": {
        **{
            ("device_temperature_celsius", part): value
            for part, value in {
                "Cpu temp sensor": 53.3,
                "CPU board temp sensor": 42,
                "Jericho0 on-die temp sensor": 64.8,
                "DOM Temperature Sensor for Ethernet1": 25.8,
                "DOM Temperature Sensor for Ethernet2": 33.7,
                "Hotspot temperature sensor #100711101": 47,
                "Inlet temperature sensor #100711102": 36,
                "Hotspot temperature sensor #100721101": 48,
                "Inlet temperature sensor #100721102": 38,
            }.items()
        },
        ("device_power_watts", "DOM TX Power Sensor for Ethernet1"): 0.0006322,
        ("device_fan_speed_hertz", "Fan Tray 1 Fan 1 Sensor 1"): 8426 / 60,
    },
    "fortinet_fortios": {
        ("device_cpu_ratio", ""): 0.06,
        ("device_memory_used_ratio", ""): 0.32,
        ("device_memory_size_bytes", ""): 16448800 << 10,
        ("device_sessions", ""): 26190,
        **{
            ("device_temperature_celsius", part): value
            for part, value in {
                **{"DTS CPU": 53, "CPU Core 0": 52, "CPU Core 1": 53, "CPU Core 2": 54, "CPU Core 3": 49},
                **{"CPU Core 4": 50, "CPU Core 5": 53, "PS1 Temp": 26, "PS2 Temp": 25},
            }.items()
        },
    },
    "juniper_junos": {
        (metric, part): value
        for metric, values in {
            "device_cpu_ratio": (0.02, 0.04, 0.02, 0.04),
            "device_memory_used_ratio": (0.51, 0.45, 0.51, 0.45),
            "device_temperature_celsius": (33, 35, 32, 35),
        }.items()
        for part, value in zip(
            (
                "FPC: EX4200-24T, 8 POE @ 0/*/*",
                "FPC: EX4200-24T, 8 POE @ 1/*/*",
                "Routing Engine 0",
                "Routing Engine 1",
            ),
            values,
            strict=True,
        )
    },
    "mikrotik_routeros": {
        ("device_cpu_ratio", "1"): 0.21,
        ("device_memory_size_bytes", "main memory"): 64 << 20,
        ("device_memory_used_bytes", "main memory"): 27196 << 10,
        ("device_storage_size_bytes", "system disk"): 16 << 20,
        ("device_storage_used_bytes", "system disk"): 11568 << 10,
    },
}


@pytest.mark.parametrize("serving", [lambda lines: served(an_agent(lines)), served_by_pysnmp])
@pytest.mark.parametrize("platform", REAL)
def test_walks_of_real_devices_are_read_right(
    platform: str, serving: Callable[[list[str]], AbstractContextManager[int]]
) -> None:
    """Whoever serves them: an agent by the same hands as the poller may share its errors."""
    lines = (RECORDED / "librenms" / f"{platform}.snmprec").read_text("utf-8").splitlines()
    with serving(lines) as port:
        said = asyncio.run(learned_and_asked(Agents(CREDENTIALS, port=port), platform))
    assert by_part(said) == pytest.approx(REAL[platform], rel=1e-5)


def test_a_sensor_that_cannot_tell_its_value_is_left_out() -> None:
    """EOS tells -1000000000 of the light in a port without fibre."""
    pin = health.Pin("1.2", "device_temperature_celsius", {"device": "sw1", "part": "DOM"}, 0.1, "sensor")
    assert [sample.value for sample in health.told([pin], {"1.2": 314})] == pytest.approx([31.4])
    assert not list(health.told([pin], {"1.2": -1_000_000_000}))
    assert not list(health.told([pin], {"1.2": 1_000_000_000}))


@pytest.mark.parametrize("platform", found(Platform))
def test_tables_of_objects_name_their_metric_and_their_source(platform: str) -> None:
    text = (packaged("kgnet.platforms") / platform / health.FILE).read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        assert row["metric"] in health.BY_NAME
        assert "-MIB " in row["source"], row
        for oid in filter(None, (row["oid"], row["names"], row["times"])):
            assert ber.oid(oid)


def test_a_real_agent_tells_the_memory_that_there_is(tmp_path: Path) -> None:
    kib = next(int(line.split()[1]) for line in Path("/proc/meminfo").read_text().splitlines())
    with net_snmp(tmp_path, "SHA-256", "AES-128") as port:
        agents = Agents(CREDENTIALS, port=port, timeout_s=0.5)
        until(lambda: asyncio.run(agents.get(HOME, [SYS_UPTIME])))
        said = by_part(asyncio.run(learned_and_asked(agents, "linux")))
    assert said["device_memory_size_bytes", ""] == kib * 1024
    assert 0 < said["device_memory_free_bytes", ""] < kib * 1024
    assert said["device_load_processes", "1"] >= 0
    assert said["device_agent_boots", ""] == 1


# ── from one scrape to the next ─────────────────────────────────────────────


def one_device(fleet: Fleet, name: str) -> Fleet:
    """Return the fleet as if it had this device only, on loopback."""
    return replace(fleet, devices={name: replace(fleet.devices[name], management=IPv4Address(HOME))})


def walk_of(names: Iterable[str], *, uptime: int, began: int = 0, shift: int = 0) -> list[str]:
    """Return an agent's objects: interfaces numbered from *shift* + 1."""
    columns = (
        ("2.2.1.8", 2, 1),
        ("31.1.1.1.19", 67, began),
        ("31.1.1.1.6", 70, 2**63),
        ("31.1.1.1.10", 70, 5),
    )
    numbered = list(enumerate(names, start=shift + 1))
    return [
        f"{SYS_UPTIME}|67|{uptime}",
        f"1.3.6.1.4.1.2021.4.5.0|2|{1000 + shift}",
        *(f"{IF_NAME}.{index}|4|{name}" for index, name in numbered),
        *(
            f"1.3.6.1.2.1.{column}.{index}|{tag}|{value}"
            for column, tag, value in columns
            for index, _ in numbered
        ),
    ]


@pytest.fixture(scope="module")
def lab() -> Fleet:
    return design(inventory.load(paths.inventories() / "lab"))


def test_indexes_are_pinned_and_learned_anew_when_the_device_restarts(lab: Fleet) -> None:
    """One question a scrape while nothing moves; after a restart no circuit shows another one's counters."""
    requests = []

    def counted(agent: Agent, request: bytes) -> Iterable[bytes]:
        requests.append(request)
        return answers(agent, request)

    names = [interface.name for interface in lab.devices["hub1"].interfaces]
    agent = an_agent(walk_of(names, uptime=500_000, began=200_000))
    with served(agent, counted) as port:
        poller = Poller(jobs(one_device(lab, "hub1")), Agents(CREDENTIALS, port=port))
        first = [*samples(poller.poll(5)[0])]
        requests.clear()
        assert by_part(samples(poller.poll(5)[0])).keys() == by_part(first).keys()
        assert len(requests) <= 2  # all that is asked, 60 objects a question
        agent.tree = Tree(walk_of(reversed(names), uptime=100, began=0, shift=40))
        again = [*samples(poller.poll(5)[0])]
    ages = {sample.value for sample in first if sample.name == "circuit_counters_age_seconds"}
    assert ages == {3000.0}
    assert {sample.value for sample in again if sample.name == "circuit_counters_age_seconds"} == {1.0}
    assert {sample.value for sample in again if sample.name == "circuit_receive_bytes_total"} == {2**63}
    assert by_part(again)["device_memory_size_bytes", ""] == 1040 * 1024
    assert [sample.labels for sample in first if sample.name == "circuit_oper_up"] == [
        sample.labels for sample in again if sample.name == "circuit_oper_up"
    ]


def test_an_uptime_that_began_anew_after_497_days_is_no_age_below_zero(lab: Fleet) -> None:
    names = [interface.name for interface in lab.devices["hub1"].interfaces]
    with served(an_agent(walk_of(names, uptime=50, began=2**32 - 50))) as port:
        poller = Poller(jobs(one_device(lab, "hub1")), Agents(CREDENTIALS, port=port))
        said = [*samples(poller.poll(5)[0])]
    assert {sample.value for sample in said if sample.name == "circuit_counters_age_seconds"} == {1.0}


def test_a_far_device_is_learned_over_several_scrapes_and_told_from_the_first(
    lab: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its tables take longer than a scrape; its circuits do not wait for them."""
    monkeypatch.setattr(devices, "LEARN_S", 0.05)

    def slow(agent: Agent, request: bytes) -> Iterable[bytes]:
        Event().wait(0.02)
        return answers(agent, request)

    names = [interface.name for interface in lab.devices["hub1"].interfaces]
    with served(an_agent(walk_of(names, uptime=500)), slow) as port:
        poller = Poller(jobs(one_device(lab, "hub1")), Agents(CREDENTIALS, port=port))
        said = [{sample.name for sample in samples(poller.poll(5)[0])} for _ in range(20)]
    assert all("circuit_receive_bytes_total" in names for names in said)
    assert "device_memory_size_bytes" not in said[0]
    assert "device_memory_size_bytes" in said[-1]
