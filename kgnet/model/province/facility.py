"""facility.csv: what people answer for the building of the data center."""

from __future__ import annotations

import datetime
from typing import Literal, Self

from pydantic import Field, model_validator

from kgnet.model.province.written import Slug, Written


class FacilityAnswer(Written):
    """facility.csv: an answer to the checklist of `kgnet checklist`."""

    item: Slug = Field(description="the question's name, as `kgnet checklist form` prints it")
    question: str = Field(default="", description="for whoever fills the form in; it is not read")
    answer: Literal["yes", "no", "n/a"] | None = Field(
        default=None, description="empty: not answered yet; n/a: there is no such thing, and why it need not"
    )
    by: str = Field(default="", description="who answers for it: an office or a post")
    date: datetime.date | None = Field(default=None, description="when it was looked at: 2026-12-31")
    evidence: str = Field(default="", description="where it is written down: a report, a contract, a ticket")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.answer is not None and not (self.by and self.date and self.evidence):
            raise ValueError("an answer has `by`, `date` and `evidence`: who says so, since when, and where")
        return self
