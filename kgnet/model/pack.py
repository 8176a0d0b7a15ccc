"""What an office asks of an audit, as it writes it down: packs of rules, and waivers of findings."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from kgnet.model.outcome import Severity
from kgnet.model.province import Role, Written

Listed = BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)
LONGEST = 1000  # characters of an expression: more is no longer read by anybody
Expression = Annotated[str, Field(min_length=1, max_length=LONGEST)]
Emptied = BeforeValidator(lambda value: {} if value is None else value)


class Choice(Written):
    """One rule of a pack, and how it is meant here; nothing written: as the rule itself says."""

    parameters: dict[str, Any] = Field(default_factory=dict, description="the rule's own parameters")
    severity: Severity | None = Field(default=None, description="instead of the rule's own")
    roles: Annotated[tuple[Role, ...], Listed] = Field(default=(), description="only devices of these roles")
    platforms: Annotated[tuple[str, ...], Listed] = Field(default=(), description="only these platforms")


class LineRule(Written):
    """A rule without code: a line that must, or must not, be in the configuration.

    *must*, *must_not* and *inside* are regular expressions that are searched for in one line each.
    """

    model_config = ConfigDict(str_strip_whitespace=False)  # a blank belongs to its expression

    title: str = Field(min_length=1)
    why: str = ""
    severity: Severity = Severity.MEDIUM
    roles: Annotated[tuple[Role, ...], Listed] = ()
    platforms: Annotated[tuple[str, ...], Listed] = ()
    part: str | None = Field(default=None, description="of the configuration, e.g. frr or nftables")
    inside: Expression | None = Field(default=None, description="only in blocks whose opening line matches")
    must: Expression | None = Field(
        default=None, description="at least one line (of every such block) matches"
    )
    must_not: Expression | None = Field(default=None, description="no line matches")

    @model_validator(mode="after")
    def _judges_something(self) -> LineRule:
        if self.must is None and self.must_not is None:
            raise ValueError("neither `must` nor `must_not` is given")
        return self


class Only(Written):
    """Which rules of the extended packs are kept: those of which all that is written is so."""

    severities: tuple[Severity, ...] = Field(default=(), description="of one of these severities")
    references: str = Field(default="", description="one of its references holds these words")
    intent: bool | None = Field(default=None, description="false: those that need no intent to judge")


class Pack(Written):
    """Which rules are asked, with which parameters, of whom."""

    title: str = Field(min_length=1)
    extends: Annotated[tuple[str, ...], Listed] = Field(
        default=(), description="packs whose rules are asked as well; what the later one writes holds"
    )
    only: Only = Field(default=Only(), description="of the extended packs; nothing written: all")
    without: tuple[str, ...] = Field(default=(), description="rules of the extended packs that are left out")
    rules: Annotated[dict[str, Annotated[Choice, Emptied]], Emptied] = Field(default_factory=dict)
    lines: Annotated[dict[str, LineRule], Emptied] = Field(default_factory=dict)


class Waiver(Written):
    """A finding that somebody answers for, until a day."""

    rule: str
    devices: Annotated[tuple[str, ...], Listed] = Field(
        min_length=1, description="names, or patterns like r-9*"
    )
    reason: str = Field(min_length=3)
    owner: str = Field(min_length=1)
    ticket: str = Field(min_length=1)
    expires: date = Field(description="last day on which it holds")


class Waivers(Written):
    """A file of waivers."""

    waivers: tuple[Waiver, ...]
