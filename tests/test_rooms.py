"""Conference rooms as subjects of the audit: asked, or read from exports, and nothing secret comes of it."""

from __future__ import annotations

import json
import shutil
import subprocess
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import shipped
import yaml
from conftest import KGNET
from hypothesis import given
from hypothesis import strategies as st
from subjects import room

from kgnet import inventory, paths, plugins
from kgnet.audit.rooms import compared
from kgnet.collect.rooms import looking, marking, read_export
from kgnet.errors import InventoryError, ReadError, Refused
from kgnet.model.conferencing import Passwords, SharedPasswords
from kgnet.ports import Access, System
from kgnet.twin import rooms as endpoints

LAB = paths.inventories() / "lab"
CASES = Path(__file__).parent / "cases" / "rules"
FLEET = shipped.fleet("lab")
PACK = "rooms-only.yml"  # of the rooms' rules alone, so that no device is looked at
DAY = date(2026, 6, 1)
SYSTEMS = plugins.found(System)
TEXTS = [
    yaml.safe_load(file.read_text(encoding="utf-8"))["exported"] for file in CASES.glob("KG-VC-0[3-8]/*.yml")
]


def twin_text(name: str, password: str) -> str:
    """Return what the twin's room would answer."""
    files = endpoints.files(FLEET, FLEET.rooms[name], password)
    return "".join(
        ["# baresip 1.0.0-4\n", *(files[f"/root/.baresip/{each}"] for each in ("config", "accounts"))]
    )


