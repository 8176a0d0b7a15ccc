"""On every vendor's platform: a plan leads there, its reverse back, from whatever a person made of a text."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from functools import cache

import pytest
import shipped
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plan_props import normal, roundtrip

from kgnet import paths
from kgnet.emulate.dialects import known
from kgnet.model.config import Config
from kgnet.model.fleet import Device
from kgnet.plan import apply, known_parts, plan, reverse, ways
from kgnet.plugins import found
from kgnet.ports import Part, Platform
from kgnet.render import render

PLATFORMS = sorted(known())
FLEET = shipped.fleet("kiengiang")


def devices(platform: str) -> list[Device]:
    """Return the smallest devices of every role that the platform plays, two of each."""
    every = sorted(
        (device for device in FLEET.devices.values() if device.platform == platform),
        key=lambda device: len(device.interfaces),
    )
    roles = dict.fromkeys(device.role for device in every)
    return [device for role in roles for device in [each for each in every if each.role is role][:2]]


@cache
def text(name: str) -> str:
    device = FLEET.devices[name]
    (given,) = render(
        device, paths.templates(), secret=lambda name: f"{name}-pass-phrase".replace("/", "-")
    ).parts.values()
    return given


def by_hand(before: str, dice: random.Random, part: Part) -> str:
    """Return *before* as a person may have left it: lines gone with all inside, changed, moved."""
    lines = before.splitlines()
    for _ in range(dice.randrange(1, 6)):
        place = dice.randrange(len(lines))
        line, depth = lines[place], indent(lines[place])
        if not line.strip() or line.strip() in part.closers:
            continue
        end = next((n for n in range(place + 1, len(lines)) if indent(lines[n]) <= depth), len(lines))
        what = dice.choice(("gone", "changed", "moved"))
        if what == "gone":
            del lines[place:end]
        elif what == "changed" and end == place + 1 and not line.endswith("{"):
            lines[place] = f"{line}7"
        elif what == "moved" and end < len(lines) and indent(lines[end]) == depth and place + 1 == end:
            lines[place], lines[end] = lines[end], lines[place]
        if not lines:
            break
    return "\n".join(lines) + "\n"


def indent(line: str) -> int:
    return len(line) - len(line.lstrip())


CASES = [(platform, device.name) for platform in PLATFORMS for device in devices(platform)]


def test_every_platform_is_here() -> None:
    """A platform without devices would prove nothing."""
    assert {platform for platform, _ in CASES} == {
        name for name in found(Platform) if name not in ("frr", "linux")
    }


@pytest.mark.parametrize(("platform", "name"), CASES)
@settings(max_examples=4, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False))
def test_what_a_person_changed_is_put_right_and_back(platform: str, name: str, dice: random.Random) -> None:
    (part,) = found(Platform)[platform].parts
    want = text(name)
    have = by_hand(want, dice, part)
    for one, other in ((want, have), (have, want)):
        roundtrip(part, one, other)
        roundtrip(part, one, other, whole=found(Platform)[platform].whole)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_predicted_text_is_the_one_that_the_device_would_print(platform: str) -> None:
    """From nothing, or from another device, comes the text that was rendered, in any order."""
    (part,), whole = found(Platform)[platform].parts, found(Platform)[platform].whole
    for device in devices(platform):
        other = devices(platform)[0]
        want, had = (Config("r1", {part.name: each}) for each in (text(device.name), text(other.name)))
        for have in (had, Config("r1", {part.name: ""})):  # from nothing last
            there = apply(plan(want, have, whole=whole), have).parts[part.name]
            assert normal(part, there) == normal(part, text(device.name))
        assert Counter(printed(there)) == Counter(printed(text(device.name)))


def printed(given: str) -> list[str]:
    """Return the lines with their indentation, without those that only keep blocks apart or end the text."""
    return [line for line in given.splitlines() if line.strip() not in ("", "!", "#", "end", "return")]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_change_has_commands_and_the_way_back_has_them_too(platform: str) -> None:
    (part,) = found(Platform)[platform].parts
    one, other, *_ = (Config("r1", {part.name: text(device.name)}) for device in devices(platform))
    todo = plan(one, other)
    both = ways(todo, other)
    assert todo and both.there and both.back
    assert reverse(reverse(todo)) == todo
    assert known_parts()[part.name].commands
    assert not ways(plan(one, one), one).there


@pytest.mark.parametrize("platform", PLATFORMS)
def test_of_a_secret_a_plan_tells_no_more_than_its_fingerprint(platform: str) -> None:
    """Plans are shown, kept and sent around: what one would type in them is sealed as the texts are."""
    (part,) = found(Platform)[platform].parts
    seal = found(Platform)[platform].redacted
    one, other, *_ = (text(device.name) for device in devices(platform))
    want, have = (
        Config("r1", {part.name: seal(one, fingerprint)}),
        Config("r1", {part.name: seal(other, fingerprint)}),
    )
    for had in (have, Config("r1", {part.name: ""})):
        both = ways(plan(want, had), had)
        told = "\n".join((*both.there, *both.back, both.predicted.parts[part.name]))
        assert "<secret" in told or had is have
        assert "pass-phrase" not in told
        assert seal(told) == told


def fingerprint(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:6]
