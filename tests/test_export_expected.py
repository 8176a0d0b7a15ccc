"""Planned work: outages.csv, what it touches, and that it is told as no fault of anybody's."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kgnet import inventory, paths
from kgnet.design import design
from kgnet.errors import InventoryError
from kgnet.export.expected import expected
from kgnet.export.topology import Evidence, judged
from kgnet.model.fleet import Fleet

LAB = paths.inventories() / "lab"
HEAD = "id,scope,carrier,begins,ends,reason\n"
BEGINS = datetime(2027, 1, 9, 17, 0, tzinfo=UTC)  # midnight of the 10th in Vietnam
DURING = BEGINS + timedelta(hours=1)


def written(tmp_path: Path, *rows: str) -> Path:
    folder = tmp_path / "lab"
    shutil.copytree(LAB, folder)
    (folder / "outages.csv").write_text(HEAD + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return folder


def fleet_with(tmp_path: Path, row: str) -> Fleet:
    return design(inventory.load(written(tmp_path, row)))


def missed(fleet: Fleet, kind: str, instant: datetime = DURING) -> set[str]:
    """Return what is not expected to be up at *instant*."""
    samples = [each for each in expected(fleet, instant) if each.name == f"{kind}_expected"]
    assert samples
    return {each.labels[kind] for each in samples if not each.value}


TIMES = "2027-01-10 00:00,2027-01-10 04:00,Work"


@pytest.mark.parametrize(
    ("scope", "carrier", "circuits", "sites", "devices"),
    [
        ("902-1", "", {"902-1"}, set(), set()),
        ("902-1 902-2", "", {"902-1", "902-2"}, {"902"}, set()),
        ("30787-1", "", {"30787-1"}, {"30787"}, set()),
        ("902", "", {"902-1", "902-2", "30787-1", "30790-1"}, {"902", "30787", "30790"}, {"r-902"}),
        ("902", "Viettel", {"902-2", "30790-1"}, {"30790"}, set()),
        ("r-911", "", {"911-1", "911-2", "31081-1"}, {"911", "31081"}, {"r-911"}),
    ],
)
def test_planned_work_touches_what_ends_there_and_nothing_else(
    tmp_path: Path, scope: str, carrier: str, circuits: set[str], sites: set[str], devices: set[str]
) -> None:
    fleet = fleet_with(tmp_path, f"work,{scope},{carrier},{TIMES}")
    assert missed(fleet, "circuit") == circuits
    assert missed(fleet, "site") == sites
    assert {name for name in missed(fleet, "device") if name.startswith("r-")} == devices


def test_a_carrier_alone_is_all_of_its_circuits(tmp_path: Path) -> None:
    fleet = fleet_with(tmp_path, f"work,,VNPT,{TIMES}")
    own = {name for name, circuit in fleet.circuits.items() if circuit.row.carrier == "VNPT"}
    assert missed(fleet, "circuit") == own
    assert 0 < len(own) < len(fleet.circuits)
    assert not missed(fleet, "device")


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        ("2027-01-10 00:00", "2027-01-10 04:00"),  # the province's own time
        ("2027-01-10 00:00+07:00", "2027-01-10 04:00+07:00"),
        ("2027-01-09T17:00:00Z", "2027-01-09T21:00:00Z"),
    ],
)
def test_it_begins_and_ends_to_the_minute_whatever_the_time_zone(
    tmp_path: Path, begins: str, ends: str
) -> None:
    fleet = fleet_with(tmp_path, f"work,902-1,,{begins},{ends},Work")
    for instant, gone in (
        (BEGINS - timedelta(seconds=1), set()),
        (BEGINS, {"902-1"}),
        (BEGINS + timedelta(hours=4, seconds=-1), {"902-1"}),
        (BEGINS + timedelta(hours=4), set()),
    ):
        assert missed(fleet, "circuit", instant) == gone, instant
    told = {each.name: each.value for each in expected(fleet, DURING) if "outage" in each.labels}
    assert told["outage_begin_timestamp_seconds"] == BEGINS.timestamp()
    assert told["outage_end_timestamp_seconds"] == BEGINS.timestamp() + 4 * 3600


def test_an_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no instant"):
        list(expected(design(inventory.load(LAB)), datetime(2027, 1, 10)))  # noqa: DTZ001


def test_why_work_is_done_is_for_people_and_in_no_label(tmp_path: Path) -> None:
    """A reason is free text: somebody will write a name and a number into it."""
    fleet = fleet_with(tmp_path, "work,902-1,,2027-01-10 00:00,2027-01-10 04:00,Ask Anh Ba")
    assert not [each for each in expected(fleet, DURING) if "Anh Ba" in each.labels.values()]


def test_a_backup_that_idles_is_up() -> None:
    """Its far end answers and its session stands; whether anybody sends over it is not asked."""
    fleet = design(inventory.load(LAB))
    echoes = {circuit.outer_ipv4: True for circuit in fleet.circuits.values()}
    evidence = Evidence(echoes=echoes, oper={circuit.inner: True for circuit in fleet.circuits.values()})
    up = {each.labels["circuit"]: each.value for each in judged(fleet, evidence) if each.name == "circuit_up"}
    backups = {name for name, circuit in fleet.circuits.items() if not circuit.primary}
    assert backups
    assert {up[name] for name in backups} == {1.0}
    assert not missed(fleet, "circuit") & backups, "a backup is expected to be up"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (f"work,9O2-1,,{TIMES}", "scope '9O2-1' is no site, circuit or device"),
        (f"work,,Vnpt,{TIMES}", "carrier 'Vnpt' has no circuit"),
        (f"work,,,{TIMES}", "an outage has a `scope`, a `carrier` or both"),
        ("work,902,,2027-01-10 04:00,2027-01-10 00:00,Work", "an outage ends after it begins"),
        ("work,902,,2027-01-10 00:00+07:00,2027-01-10 04:00,Work", "both have an offset, or neither"),
        ("work,902,,2027-01-10,2027-01-11,Work", "'2027-01-10' is no moment"),
        ("work,902,,20270110,20270111,Work", "'20270110' is no moment"),
        ("work,902,,2027-13-10 00:00,2027-13-11 00:00,Work", "begins"),
        ("work,902,,2027-01-10 00:00,2027-01-10 04:00,", "reason"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, row: str, said: str) -> None:
    folder = written(tmp_path, f"first,902-1,,{TIMES}", row)
    with pytest.raises(InventoryError) as wrong:
        inventory.load(folder)
    told = str(wrong.value)
    assert said in told
    assert "outages.csv:3" in told


def test_an_inventory_need_not_have_the_file(tmp_path: Path) -> None:
    folder = written(tmp_path)
    (folder / "outages.csv").unlink()
    assert not missed(design(inventory.load(folder)), "circuit")
