"""The inventory: the shipped ones are right, and what is wrong with one is told in words one can act on."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgnet import paths
from kgnet.errors import InventoryError
from kgnet.inventory import checked, expired, load
from kgnet.inventory.schema import LISTS, MAPPINGS, OPTIONAL, SHEETS, schemas
from kgnet.model.province import Province, Role, SiteKind

ROOT = Path(__file__).resolve().parent.parent
CASES = sorted((Path(__file__).parent / "cases" / "inventory").glob("*.yml"))
SHIPPED = sorted(path.parent for path in paths.inventories().glob("*/province.yml"))
LAB = paths.inventories() / "lab"
BASE = Path(__file__).parent / "cases" / "inventory_base"  # what bad inputs are made from: its lines stay put
KIENGIANG = paths.inventories() / "kiengiang"


@pytest.fixture(name="copy")
def copy_(tmp_path: Path) -> Path:
    """A copy of the lab to do harm to."""
    return Path(shutil.copytree(LAB, tmp_path / "lab"))


def edited(folder: Path, edit: dict[str, Any]) -> None:
    """Do one edit of a case to the files in *folder*."""
    path = folder / edit["file"]
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if edit.get("delete"):
        path.unlink()
    elif "encoding" in edit:
        path.write_bytes(text.encode(edit["encoding"], errors="replace"))
    elif "text" in edit:
        path.write_text(edit["text"], encoding="utf-8")
    else:
        assert edit["old"] in text, f"{edit['old']!r} is not in {edit['file']}"
        path.write_text(text.replace(edit["old"], edit["new"]), encoding="utf-8")


def problems(folder: Path) -> list[str]:
    """Return what is wrong with the inventory in *folder*, without the folder's own name."""
    with pytest.raises(InventoryError) as caught:
        load(folder)
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


# ── what comes along ────────────────────────────────────────────────────────


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda path: path.name)
def test_shipped_inventories_are_right(folder: Path) -> None:
    assert load(folder).sites


def test_kiengiang_is_the_whole_province() -> None:
    """The mission's own figures."""
    province = load(KIENGIANG)
    kinds = [site.kind for site in province.sites.values()]
    assert [kinds.count(kind) for kind in SiteKind] == [1, 21, 15, 145]
    assert len(province.mailboxes) == 6923
    assert len(province.meetings["giao-ban-tinh"].rooms.split()) == 22
    assert sum(meeting.rooms == "below" for meeting in province.meetings.values()) == 4
    services = province.services["public-services"].figures
    assert services["services"] == 2048
    assert province.services["onestop"].figures["dossiers_2018"] == 81136
    islands = {site.code for site in province.sites.values() if site.island}
    assert {"911", "912"} <= islands


def test_kiengiang_has_its_circuits() -> None:
    """Two for each department and district, one for each commune, a second for the first 26."""
    province = load(KIENGIANG)
    orders = dict.fromkeys(province.sites, 0)
    for circuit in province.circuits.values():
        orders[circuit.site] += 1
    of_kind = {kind: [orders[s.code] for s in province.sites.values() if s.kind is kind] for kind in SiteKind}
    assert set(of_kind[SiteKind.DISTRICT] + of_kind[SiteKind.DEPARTMENT]) == {2}
    assert of_kind[SiteKind.COMMUNE].count(2) == 26
    assert of_kind[SiteKind.COMMUNE].count(1) == 119
    island = province.circuits["911-2"]
    assert island.kind == "internet"


def test_a_primary_and_its_backup_end_at_different_hubs() -> None:
    for folder in SHIPPED:
        circuits = load(folder).circuits
        for circuit in circuits.values():
            backup = circuits.get(f"{circuit.site}-2")
            if circuit.order == 1 and backup and circuit.upstream.startswith("hub"):
                assert backup.upstream != circuit.upstream
                assert backup.carrier != circuit.carrier


def test_delays_are_those_of_light_at_least() -> None:
    """A circuit shorter than the great circle at 200 km/ms would be a typing error."""
    province = load(KIENGIANG)
    for circuit in province.circuits.values():
        site = province.sites[circuit.site]
        assert site.parent is not None
        above = province.sites[site.parent]
        span = math.dist((site.lat, site.lon), (above.lat, above.lon)) * 109
        assert circuit.delay_ms >= span / 200


