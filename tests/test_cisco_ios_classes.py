"""A class map changes from one kind of match to the other while policies use it: on the emulated device."""

from __future__ import annotations

import pytest
from test_cisco_ios_deploy import DEVICES, PART, PARTS, Box, wanted

from kgnet.model.config import Config
from kgnet.plan import plan, ways

DEVICE = DEVICES["r-911"]  # firewall, queues and marks
HEADERS = [line for line in wanted(DEVICE).parts[PART.name].splitlines() if line.startswith("class-map ")]


def matching_all(*headers: str) -> Config:
    """Return the intent with *headers* turned into maps that all conditions have to match."""
    text = wanted(DEVICE).parts[PART.name]
    for header in headers:
        text = text.replace(f"{header}\n", f"{header.replace('match-any', 'match-all')}\n")
    return Config(DEVICE.name, {PART.name: PART.canonical(text)})


def there_and_back(box: Box, want: Config) -> list[str]:
    """Deploy *want* and take it back, no line being refused; return what was typed to get there."""
    before = box.config
    both = ways(plan(want, before, parts=PARTS), before, parts=PARTS)
    box.type(both.there)
    assert not plan(want, box.config, parts=PARTS)
    assert box.config.parts == want.parts
    box.type(both.back)
    assert box.config == before
    return list(both.there)


@pytest.fixture(scope="module")
def box() -> Box:
    """A device that runs the intent, and nothing else."""
    box = Box(DEVICE)
    box.type(ways(plan(wanted(DEVICE), box.config, parts=PARTS), box.config, parts=PARTS).there)
    box.type(line for line in ("no username admin",) if DEVICE.accounts[0].name != "admin")
    assert not plan(wanted(DEVICE), box.config, parts=PARTS)
    return box


def test_there_are_classes_of_queues_of_the_router_itself_and_of_its_zones() -> None:
    assert {"class-map match-any INPUT", "class-map type inspect match-any FORWARD"} < set(HEADERS)
    assert len(HEADERS) > 6


@pytest.mark.parametrize("header", HEADERS)
def test_a_class_in_use_changes_its_kind_and_back(box: Box, header: str) -> None:
    """IOS neither changes it in place nor lets it go: a copy stands in for it meanwhile."""
    typed = there_and_back(box, matching_all(header))
    name = header.rpartition(" ")[2]
    assert f"{header.removesuffix(name)}{name}-KGNET" in typed
    assert "-KGNET" not in box.config.parts[PART.name]


def test_all_classes_change_at_once_with_the_lists_that_they_match(box: Box) -> None:
    want = matching_all(*HEADERS)
    text = want.parts[PART.name].replace("permit udp any eq ntp", "permit udp any eq 124")
    text = text.replace(
        "ip access-list extended INPUT-4\n", "ip access-list extended INPUT-4\n permit igmp any any\n"
    )
    there_and_back(box, Config(DEVICE.name, {PART.name: PART.canonical(text)}))


def test_a_class_that_no_policy_uses_is_just_made_anew(box: Box) -> None:
    both = ["class-map match-any IDLE", "match dscp ef", "exit"]
    box.type(both)
    idle = box.config
    text = idle.parts[PART.name].replace("class-map match-any IDLE", "class-map match-all IDLE")
    typed = there_and_back(box, Config(DEVICE.name, {PART.name: text}))
    assert typed == ["no class-map match-any IDLE", "class-map match-all IDLE", "match dscp ef", "exit"]
    box.type(["no class-map match-any IDLE"])
