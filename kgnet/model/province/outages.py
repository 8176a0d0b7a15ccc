"""outages.csv: when something is down because somebody said so beforehand."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from kgnet.model.province.written import Slug, Written

MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?$"


def _moment(text: Any) -> Any:
    """Refuse what pydantic would take for a number of seconds since 1970, or for midnight."""
    if isinstance(text, str) and not re.fullmatch(MOMENT, text):
        raise ValueError(f"{text!r} is no moment — write 2026-12-31 17:00, or 2026-12-31 17:00+07:00")
    return text


Moment = Annotated[datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "pattern": MOMENT})]


class Outage(Written):
    """outages.csv: planned work, during which what it touches is not expected to be up."""

    id: Slug
    scope: str | None = Field(
        default=None,
        description="sites, circuits or devices parted by blanks; of a site all its devices and the circuits "
        "that end there; empty: all circuits of the carrier",
    )
    carrier: str | None = Field(
        default=None, description="only circuits of this carrier, as circuits.csv names it; empty: everything"
    )
    begins: Moment = Field(
        description="2026-12-31 17:00, in the province's time zone, or with an offset: 2026-12-31 17:00+07:00"
    )
    ends: Moment = Field(description="the first minute in which it is expected to be up again")
    reason: str = Field(min_length=3, description="why, and who gave notice; no names of people")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.scope is None and self.carrier is None:
            raise ValueError("an outage has a `scope`, a `carrier` or both")
        if (self.begins.tzinfo is None) != (self.ends.tzinfo is None):
            raise ValueError("`begins` and `ends` both have an offset, or neither")
        if self.begins >= self.ends:
            raise ValueError("an outage ends after it begins")
        return self

    @property
    def touched(self) -> tuple[str, ...]:
        """Return the names in its scope."""
        return tuple((self.scope or "").split())
