"""Bad input: any text is facts or a ReadError, in bounded time; any file is that device's error, no more."""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import shipped
from hypothesis import given, settings
from hypothesis import strategies as st

from kgnet import paths, plugins
from kgnet.collect import read_file, spoken
from kgnet.collect.parts import part_facts
from kgnet.collect.printed import decoded
from kgnet.errors import ReadError
from kgnet.model.config import Config, unfit
from kgnet.model.facts import System
from kgnet.ports import Platform
from kgnet.render import render

PLATFORMS = plugins.found(Platform)
FLEET = shipped.fleet("kiengiang")
RECORDED = Path(__file__).parent / "recorded"
TEXTS = {
    "cisco_ios": [*RECORDED.glob("cisco_ios/*/running.cfg")],
    "arista_eos": [RECORDED / "arista_eos" / "running.cfg"],
    "juniper_junos": [RECORDED / "juniper_junos" / "running_mx80_12.txt"],
}
VENDORS = sorted(TEXTS)
KGNET = Path(sys.executable).with_name("kgnet")


@cache
def real(platform: str) -> tuple[str, ...]:
    """Return configurations as devices print them, and as we render them."""
    devices = [each for each in FLEET.devices.values() if each.platform == platform]
    rendered = [render(device, paths.templates()).parts[platform] for device in (devices[0], devices[-1])]
    return *(path.read_text(encoding="utf-8") for path in TEXTS[platform]), *rendered


@cache
def words(platform: str) -> tuple[str, ...]:
    """Return the words of real configurations, each once, and some that no device prints."""
    found = dict.fromkeys(word for text in real(platform) for word in text.split())
    return *found, "0", "-1", "99999999999", "::", "1.2.3", "1.2.3.4/99", "é", '"', "'", "^C", "EOF", "[", "]"


def read(platform: str, text: str) -> int:
    """Return how many facts the platform reads out of *text*, as collecting and files do it."""
    part = PLATFORMS[platform].parts[0]
    text = PLATFORMS[platform].redacted(text)
    if unfit(text):
        return 0
    try:
        canonical = part.canonical(text)
    except ReadError:
        canonical = ""
    both = (part_facts(part, Config("r-1", {part.name: each}), "r-1.cfg") for each in (text, canonical))
    return sum(len(told.facts) for told in both)


def torn(platform: str, seed: int) -> str:
    """Return a real configuration that somebody was careless with."""
    chance = random.Random(seed)
    lines = chance.choice(real(platform)).splitlines()
    for _ in range(chance.randint(1, 30)):
        at = chance.randrange(len(lines))
        match chance.randrange(6):
            case 0:
                del lines[at : at + chance.randint(1, 5)]
            case 1:
                lines[at] = lines[at][: chance.randrange(len(lines[at]) + 1)]
            case 2:
                lines[at] = " ".join(lines[at].split()[: chance.randrange(4)])
            case 3:
                lines[at] = " " * chance.randrange(6) + lines[at].strip()
            case 4:
                changed = lines[at].split(" ")
                changed[chance.randrange(len(changed))] = chance.choice(words(platform))
                lines[at] = " ".join(changed)
            case 5:
                lines.insert(at, chance.choice(lines))
        lines = lines or [""]
    text = "\n".join(lines)
    return text[: chance.randrange(len(text) + 1)] if chance.random() < 0.2 else text


def shuffled(platform: str) -> st.SearchStrategy[str]:
    """Return lines of real words, in no order, at any depth."""
    line = st.tuples(st.integers(0, 8), st.lists(st.sampled_from(words(platform)), max_size=8))
    return st.lists(line, max_size=30).map(
        lambda lines: "\n".join(" " * depth + " ".join(told) for depth, told in lines)
    )


@pytest.mark.parametrize("platform", VENDORS)
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_any_text_is_facts_or_an_error(platform: str, data: st.DataObject) -> None:
    """Whatever a file holds, no reader shows a traceback."""
    text = data.draw(st.one_of(st.text(max_size=500), shuffled(platform)))
    assert read(platform, text) >= 0


@pytest.mark.parametrize("platform", VENDORS)
@given(seed=st.integers(0, 1 << 32))
@settings(max_examples=40, deadline=None)
def test_a_torn_configuration_is_facts_or_an_error(platform: str, seed: int) -> None:
    """Lines lost, cut, doubled, moved, or with another word in them."""
    assert read(platform, torn(platform, seed)) >= 0


@pytest.mark.parametrize("platform", VENDORS)
def test_a_real_configuration_is_read(platform: str) -> None:
    """The texts above start from something."""
    assert all(read(platform, text) > 10 for text in real(platform))


# ── texts that are made to take long ────────────────────────────────────────

FLOODS = (
    *("\n", " \n", "\r\n", "a\n", " a\n", "{\n", "a {\n", '"', '"\n', "/* ", "/* \n", "[ a", "0", "1-", "\\"),
    *(
        "community a\n",
        "password ",
        "snmp-server user a auth ",
        "banner motd ^C\n",
        "banner login\n",
        "<secret ",
    ),
    *("neighbor a password b\n", "ip access-list extended a\n permit ip any any\n", "vlan 1-4000\n", "\x85"),
)


