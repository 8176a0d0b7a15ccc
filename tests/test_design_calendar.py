"""When a device may not be changed: before and during meetings that it carries, and in freezes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import shipped
from hypothesis import given
from hypothesis import strategies as st

from kgnet.design import design
from kgnet.design.calendar import closed
from kgnet.model.fleet import Fleet
from kgnet.model.province import Freeze, Province

LAB = shipped.province("lab")
HANOI = timedelta(hours=7)  # no summer time since 1975


def at(text: str) -> datetime:
    """Return the instant of a local time of the province."""
    return (datetime.fromisoformat(text) - HANOI).replace(tzinfo=UTC)


def told(**meeting: object) -> Fleet:
    """Return the lab whose meeting `phu-quoc` (rooms of 899 and 911) has a time."""
    changed = LAB.meetings["phu-quoc"].model_copy(update=meeting)
    return design(LAB.model_copy(update={"meetings": {**LAB.meetings, "phu-quoc": changed}}))


WEEKLY = told(weekday="mon", start="07:30", minutes=90)  # 2026-11-23 is a Monday


@pytest.mark.parametrize(
    ("instant", "open_"),
    [
        ("2026-11-23 07:14:59", True),
        ("2026-11-23 07:15:00", False),  # rooms dial in
        ("2026-11-23 08:59:59", False),
        ("2026-11-23 09:00:00", True),
        ("2026-11-24 08:00:00", True),  # a Tuesday
        ("2026-11-30 08:00:00", False),  # the next Monday
    ],
)
def test_a_weekly_meeting_closes_what_carries_it(instant: str, open_: bool) -> None:
    assert (closed(WEEKLY, WEEKLY.devices["r-911"], at(instant)) == ()) is open_


def test_a_reason_names_meeting_time_and_circuits() -> None:
    """Who is refused wants to know until when."""
    (reason,) = closed(WEEKLY, WEEKLY.devices["r-911"], at("2026-11-23 08:00"))
    assert reason == "meeting phu-quoc (Họp với Phú Quốc), 07:30 to 09:00, crosses 911-1, 911-2"


def test_only_what_carries_the_meeting_is_closed() -> None:
    """Its rooms' routers, and whatever their circuits lead to; neither other offices nor servers."""
    shut = {name for name, device in WEEKLY.devices.items() if closed(WEEKLY, device, at("2026-11-23 08:00"))}
    assert shut == {"r-899", "r-911", "hub1", "hub2"}


def test_a_meeting_behind_a_district_closes_the_district() -> None:
    """What a commune says in a meeting crosses its district's circuits, too."""
    room = LAB.rooms["room-899"].model_copy(
        update={"id": "room-30730", "site": "30730", "extension": "30730"}
    )
    meeting = LAB.meetings["phu-quoc"].model_copy(
        update={"rooms": "room-30730 room-911", "weekday": "mon", "start": "07:30", "minutes": 90}
    )
    fleet = design(
        LAB.model_copy(
            update={
                "rooms": {**LAB.rooms, "room-30730": room},
                "meetings": {**LAB.meetings, "phu-quoc": meeting},
            }
        )
    )
    (reason,) = closed(fleet, fleet.devices["r-899"], at("2026-11-23 08:00"))
    assert "crosses 899-1, 899-2, 30730-1" in reason


def test_a_meeting_past_midnight_is_still_on_the_next_day() -> None:
    fleet = told(weekday="sun", start="23:30", minutes=60)
    assert closed(fleet, fleet.devices["hub1"], at("2026-11-23 00:15"))
    assert not closed(fleet, fleet.devices["hub1"], at("2026-11-23 00:30"))


def test_a_quarter_before_midnight_belongs_to_the_next_days_meeting() -> None:
    fleet = told(day=date(2026, 11, 24), start="00:05", minutes=10)
    assert closed(fleet, fleet.devices["hub1"], at("2026-11-23 23:50"))


def test_a_meeting_without_a_time_closes_nothing() -> None:
    """Its rooms are reserved for all the same; nobody knows when it is held."""
    fleet = shipped.fleet("lab")
    assert fleet.meetings == ()
    assert not closed(fleet, fleet.devices["hub1"], at("2026-11-23 08:00"))


@given(st.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2027-12-31")))
def test_a_weekly_meeting_is_on_for_as_long_as_it_lasts_and_a_quarter(instant: datetime) -> None:
    """Held against plain arithmetic of minutes of the week."""
    aware = instant.replace(tzinfo=UTC)
    local = instant + HANOI
    minute = local.weekday() * 1440 + local.hour * 60 + local.minute
    assert bool(closed(WEEKLY, WEEKLY.devices["hub2"], aware)) is (7 * 60 + 15 <= minute < 9 * 60)


def frozen(scope: str) -> tuple[Province, Fleet]:
    freeze = Freeze(
        id="tet",
        scope=scope,
        begins=datetime.fromisoformat("2027-02-03 17:00"),
        ends=datetime.fromisoformat("2027-02-15 07:00"),
        reason="New year",
    )
    province = LAB.model_copy(update={"freezes": {"tet": freeze}})
    return province, design(province)


@pytest.mark.parametrize(
    ("scope", "shut"),
    [
        ("all", set(LAB.devices)),
        ("911", {"r-911", "r-31081"}),
        ("31081", {"r-31081"}),
        ("911-2", {"r-911", "hub2"}),
        ("web1", {"web1"}),
        ("DC", set(LAB.devices)),  # everything hangs on it
    ],
)
def test_a_freeze_holds_its_scope_still(scope: str, shut: set[str]) -> None:
    _, fleet = frozen(scope)
    for instant, wanted in (
        ("2027-02-03 16:59", set()),
        ("2027-02-03 17:00", shut),
        ("2027-02-15 06:59", shut),
        ("2027-02-15 07:00", set()),
    ):
        found = {name for name, device in fleet.devices.items() if closed(fleet, device, at(instant))}
        assert found == wanted


def test_a_freeze_says_until_when_and_why() -> None:
    _, fleet = frozen("911")
    (reason,) = closed(fleet, fleet.devices["r-911"], at("2027-02-10 12:00"))
    assert reason == "freeze tet until 2027-02-15 07:00: New year"


def test_an_instant_without_a_time_zone_is_refused() -> None:
    """Seven hours off is a meeting cut off."""
    with pytest.raises(ValueError, match="without a time zone"):
        closed(WEEKLY, WEEKLY.devices["hub1"], datetime.fromisoformat("2026-11-23 08:00"))