def test_every_office_has_a_router_without_a_row() -> None:
    """A new site is a line in sites.csv and one in circuits.csv."""
    province = load(LAB)
    assert province.devices["r-899"].role is Role.BRANCH
    assert province.devices["r-899"].platform == province.settings.branch_platform


def test_a_row_overrides_the_implied_router(copy: Path) -> None:
    edited(copy, {"file": "devices.csv", "old": "\nhub1,", "new": "\nr-899,899,branch,linux,2,\nhub1,"})
    province = load(copy)
    assert province.devices["r-899"].platform == "linux"
    assert [row.name for row in province.devices.values() if row.site == "899"] == ["r-899"]


def test_a_site_costs_two_lines(copy: Path) -> None:
    with (copy / "sites.csv").open("a", encoding="utf-8") as sites:
        sites.write("30793,Hòn Đất,commune,902,3,no,10.2,104.9,12\n")
    with (copy / "circuits.csv").open("a", encoding="utf-8") as circuits:
        circuits.write("30793-1,30793,r-902,1,tslcd,VNPT,X-1,20,20,1,0,0,99.5,20\n")
    assert load(copy).devices["r-30793"].site == "30793"


# ── what spreadsheets do to files ───────────────────────────────────────────


def test_a_byte_order_mark_is_accepted(copy: Path) -> None:
    path = copy / "sites.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load(copy) == load(LAB)


def test_semicolons_and_decimal_commas_are_accepted(copy: Path) -> None:
    """A spreadsheet of Vietnamese locale writes both, and CR LF, and blank lines and cells at the end."""
    for name in SHEETS:
        path = copy / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        text = io.StringIO()
        cells = [[_with_comma(cell) for cell in row] for row in rows]
        csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(
            [*[[*row, ""] for row in cells], [""]]
        )
        path.write_text(f"sep=;\r\n{text.getvalue()};;;\r\n", encoding="utf-8", newline="")
    assert load(copy) == load(LAB)


def _with_comma(cell: str) -> str:
    return cell.replace(".", ",") if cell.replace(".", "", 1).isdigit() else cell


def test_the_order_of_columns_is_free(copy: Path) -> None:
    path = copy / "circuits.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(row[::-1] for row in rows)
    assert load(copy) == load(LAB)


def test_two_spellings_of_one_name_are_one(copy: Path) -> None:
    """macOS writes `ế` as three characters (NFD)."""
    import unicodedata

    path = copy / "sites.csv"
    path.write_text(unicodedata.normalize("NFD", path.read_text(encoding="utf-8")), encoding="utf-8")
    assert load(copy) == load(LAB)


# ── what is wrong is told ───────────────────────────────────────────────────


def test_there_are_cases() -> None:
    assert len(CASES) >= 80


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_bad_input_is_told(path: Path, tmp_path: Path) -> None:
    """Exactly this, with file and line, and nothing besides."""
    copy = Path(shutil.copytree(BASE, tmp_path / "lab"))
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    for edit in case["edits"]:
        edited(copy, edit)
    assert case["problems"], "a case without a problem proves nothing"
    assert problems(copy) == case["problems"]


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match="is no folder"):
        load(tmp_path / "nowhere")


def test_a_file_that_is_a_folder_is_told(copy: Path) -> None:
    (copy / "rooms.csv").unlink()
    (copy / "rooms.csv").mkdir()
    assert problems(copy) == ["rooms.csv: cannot be read: Is a directory"]


def test_an_empty_folder_is_told_file_by_file(tmp_path: Path) -> None:
    assert len(problems(tmp_path)) == len({*SHEETS, *LISTS, *MAPPINGS} - OPTIONAL)


def test_a_flow_that_ran_out_does_not_stop_everything() -> None:
    """It is told by `kgnet inventory check`; the exporter is not blind at midnight."""
    draft = checked(LAB)
    assert list(expired(draft, date(2035, 12, 31))) == []
    (late,) = expired(draft, date(2036, 1, 1))
    assert "pilot-video-users ended on 2035-12-31" in str(late)
    assert late.line > 0


