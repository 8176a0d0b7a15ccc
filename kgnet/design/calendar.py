"""When a device may not be changed: while a meeting is on that its circuits carry, and in freezes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kgnet.model.calendar import EVERYTHING, BuiltFreeze, BuiltMeeting
from kgnet.model.fleet import Device, Fleet
from kgnet.model.province import Freeze, Meeting, Province, Room
from kgnet.ports import Pass

BEFORE = timedelta(minutes=15)  # rooms dial in, and people look whether it works
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SHOWN = 3  # circuits of a meeting named in a reason


def run(province: Province, fleet: Fleet) -> Fleet:
    """Put the meetings that have a time, and the freezes, on the fleet."""
    timezone = province.settings.timezone
    meetings = (_meeting(province, fleet, each) for each in province.meetings.values() if each.start)
    freezes = (_freeze(each, timezone) for each in province.freezes.values())
    return replace(fleet, meetings=tuple(meetings), freezes=tuple(freezes))


def _meeting(province: Province, fleet: Fleet, row: Meeting) -> BuiltMeeting:
    assert row.start is not None
    assert row.minutes is not None
    sites = {room.site for room in _rooms(province, fleet, row)}
    on_the_way = {code for site in sites for code in fleet.ancestors(site)}
    return BuiltMeeting(
        id=row.id,
        name=row.name,
        sites=tuple(sorted(sites)),
        circuits=tuple(each.id for each in fleet.circuits.values() if each.row.site in on_the_way),
        timezone=province.settings.timezone,
        start=time.fromisoformat(row.start),
        minutes=row.minutes,
        weekday=WEEKDAYS.index(row.weekday) if row.weekday else None,
        day=row.day,
    )


def _rooms(province: Province, fleet: Fleet, meeting: Meeting) -> Iterator[Room]:
    named = set(meeting.rooms.split())
    for room in province.rooms.values():
        below = meeting.rooms == "below" and meeting.host in fleet.ancestors(room.site)
        if meeting.rooms == EVERYTHING or below or room.id in named:
            yield room


def _freeze(row: Freeze, timezone: str) -> BuiltFreeze:
    zone = ZoneInfo(timezone)
    begins, ends = row.begins.replace(tzinfo=zone), row.ends.replace(tzinfo=zone)
    return BuiltFreeze(row.id, row.scope, begins.astimezone(UTC), ends.astimezone(UTC), timezone, row.reason)


# ── may this device be changed now? ─────────────────────────────────────────


def closed(fleet: Fleet, device: Device, instant: datetime) -> tuple[str, ...]:
    """Return why *device* may not be changed at *instant* (aware); empty: it may."""
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone is no instant")
    return (*_frozen(fleet, device, instant), *_in_meetings(fleet, device, instant))


def _frozen(fleet: Fleet, device: Device, instant: datetime) -> Iterator[str]:
    held = {EVERYTHING, device.name, *fleet.ancestors(device.site), *_circuits(fleet, device)}
    for freeze in fleet.freezes:
        if freeze.scope in held and freeze.begins <= instant < freeze.ends:
            until = freeze.ends.astimezone(ZoneInfo(freeze.timezone))
            yield f"freeze {freeze.id} until {until:%Y-%m-%d %H:%M}: {freeze.reason}"


def _in_meetings(fleet: Fleet, device: Device, instant: datetime) -> Iterator[str]:
    own = set(_circuits(fleet, device))
    for meeting in fleet.meetings:
        carried = [circuit for circuit in meeting.circuits if circuit in own]
        if not carried and device.site not in meeting.sites:
            continue
        for begins, ends in _held(meeting, instant):
            if begins - BEFORE <= instant < ends:
                yield _told(meeting, begins, ends, carried)


def _circuits(fleet: Fleet, device: Device) -> Iterator[str]:
    for circuit in fleet.circuits.values():
        if device.name in (circuit.outer.device, circuit.inner.device):
            yield circuit.id


def _held(meeting: BuiltMeeting, instant: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield when the meeting is held around *instant*: yesterday's may go past midnight."""
    zone = ZoneInfo(meeting.timezone)
    today = instant.astimezone(zone).date()
    for day in (today + timedelta(days=days) for days in (-1, 0, 1)):
        if meeting.day == day or meeting.weekday == day.weekday():
            begins = datetime.combine(day, meeting.start, zone).astimezone(UTC)
            yield begins, begins + timedelta(minutes=meeting.minutes)


def _told(meeting: BuiltMeeting, begins: datetime, ends: datetime, carried: list[str]) -> str:
    zone = ZoneInfo(meeting.timezone)
    clock = f"{begins.astimezone(zone):%H:%M} to {ends.astimezone(zone):%H:%M}"
    more = f" and {len(carried) - SHOWN} more" if len(carried) > SHOWN else ""
    where = f"crosses {', '.join(carried[:SHOWN])}{more}" if carried else "has a room at the device's site"
    return f"meeting {meeting.id} ({meeting.name}), {clock}, {where}"


PASS = Pass("calendar", run, after=("wan",))
