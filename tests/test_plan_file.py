"""A plan as a file: it reads back as it was written, and no other way."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgnet.errors import UsageError
from kgnet.model.config import Config
from kgnet.model.outcome import Action, Change, Plan
from kgnet.plan.file import PlanFile, Planned, digest, read, written

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HASH = digest(Config("r1", {"frr": "hostname r1\n"}))
CHANGES = (
    Change(Action.REMOVE, "cisco_ios", ("router bgp 1",), "neighbor 192.0.2.1 password <secret 12ab34>"),
    Change(Action.ADD, "cisco_ios", ("policy-map Q",), "class Văn", 2),
)
APPROVED = PlanFile(
    created=NOON,
    inventory=HASH,
    whole=False,
    devices=(
        Planned(Plan("r1", CHANGES), HASH, HASH, ("router bgp 1", "exit"), ("policy-map Q", "exit")),
        Planned(Plan("r2", ()), HASH, HASH),
    ),
    failed={"r3": "r3 did not answer"},
    blast=("1 office has no second path: Phú Quốc",),
    limit="wan",
)
TEXT = written(APPROVED)


def test_a_plan_reads_back_as_it_was_written() -> None:
    assert read(TEXT, "p.json") == APPROVED


def test_the_same_plan_is_the_same_text() -> None:
    assert written(read(TEXT, "p.json")) == TEXT


def edited(**values: Any) -> str:
    return json.dumps(json.loads(TEXT) | values)


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("192.0.2.1", "192.0.2.2"),
        TEXT.replace("owned sections", "whole"),
        TEXT.replace("2026-11-22", "2026-11-23"),
        TEXT.replace("Phú Quốc", "nobody"),
        edited(devices=[]),
        edited(limit=""),
        edited(more=1),
        edited(sha256=""),
        edited(sha256="0" * 64),
        edited(sha256=None),
    ],
)
def test_a_plan_that_was_edited_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"^p.json: was changed after it was made — `kgnet plan -o p.json`"):
        read(text, "p.json")


@pytest.mark.parametrize("text", ["", "hello", "[]", "null", "{}", '{"format": "kgnet plan 99"}', TEXT[:-40]])
def test_what_is_no_plan_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(UsageError, match=r"^p.json: is no plan") as told:
        read(text, "p.json")
    assert "\n" not in str(told.value)


@given(st.integers(0, len(TEXT) - 1), st.characters(codec="utf-8"))
def test_no_character_of_it_can_be_another(place: int, character: str) -> None:
    """White space between the values says nothing; anything else is refused."""
    text = TEXT[:place] + character + TEXT[place + 1 :]
    try:
        found = read(text, "p.json")
    except UsageError:
        return
    assert found == APPROVED


def test_a_plan_put_together_by_hand_is_refused_even_with_the_right_hash() -> None:
    """Who forges the hash must still write a whole plan."""
    from kgnet.plan import file

    body = json.loads(TEXT)
    del body["sha256"]
    body["created"] = "2026-11-22T12:00:00"
    forged = json.dumps({**body, "sha256": file._hash(body)})
    with pytest.raises(UsageError, match=r"is no whole plan: .*time has no zone"):
        read(forged, "p.json")


def test_two_texts_that_differ_in_a_line_have_two_digests() -> None:
    assert digest(Config("r1", {"frr": "hostname r1\n"})) != digest(Config("r1", {"frr": "hostname r2\n"}))
    assert digest(Config("r1", {"frr": "x\n", "qos": ""})) != digest(Config("r1", {"frr": "", "qos": "x\n"}))
