"""What conference rooms' own systems tell by SNMP: those that speak it, over SNMPv3, and nobody else."""

from __future__ import annotations

import csv
from dataclasses import replace
from ipaddress import IPv4Interface
from pathlib import Path

import pytest
import shipped
from snmp_agents import CREDENTIALS, HOME, an_agent, served

import kgnet.rooms
from kgnet.export import health, rooms
from kgnet.export.collector import Collector
from kgnet.export.devices import Poller
from kgnet.model.fleet import Fleet
from kgnet.model.province import Role
from kgnet.wire import ber
from kgnet.wire.snmp import Agents

RECORDED = Path(__file__).parent / "recorded" / "snmp"
BOOKS = {file.stem: file for file in Path(kgnet.rooms.__path__[0]).glob("*.csv")}
LIVES = {("room_scrape_success", ""): 1.0}
TOLD = {
    "cisco_roomos": LIVES | {("room_agent_uptime_seconds", ""): 1},
    "poly_group": LIVES
    | {
        ("room_agent_uptime_seconds", ""): 3600,
        ("room_hardware_ok", ""): 0,
        ("room_microphone_ok", "Table array"): 1,
        ("room_camera_ok", "Main"): 0,
        ("room_port_ok", "LAN 1"): 1,
        ("room_conferences", ""): 1,
    },
}


def one_room(system: str | None, name: str = "room-899") -> Fleet:
    """Return the lab with this room only, on loopback."""
    fleet = shipped.fleet("lab")
    room = fleet.rooms[name]
    row = room.row.model_copy(update={"system": system})
    return replace(fleet, rooms={name: replace(room, row=row, address=IPv4Interface(f"{HOME}/8"))})


@pytest.mark.parametrize("system", BOOKS)
def test_every_system_that_speaks_snmp_is_asked_and_read_right(system: str) -> None:
    """A microphone that was switched off is none that failed."""
    lines = (RECORDED / f"{system}.snmprec").read_text("utf-8").splitlines()
    with served(an_agent(lines)) as port:
        poller = Poller(rooms.jobs(one_room(system)), Agents(CREDENTIALS, port=port))
        (answers,) = poller.poll(5)
    said = {
        (sample.name, sample.labels.get("part", "")): sample.value
        for sample in rooms.told(answers)
        if sample.name != "room_scrape_duration_seconds"
    }
    assert said == TOLD[system]
    assert {sample.labels["room"] for sample in rooms.told(answers)} == {"room-899"}


def test_a_room_that_is_silent_is_told_as_such_and_is_no_device() -> None:
    collector = Collector(
        one_room("poly_group"), lambda _: (), agents=Agents(CREDENTIALS, port=9, timeout_s=0.1)
    )
    said = collector.collect(1.0)
    assert [(s.labels, s.value) for s in said if s.name == "room_scrape_success"] == [
        ({"room": "room-899"}, 0.0)
    ]
    assert "room-899" not in {sample.labels.get("device") for sample in said}


@pytest.mark.parametrize("system", [None, "baresip", "poly_ucs"])
def test_systems_that_do_not_speak_snmp_are_not_asked(system: str | None) -> None:
    assert rooms.jobs(one_room(system)) == ()


@pytest.mark.parametrize("system", BOOKS)
def test_books_name_metrics_that_there_are(system: str) -> None:
    known = {family.name for family in rooms.ROOMS}
    for row in csv.DictReader(BOOKS[system].read_text("utf-8").splitlines()):
        assert row["metric"] in known
        assert all(ber.oid(row[column]) for column in ("oid", "names") if row[column])
    assert all(row.metric in known for row in health.rows(system))


def test_the_provinces_firewalls_let_the_monitor_ask_the_rooms() -> None:
    """At the borders and at the office's own router; nobody else of the management zone needs it."""
    fleet = shipped.fleet("kiengiang")
    monitor = next(iter(fleet.with_role(Role.MONITOR)))
    borders = [device.name for device in fleet.with_role(Role.BORDER)]
    for room in fleet.rooms.values():
        branches = [each.name for each in fleet.with_role(Role.BRANCH) if each.site == room.row.site]
        assert branches
        for device in (*borders, *branches):
            rules = fleet.devices[device].firewall
            assert rules
            permits = [
                rule
                for rule in rules.forward
                if (rule.protocol, rule.ports) == ("udp", ((161, 161),))
                and any(room.address.ip in network for network in rule.destinations)
            ]
            assert permits, (room.row.id, device)
            sources = {str(network) for rule in permits for network in rule.sources}
            assert f"{monitor.address}/32" in sources
            assert all(network.endswith(("/32", "/128")) for network in sources)