def exports(folder: Path, **passwords: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, password in passwords.items():
        text = twin_text(name.replace("_", "-"), password)
        (folder / f"{name.replace('_', '-')}.txt").write_text(text, encoding="utf-8")
    return folder


def audited(*argv: str | Path, inventory: Path) -> tuple[int, list[dict[str, str]], str]:
    done = subprocess.run(
        [KGNET, "audit", "-i", inventory, "--pack", inventory / PACK, "--format", "json", *argv],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    rows = json.loads(done.stdout)["findings"] if done.stdout.startswith("{") else []
    return done.returncode, [row for row in rows if row["rule"] != "collect"], done.stdout + done.stderr


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(LAB, tmp_path / "lab"))
    rules = "".join(f"  KG-VC-0{number}:\n" for number in range(3, 9))
    (folder / PACK).write_text(f"title: rooms\nrules:\n{rules}", encoding="utf-8")
    return folder


GOOD = {"room_899": "kTq7-xW_92vLmZp4", "room_911": "n0-other-Has_this1", "room_stttt": "9fQ-another_one-77"}


def test_the_rooms_of_the_twin_have_nothing_wrong(here: Path, tmp_path: Path) -> None:
    """Their own configuration, each with a password of its own."""
    code, rows, told = audited("--rooms", exports(tmp_path / "x", **GOOD), inventory=here)
    assert code == 0, told
    assert {row["status"] for row in rows} == {"pass", "skip"}
    assert {row["device"] for row in rows} == set(FLEET.rooms)
    assert {row["rule"] for row in rows if row["status"] == "skip"} == {"KG-VC-08"}


def test_what_is_wrong_is_told_without_the_password(here: Path, tmp_path: Path) -> None:
    """Neither in the report nor in what went wrong."""
    wrong = {**GOOD, "room_911": GOOD["room_899"], "room_stttt": "tandberg"}
    code, rows, told = audited("--rooms", exports(tmp_path / "x", **wrong), inventory=here)
    assert code == 2
    failed = {(row["rule"], row["device"]) for row in rows if row["status"] == "fail"}
    assert failed == {("KG-VC-05", "room-899"), ("KG-VC-05", "room-911"), ("KG-VC-03", "room-stttt")}
    assert not any(password in told for password in wrong.values())
    assert "has the password of room-911, too" in told


def test_a_room_without_a_file_and_a_room_that_nobody_asks(here: Path, tmp_path: Path) -> None:
    """With a folder the first is an error; over files of devices rooms are left out, and it is said why."""
    some = exports(tmp_path / "x", room_899=GOOD["room_899"])
    code, _, told = audited("--rooms", some, inventory=here)
    assert code == 1
    assert "stands in a twin only" in told, "without a file it is asked, where its system is known"
    found = looking(some, None, DAY, marking())(FLEET.rooms["room-911"])
    assert f"{some} has no file of this room" in str(found)
    code, rows, told = audited("--config-dir", some, inventory=here)
    assert {row["status"] for row in rows} == {"skip"}
    assert "configurations of devices do not tell of rooms: give --rooms" in told


def test_a_limit_leaves_rooms_of_other_sites_out(here: Path, tmp_path: Path) -> None:
    _, rows, _ = audited("--rooms", exports(tmp_path / "x", **GOOD), "--limit", "site_899", inventory=here)
    assert {row["device"] for row in rows} == {"room-899"}


@pytest.mark.parametrize(
    ("system", "text", "why"),
    [
        (
            "cisco_roomos",
            "# baresip 1\n<sip:a@b>;auth_pass=hidden-one\n",
            "is of baresip, and rooms.csv says",
        ),
        (None, "nothing of this kind, hidden-one\n", "is of no system that is known: baresip"),
        ("baresip", "sip_listen 0.0.0.0:5060 hidden-one\n", "baresip has no account"),
        ("cisco_roomos", "hidden-one\n", "no line of `xConfiguration NetworkServices`"),
        ("poly_ucs", "hidden-one\n", "no parameter of UC Software"),
    ],
)
def test_a_text_that_is_none_is_refused_in_words(system: str | None, text: str, why: str) -> None:
    with pytest.raises(Refused, match=why) as caught:
        read_export(text, room({"system": system}), "room-1.txt", DAY, str)
    assert "hidden-one" not in str(caught.value)


def test_a_torn_file_is_one_rooms_failure(tmp_path: Path) -> None:
    (tmp_path / "room-899.txt").write_bytes(b"\xff\x00\xfe")
    look = looking(tmp_path, None, DAY, marking())
    assert isinstance(look(FLEET.rooms["room-899"]), Refused)


def test_a_system_that_is_not_asked_says_what_to_do() -> None:
    """No tool of ours logs in to a real room's system yet."""
    row = FLEET.rooms["room-899"].row.model_copy(update={"system": "cisco_roomos"})
    found = looking(None, Access(), DAY, marking())(replace(FLEET.rooms["room-899"], row=row))
    assert "give its export with --rooms" in str(found)


def test_an_unknown_system_is_told_with_its_line(here: Path) -> None:
    text = (here / "rooms.csv").read_text(encoding="utf-8").replace("8991,baresip", "8991,baresip2")
    (here / "rooms.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InventoryError, match=r"rooms.csv:2: room-899: 'baresip2' is no system of rooms"):
        inventory.load(here)


def test_marks_tell_passwords_apart_and_nothing_else() -> None:
    """Another audit has another key: marks of two cannot be compared, nor guessed."""
    one, other = marking(), marking()
    assert one("a") == one("a") != one("b")
    assert one("a") != other("a")
    text = twin_text("room-899", "kTq7-xW_92vLmZp4")
    have = read_export(text, FLEET.rooms["room-899"], "room-899.txt", DAY, one)
    assert "kTq7" not in repr(have)
    assert have.get(Passwords).told[0].flaw == ""
    assert compared({"room-899": have})["room-899"].get(SharedPasswords).others == 0


@pytest.mark.parametrize("system", SYSTEMS.values(), ids=SYSTEMS)
@given(data=st.data())
def test_a_reader_gives_facts_or_refuses(system: System, data: st.DataObject) -> None:
    """Whatever stands in an export, torn and mixed as it may be."""
    base = data.draw(st.sampled_from(TEXTS))
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(base))] * 2)))
    text = base[:start] + data.draw(st.text(max_size=40)) + base[end:]
    with suppress(ReadError):
        assert len(list(system.read(text, DAY, str))) == 4
