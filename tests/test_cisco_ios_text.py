"""IOS's canonical text does not depend on how a device prints it, and gives no secret away."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ios import DEVICES, PART, TEXTS, store

from kgnet import paths
from kgnet.errors import ReadError
from kgnet.platforms.cisco_ios import PLATFORM
from kgnet.platforms.cisco_ios.text import canonical
from kgnet.render import render

# ── the canonical text ──────────────────────────────────────────────────────


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_written_is_canonical(name: str) -> None:
    assert canonical(TEXTS[name]) == TEXTS[name]


def as_printed(text: str, shuffled: random.Random) -> Iterator[str]:
    """Yield *text* as IOS XE might print it: with its chatter, numbers in lists, capitals in IPv6."""
    yield from ("Building configuration...", "", "Current configuration : 4711 bytes", "!", "version 17.9")
    chunks = [part.splitlines() for part in text.split("!\n")]
    blocks = [part for part in chunks if any(each.startswith((" ", "banner ")) for each in part)]
    singles = [[line] for part in chunks if part not in blocks for line in part]
    every = [*blocks, *singles]
    shuffled.shuffle(every)
    for block in every:
        number = 0
        for line in block:
            if re.match(r" (permit|deny|remark) ", line) and "access-list" in block[0]:
                number += 10
                word = f" sequence {number}" if block[0].startswith("ipv6") else f" {number}"
                yield word + line.replace(" eq 179", " eq bgp").replace(" eq 123", " eq ntp")
            elif line.startswith("banner login ^"):
                yield "banner login ^C"
            elif line.strip() != "no shutdown":
                yield re.sub(r"\b[0-9a-f:]+::[0-9a-f:]*\b", lambda found_: found_[0].upper(), line)
        if block[0].startswith("banner "):
            yield "^C"
        if block[0].startswith("interface "):
            yield " negotiation auto"
        yield "!"
    yield "end"


@pytest.mark.parametrize("name", TEXTS)
def test_the_canonical_text_does_not_depend_on_how_it_is_printed(name: str) -> None:
    """A plan must be empty after a deploy, on every release."""
    text = TEXTS[name].replace(" ^\n ", " ^\n")  # IOS does not indent a banner
    for seed in range(3):
        printed = "\n".join(as_printed(text, random.Random(seed)))
        assert canonical(printed) == TEXTS[name]


@pytest.mark.parametrize("text", ["", "\n\n", "!\nend\n", "Building configuration...\n"])
def test_an_empty_configuration_is_an_error(text: str) -> None:
    with pytest.raises(ReadError, match="no configuration"):
        canonical(text)


def test_a_banner_without_an_end_is_an_error() -> None:
    with pytest.raises(ReadError, match="banner"):
        canonical("hostname r1\nbanner login ^C\ncut off he")


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever a device says, it is a configuration or one clear error."""
    try:
        once = canonical(text)
        assert canonical(once) == once
        list(PART.read(once, PART.name))
    except ReadError as reason:
        assert "\n" not in str(reason)


@settings(max_examples=25)
@given(st.randoms(use_true_random=False), st.integers(0, 4000))
def test_a_garbled_configuration_is_read_or_refused(dice: random.Random, cut: int) -> None:
    """Words lost and doubled: still one clear error at most."""
    lines = TEXTS["r-911"].splitlines()
    line = lines[cut % len(lines)].split(" ")
    dice.shuffle(line)
    lines[cut % len(lines)] = " ".join(line[: dice.randint(0, len(line))])
    try:
        list(PART.read(canonical("\n".join(lines)), PART.name))
    except ReadError as reason:
        assert str(reason)


# ── secrets ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", TEXTS)
def test_no_secret_is_left_in_what_people_see(name: str) -> None:
    """The hidden text and the redacted true text are the same: nothing stands in it that should not."""
    hidden = render(DEVICES[name], paths.templates()).parts["cisco_ios"]
    redacted = PLATFORM.redacted(TEXTS[name])
    assert redacted == hidden
    assert "Sup3r" not in redacted
    marks = PLATFORM.redacted(TEXTS[name], lambda value: f"mark{len(value)}")
    assert marks.count("<secret mark") == hidden.count("<secret>") > 3


@pytest.mark.parametrize("name", TEXTS)
def test_every_secret_that_is_written_is_named_by_the_intent(name: str) -> None:
    asked: set[str] = set()

    def ask(secret: str) -> str:
        asked.add(secret)
        return store(secret)

    render(DEVICES[name], paths.templates(), secret=ask)
    assert asked == set(DEVICES[name].secrets)
