"""What every row and document of an inventory has in common, and the kinds of words that stand in them."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema, field_validator

CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


def _clock(text: str) -> str:
    if not re.fullmatch(CLOCK, text):
        raise ValueError(f"{text!r} is no time of the day — write it as 07:30")
    return text


Slug = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", max_length=40)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$", max_length=10)]
DnsName = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$")]
Port = Annotated[int, Field(ge=1, le=65535)]
Clock = Annotated[str, AfterValidator(_clock), WithJsonSchema({"type": "string", "pattern": CLOCK})]
Rate = Annotated[float, Field(gt=0, le=400_000, description="Mbit/s")]


class Written(BaseModel):
    """A row or a document that a person wrote: strict, frozen, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)

    @field_validator("*")
    @classmethod
    def _printable(cls, value: Any) -> Any:
        """Refuse line breaks and the like: what is written here ends up in configurations."""
        for text in value if isinstance(value, list | tuple) else (value,):
            if isinstance(text, str) and not text.isprintable():
                raise ValueError(f"{text[:40]!r} holds a line break or another control character")
        return value