@pytest.mark.parametrize("platform", VENDORS)
@pytest.mark.parametrize("flood", FLOODS, ids=repr)
def test_a_flood_of_one_thing_is_read_in_bounded_time(platform: str, flood: str) -> None:
    """Twenty kilobytes of anything are no second's work; what grows with the square would show here."""
    text = (flood * 20_000)[:20_000]
    begun = time.process_time()
    assert read(platform, f"hostname x\ninterface a\n{text}\n") >= 0
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
@pytest.mark.parametrize("one", [" ", "\t", "a", "a ", '"', "1.", "password "], ids=repr)
def test_a_line_of_the_greatest_length_is_read_in_bounded_time(platform: str, one: str) -> None:
    """No expression of ours tries every place of such a line against every other."""
    line = (one * 60_000)[:60_000]
    begun = time.process_time()
    assert read(platform, f"hostname x\n{line}x\n") >= 0
    assert decoded(b"\xff" + line.encode())[1]
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("hostname r-1\n\0\n", "is binary: line 2 holds a zero byte"),
        ("hostname r-1\n" + "a" * 80_000, "line 2 is longer than 65536 characters"),
        (
            "\n".join(" " * depth + "a" for depth in range(3000)),
            "line 101 stands inside more than 100 blocks",
        ),
        ("banner motd ^\n" + " " * 300 + "a picture\n", ""),
    ],
)
def test_what_no_device_prints_is_told_by_its_line(text: str, why: str) -> None:
    assert unfit(text).startswith(why)
    assert bool(unfit(text)) is bool(why)


@pytest.mark.parametrize("platform", VENDORS)
def test_ten_thousand_blocks_in_each_other_are_an_error(platform: str) -> None:
    """In braces as by indentation."""
    part = PLATFORMS[platform].parts[0]
    text = "a {\n" * 10_000 + "b;\n" + "}\n" * 10_000
    missing = part_facts(part, Config("r-1", {part.name: text}), "r-1.cfg").missing
    if platform == "juniper_junos":
        assert "more than 100 blocks" in next(iter(missing.values()))
        with pytest.raises(ReadError, match="more than 100 blocks"):
            part.canonical(text)


# ── files ───────────────────────────────────────────────────────────────────


def of_platform(platform: str) -> list[str]:
    return [each.name for each in FLEET.devices.values() if each.platform == platform]


def bad_files(folder: Path) -> Iterator[tuple[str, str]]:
    """Spoil the files of some devices, each in another way; yield the device and what shall be told."""
    names = iter(of_platform("cisco_ios"))
    raw = (RECORDED / "cisco_ios" / "isr4331" / "running.cfg").read_bytes()
    for spoilt, told in (
        (raw[: len(raw) // 2], "is cut off after line"),
        (bytes(range(256)) * 40, "is not UTF-8 text at byte 128"),
        (b"\x7fELF\x02\x01\x01\0\0\0", "is binary: line 1 holds a zero byte"),
        ("hostname r-1\n".encode("utf-16"), "is not UTF-8 text at byte 0"),
        ("hostname kiên giang\n".encode("latin-1"), "is not UTF-8 text at byte 11"),
        (b"", "is empty"),
        (b"a" * (80 << 20), "is larger than 33554432 bytes"),
        (b"hostname r-1\n" + b"a" * (20 << 20), "line 2 is longer than 65536 characters"),
        (
            "\n".join(" " * depth + "a" for depth in range(5000)).encode(),
            "line 101 stands inside more than 100",
        ),
        (real("juniper_junos")[0].encode(), "is a configuration of juniper_junos; the device runs cisco_ios"),
        (real("arista_eos")[0].encode(), "is a configuration of arista_eos; the device runs cisco_ios"),
    ):
        name = next(names)
        (folder / f"{name}.cfg").write_bytes(spoilt)
        yield name, told
    name = next(names)
    (folder / f"{name}.cfg").mkdir()
    yield name, "is no file"


def test_a_bad_file_is_its_devices_error_and_the_others_are_judged(tmp_path: Path) -> None:
    """Each told in one finding with the reason; exit code 1; in bounded time and memory."""
    expected = dict(bad_files(tmp_path))
    good = FLEET.devices[of_platform("cisco_ios")[-1]]
    (tmp_path / f"{good.name}.cfg").write_text(str(render(good, paths.templates())), encoding="utf-8")
    begun = time.monotonic()
    done = subprocess.run(
        [
            str(KGNET),
            "audit",
            "--config-dir",
            str(tmp_path),
            "--format",
            "json",
            "--pack",
            "hardening",
            "-i",
            str(paths.inventories() / "kiengiang"),
            "-l",
            ",".join([*expected, good.name]),
        ],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30)),
    )
    assert (done.returncode, done.stderr) == (1, "")
    rows = json.loads(done.stdout)["findings"]
    found = {row["device"]: row for row in rows if row["rule"] == "collect"}
    assert {name: row["status"] for name, row in found.items()} == dict.fromkeys(expected, "error")
    for name, told in expected.items():
        assert told in found[name]["evidence"][0]
        assert f"{name}.cfg" in found[name]["evidence"][0]
    assert {"pass"} <= {row["status"] for row in rows if row["device"] == good.name}
    assert time.monotonic() - begun < 200


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    """Some editors write one."""
    device = FLEET.devices[of_platform("cisco_ios")[0]]
    file = tmp_path / f"{device.name}.cfg"
    file.write_text(str(render(device, paths.templates())), encoding="utf-8-sig")
    assert System in read_file(file, device).facts


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_each_platform_knows_its_own_text_and_no_other(platform: str) -> None:
    """Whose text a file holds is told by words that only its platform has."""
    devices = [each for each in FLEET.devices.values() if each.platform == platform]
    for device in devices[:3]:
        text = next(iter(render(device, paths.templates()).parts.values()))
        assert spoken(text) == (platform,)
    for path in RECORDED.glob(f"{platform}/**/running*"):
        assert spoken(path.read_text(encoding="utf-8")) == (platform,)
