"""The checklist of the data center's building: answered by people, judged like a device, for a time."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import shipped
from conftest import KGNET

from kgnet import checklist, inventory, language, paths, plugins
from kgnet.audit.facility import checklist as answered
from kgnet.errors import InventoryError
from kgnet.model.facility import Checklist, Facility
from kgnet.ports import Rule

LAB = paths.inventories() / "lab"
YESTERDAY = str(datetime.now(UTC).date() - timedelta(days=1))
DAY = date(2026, 11, 20)  # on which the answers of the inventories that come along hold
ITEMS = checklist.items()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The lab, everything in it answered yesterday: what comes along runs out some day."""
    copy = Path(shutil.copytree(LAB, tmp_path / "lab"))
    answers = copy / "facility.csv"
    answers.write_text(re.sub(r"\b\d{4}-\d\d-\d\d\b", YESTERDAY, answers.read_text("utf-8")), "utf-8")
    return copy


def kgnet(*argv: str | Path, code: int = 0) -> str:
    done = subprocess.run([KGNET, *argv], capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def written(folder: Path, *rows: str) -> Path:
    text = "\n".join(["item,answer,by,date,evidence", *rows, ""])
    (folder / "facility.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", ["lab", "kiengiang"])
def test_the_answers_that_come_along_answer_everything(name: str) -> None:
    rows = shipped.province(name).facility.values()
    found = answered(rows, DAY)
    assert [found.wrong(item) for item in ITEMS] == [""] * len(ITEMS)


def test_every_topic_is_judged_by_a_rule_and_every_question_has_its_vietnamese() -> None:
    """An item of a topic that no rule judges would be asked of people and then forgotten."""
    whys = {rule.judge.__code__.co_consts for rule in plugins.found(Rule).values() if rule.of is Facility}
    judged = {each for consts in whys for each in consts if isinstance(each, str)}
    assert {item.topic for item in ITEMS} <= judged
    texts = language.load("vi").texts
    assert [item.question for item in ITEMS if item.question not in texts] == []
    assert all(reference.endswith("]") for item in ITEMS for reference in item.references)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("power-upss,yes,A,2026-10-01,x", "'power-upss' is no item of the checklist"),
        ("power-ups,perhaps,A,2026-10-01,x", "answer"),
        ("power-ups,yes,,2026-10-01,x", "who says so"),
        ("power-ups,yes,A,1.10.2026,x", "date"),
    ],
)
def test_an_answer_that_is_none_is_told_with_its_line(folder: Path, row: str, told: str) -> None:
    with pytest.raises(InventoryError, match=told) as caught:
        inventory.load(written(folder, "power-two-feeds,yes,A,2026-10-01,x", row))
    assert "facility.csv:3" in str(caught.value)


def test_an_answer_holds_to_its_last_day() -> None:
    """The day itself counts."""
    rows = shipped.province("lab").facility.values()
    item = next(each for each in ITEMS if each.name == "power-generator-test")
    last = date(2027, 1, 12)
    assert (last - date(2026, 10, 12)).days == item.days
    assert answered(rows, last).wrong(item) == ""
    assert "held 92 days, until 2027-01-12" in answered(rows, date(2027, 1, 13)).wrong(item)


def test_an_inventory_without_answers_cannot_be_judged(folder: Path) -> None:
    """No evidence is not a pass."""
    (folder / "facility.csv").unlink()
    argv = ("audit", "-i", folder, "--pack", "facility", "--format", "json")
    rows = json.loads(kgnet(*argv, code=1))["findings"]
    assert {row["status"] for row in rows} == {"error"}
    assert {(row["device"], row["site"]) for row in rows} == {("DC", "DC")}
    assert all("kgnet checklist form" in row["evidence"][0] for row in rows)


def test_what_is_answered_with_no_is_a_finding_of_the_site(folder: Path, tmp_path: Path) -> None:
    """It can be waived like any other, and stands in the report of its site."""
    rows = (folder / "facility.csv").read_text(encoding="utf-8")
    rows = rows.replace("power-ups,yes", "power-ups,no")
    (folder / "facility.csv").write_text(rows, encoding="utf-8")
    argv = ("audit", "-i", folder, "--pack", "facility", "--per-site", tmp_path)
    told = kgnet(*argv, "--lang", "vi", code=2)
    assert "UPS có mô-đun dự phòng" in told
    assert "power-ups" in (tmp_path / "DC.txt").read_text(encoding="utf-8")
    told = "rule: KG-FAC-01, devices: [DC], reason: ordered, owner: A, ticket: T, expires: 2099-01-01"
    waiver = f"waivers: [{{{told}}}]"
    (folder / "waivers.yml").write_text(waiver, encoding="utf-8")
    assert "1 waived" in kgnet(*argv)


def test_a_building_is_judged_with_its_site(folder: Path) -> None:
    """A limit that leaves out a device of the data center leaves out its building."""
    argv = ("audit", "-i", folder, "--pack", "facility")
    assert "8 pass" in kgnet(*argv, "--limit", "site_DC")
    assert "nothing was judged" in kgnet(*argv, "--limit", "hub1", code=1)


def test_a_form_that_is_filled_in_is_the_file(folder: Path) -> None:
    """In Vietnamese as well; answers that hold are in it, others are to be given anew."""
    written(folder, f"power-ups,yes,A,{YESTERDAY},x", "power-generator-test,yes,A,2020-01-01,old")
    kgnet("checklist", "form", "-i", folder, "--lang", "vi", "-o", folder / "facility.csv")
    rows = {row["item"]: row for row in csv.DictReader((folder / "facility.csv").open(encoding="utf-8"))}
    assert list(rows) == [item.name for item in ITEMS]
    assert rows["power-ups"]["question"].startswith("UPS có")
    assert (rows["power-ups"]["answer"], rows["power-generator-test"]["answer"]) == ("yes", "")
    told = kgnet("checklist", "open", "-i", folder, "--soon", "0", "--format", "json", code=2)
    states = {row["item"]: row["state"] for row in json.loads(told)}
    assert states["power-generator-test"] == "unanswered"
    assert "power-ups" not in states


def test_a_printed_form_and_a_list(folder: Path) -> None:
    page = kgnet("checklist", "form", "-i", folder, "--format", "markdown", "--lang", "vi")
    assert page.startswith("# Danh mục kiểm tra trung tâm dữ liệu\n")
    assert page.count("\n| ") == len(ITEMS) + 2
    assert kgnet("checklist", "list", "-i", folder).count("\n") == len(ITEMS)


def test_nothing_answered_is_no_checklist() -> None:
    found = Checklist(ITEMS, (), DAY)
    assert all("nobody has answered" in found.wrong(item) for item in ITEMS)


@pytest.mark.parametrize(("id", "of"), [("KG-FAC-01", "kgnet checklist"), ("KG-VC-03", "--rooms")])
def test_explain_says_what_a_rule_is_of_and_names_no_platform(id: str, of: str) -> None:
    told = json.loads(kgnet("explain", id, "--format", "json"))
    assert of in told["of"]
    assert told["platforms"] == {}