JUNK = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["", "-1", "0", "99999999999999999999", "nan", "1e999", "=1+1", '"', "'", "DC", "hub1", "all"]
    ),
    st.sampled_from(
        ["yes", "2026-02-30", "10.0.0.0/8", "*a", "&a", "!!x", "{", "[", "- ", "\t", "\x85", "\ufeff"]
    ),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(file=st.sampled_from([f"{name}.csv" for name in SHEETS]), seed=st.integers(0, 2**32), junk=JUNK)
def test_no_cell_makes_it_stumble(file: str, seed: int, junk: str) -> None:
    """Whatever stands in a cell, the answer is problems or a province, never a traceback."""
    with (LAB / file).open(encoding="utf-8", newline="") as source:
        rows = list(csv.reader(source))
    choose = random.Random(seed)
    row = choose.randrange(len(rows))
    rows[row][choose.randrange(len(rows[row]))] = junk
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    _survives(file, text.getvalue().encode("utf-8", "surrogatepass"))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    file=st.sampled_from([*(f"{n}.csv" for n in SHEETS), *(f"{n}.yml" for n in (*LISTS, *MAPPINGS))]),
    seed=st.integers(0, 2**32),
    junk=st.one_of(JUNK.map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary(max_size=20)),
)
def test_no_bytes_make_it_stumble(file: str, seed: int, junk: bytes) -> None:
    """Bytes put in anywhere, in place of none to forty others."""
    raw = (LAB / file).read_bytes()
    choose = random.Random(seed)
    start = choose.randrange(len(raw))
    _survives(file, raw[:start] + junk + raw[start + choose.randrange(40) :])


def _survives(file: str, raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for path in LAB.iterdir():
            (Path(folder) / path.name).symlink_to(path)
        (Path(folder) / file).unlink()
        (Path(folder) / file).write_bytes(raw)
        try:
            assert isinstance(load(Path(folder)), Province)
        except InventoryError as reason:
            assert reason.problems
            assert all(problem.file.startswith(folder) for problem in reason.problems)


# ── schemas ─────────────────────────────────────────────────────────────────


def test_written_schemas_are_fresh() -> None:
    """Else: kgnet inventory schema -o inventories/schemas"""
    written = {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in (paths.inventories() / "schemas").glob("*.json")
    }
    assert written == schemas()


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda path: path.name)
def test_schemas_accept_the_shipped_documents(folder: Path) -> None:
    for name in (*LISTS, *MAPPINGS):
        text = (folder / f"{name}.yml").read_text(encoding="utf-8")
        assert f"$schema=../schemas/{name}.json" in text, f"an editor does not know what {name}.yml is"
        jsonschema.validate(yaml.safe_load(text), schemas()[name])


@pytest.mark.parametrize("name", sorted(SHEETS))
def test_schemas_accept_the_shipped_rows(name: str) -> None:
    province = load(LAB)
    rows = [row.model_dump(mode="json") for row in getattr(province, name).values()]
    jsonschema.validate(rows, schemas()[name])


# ── commands and Ansible ────────────────────────────────────────────────────


def run(command: str, *argv: str) -> subprocess.CompletedProcess[str]:
    tool = Path(sys.executable).with_name(command)
    env = {**os.environ, "ANSIBLE_CONFIG": str(paths.ansible_config()), "NO_COLOR": "1"}
    return subprocess.run(
        [tool, *argv], capture_output=True, text=True, check=False, timeout=120, cwd=ROOT, env=env
    )


def test_check_exits_with_what_it_found(copy: Path) -> None:
    assert run("kgnet", "inventory", "check", "-i", str(copy)).returncode == 0
    edited(copy, {"file": "flows.csv", "old": "2035-12-31", "new": "2019-12-31"})
    late = run("kgnet", "inventory", "check", "-i", str(copy))
    assert (late.returncode, "ended on 2019-12-31" in late.stderr) == (2, True)
    edited(copy, {"file": "flows.csv", "old": "2019-12-31", "new": "soon"})
    wrong = run("kgnet", "inventory", "check", "-i", str(copy))
    assert wrong.returncode == 1
    assert wrong.stdout == ""
    assert "until is 'soon' — write the day as 2026-12-31" in wrong.stderr


