"""rooms.csv, meetings.csv, freezes.csv: who meets whom, and when nothing may change."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, NaiveDatetime, model_validator

from kgnet.model.province.written import Clock, Code, Slug, Written


class Room(Written):
    """rooms.csv: a video-conference point."""

    id: Slug = Field(max_length=24, description="the user part of its SIP address")
    name: str = Field(min_length=1)
    site: Code
    number: int = Field(ge=1, le=8, description="stable and unique within its site")
    session_kbps: int = Field(ge=32, le=20_000, description="media of one meeting in each direction")
    extension: str = Field(pattern=r"^[0-9]{3,6}$", description="what one dials")
    system: str | None = Field(
        default=None, description="what stands there: a plug-in of kgnet/rooms; empty: nobody asks it"
    )
    auto_answer: bool = Field(default=False, description="yes: it is meant to answer calls by itself")
    password_changed: date | None = Field(
        default=None,
        description="when the administrator's password was last changed, where the system does not tell",
    )


class Meeting(Written):
    """meetings.csv: a series of meetings: who meets whom; circuits are sized from it."""

    id: Slug
    name: str = Field(min_length=1)
    host: Code = Field(description="the site that calls it")
    rooms: str = Field(
        description="ids of rooms parted by blanks, or 'all', or 'below' for every room behind the host"
    )
    weekday: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] | None = Field(
        default=None, description="it is held every week on this day; empty: on `day`, or nobody knows when"
    )
    day: date | None = Field(default=None, description="it is held once, on this day: 2026-12-31")
    start: Clock | None = Field(
        default=None, description="when it begins, in the province's time zone: 07:30"
    )
    minutes: Annotated[int, Field(ge=1, le=1440)] | None = Field(
        default=None, description="how long it lasts; what carries it is not changed meanwhile"
    )

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.weekday is not None and self.day is not None:
            raise ValueError("a meeting is held every week or on one day: `weekday` or `day` stays empty")
        timed = {self.weekday is not None or self.day is not None, self.start is not None}
        if len({*timed, self.minutes is not None}) > 1:
            raise ValueError("a meeting that has a time has `weekday` or `day`, `start` and `minutes`")
        return self


class Freeze(Written):
    """freezes.csv: a time in which nothing is changed."""

    id: Slug
    scope: str = Field(
        min_length=1,
        description="'all', or the site with all behind it, the circuit or the device that stays as it is",
    )
    begins: NaiveDatetime = Field(description="2026-12-31 17:00, in the province's time zone")
    ends: NaiveDatetime = Field(description="the first minute in which changes are allowed again")
    reason: str = Field(min_length=3)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.begins >= self.ends:
            raise ValueError("a freeze ends after it begins")
        return self