def test_check_tells_programs_too(copy: Path) -> None:
    edited(copy, {"file": "mail.yml", "old": "mail1", "new": "male1"})
    wrong = run("kgnet", "inventory", "check", "-i", str(copy), "--format", "json")
    assert wrong.returncode == 1
    (problem,) = json.loads(wrong.stdout)["problems"]
    assert (problem["line"], problem["remedy"]) == (2, "did you mean 'mail1'?")


def test_sites_and_devices_for_programs() -> None:
    """Exactly these keys: others build on them."""
    sites = json.loads(run("kgnet", "inventory", "sites", "-i", str(LAB), "--format", "json").stdout)
    assert {"code": "899", "name": "Rạch Giá", "kind": "district", "parent": "DC"} in sites
    assert sites[0]["parent"] is None
    devices = json.loads(run("kgnet", "inventory", "devices", "-i", str(LAB), "--format", "json").stdout)
    expected = {
        "name": "r-899",
        "site": "899",
        "role": "branch",
        "platform": "frr",
        "management": "172.20.4.1",
    }
    assert expected in devices


def test_a_site_is_shown() -> None:
    shown = run("kgnet", "inventory", "show", "911", "-i", str(LAB))
    assert "LAB-VNPT-9111" in shown.stdout
    wrong = run("kgnet", "inventory", "show", "912", "-i", str(LAB))
    assert (wrong.returncode, "did you mean '911'?" in wrong.stderr) == (1, True)


def test_ansible_sees_the_lab() -> None:
    done = run("ansible-inventory", "-i", str(LAB), "--list")
    assert (done.returncode, done.stderr) == (0, "")
    listed = json.loads(done.stdout)
    hosts = listed["_meta"]["hostvars"]
    assert set(hosts) == set(load(LAB).devices)
    assert set(listed["below_902"]["hosts"]) == {"r-902", "r-30787", "r-30790"}
    assert hosts["r-899"]["ansible_host"] == "r-899.invalid"
    assert hosts["r-899"]["kgnet_device"]["site"] == "899"
    assert hosts["r-899"]["kgnet_inventory"] == str(LAB)


def test_ansible_never_runs_what_is_written(copy: Path) -> None:
    """A name that looks like a template stays a name."""
    edited(copy, {"file": "sites.csv", "old": "899,Rạch Giá,", "new": "899,{{ 7 * 6 }},"})
    show = ["-m", "ansible.builtin.debug", "-a", "var=kgnet_device.site_name"]
    done = run("ansible", "r-899", "-i", str(copy), *show)
    assert (done.returncode, "{{ 7 * 6 }}" in done.stdout) == (0, True)


def test_ansible_draws_the_province() -> None:
    done = run("ansible-inventory", "-i", str(KIENGIANG), "--graph")
    assert (done.returncode, done.stderr) == (0, "")
    assert "@below_911:" in done.stdout
    assert done.stdout.count("--r-31105") >= 4


def test_ansible_is_told_what_is_wrong(copy: Path) -> None:
    """One line with the place and the remedy, and no hosts."""
    edited(copy, {"file": "mail.yml", "old": "mail1", "new": "male1"})
    done = run("ansible-inventory", "-i", str(copy), "--list")
    assert done.returncode != 0
    assert f"{copy}/mail.yml:2: host 'male1'" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_ansible_is_given_keys_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of keys are named, their text is nowhere; unknown host keys are refused."""
    monkeypatch.setenv("KGNET_SSH_KEY", str(tmp_path / "my key"))
    monkeypatch.setenv("KGNET_KNOWN_HOSTS", str(tmp_path / "known hosts"))
    host = json.loads(run("ansible-inventory", "-i", str(LAB), "--host", "hub1").stdout)
    assert host["ansible_ssh_private_key_file"] == str(tmp_path / "my key")
    assert f'UserKnownHostsFile="{tmp_path}/known hosts"' in host["ansible_ssh_common_args"]
    assert "StrictHostKeyChecking=yes" in host["ansible_ssh_common_args"]
