"""`kgnet audit --format --lang --per-site`: the formats by the command, over files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import shipped

from kgnet import paths, plugins
from kgnet.cli._report import FORMATS
from kgnet.ports import Report
from kgnet.render import render

LAB = paths.inventories() / "lab"
KGNET = Path(sys.executable).with_name("kgnet")


def audit(*argv: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [str(KGNET), "audit", "-i", str(LAB), *argv],
        capture_output=True,
        timeout=120,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )


@pytest.fixture(scope="module")
def configs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two devices of the lab on two sites, one of which bears a wrong name."""
    folder = tmp_path_factory.mktemp("configs")
    devices = shipped.fleet("lab").devices
    for name in ("hub1", "r-899"):
        text = str(render(devices[name], paths.templates()))
        (folder / f"{name}.cfg").write_text(text.replace("hostname r-899", "hostname old"))
    return folder


def test_the_folder_is_the_list() -> None:
    """The command offers what there is, without importing any of it."""
    assert sorted(plugins.found(Report)) == FORMATS


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["--pack", "state"], "nothing was judged: the pack asks what devices say while they run"),
        (["--pack", "state", "--lang", "vi"], "chưa đánh giá được gì: bộ quy tắc xét những gì"),
        (
            ["--pack", "level1", "--rule", "KG-MAIL-01"],
            "mostly because of this: the rule is for mail; this is a hub",
        ),
    ],
)
def test_skips_alone_are_told_with_the_way_out(configs: Path, asked: list[str], told: str) -> None:
    """Exit 1 without a word would send people looking for an error."""
    done = audit("--config-dir", str(configs), "--limit", "hub1", *asked)
    lines = [line for line in done.stdout.decode().splitlines() if told in line]
    assert (done.returncode, len(lines)) == (1, 1), done
    assert all("--pack" in line for line in lines)


def test_each_site_gets_its_own(configs: Path, tmp_path: Path) -> None:
    """The whole to one file, and to each site what is its own."""
    whole = tmp_path / "whole.json"
    done = audit("--config-dir", str(configs), "--limit", "hub1,r-899", "--format", "json", "-o", str(whole),
                 "--per-site", str(tmp_path / "sites"))  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (2, b"", b"")
    every = json.loads(whole.read_text())["findings"]
    parts = [json.loads(path.read_text())["findings"] for path in sorted((tmp_path / "sites").iterdir())]
    assert sorted(map(json.dumps, every)) == sorted(json.dumps(row) for part in parts for row in part)
    assert [{row["site"] for row in part} for part in parts] == [{"899"}, {"DC"}]
    assert {path.name for path in (tmp_path / "sites").iterdir()} == {"899.json", "DC.json"}


def test_vietnamese_by_the_command(configs: Path) -> None:
    """Title, reason and evidence; not a word of English around them."""
    done = audit("--config-dir", str(configs), "--limit", "r-899", "--lang", "vi")
    told = done.stdout.decode()
    assert "KHÔNG ĐẠT  thấp  KG-ACC-18  Tên máy đúng như trong danh mục thiết bị" in told
    assert "lý do: " in told
    assert told.splitlines()[-1].startswith("1 thiết bị, 1 phòng họp, ")
    assert "\x1b" not in told


def test_a_document_can_be_piped(configs: Path) -> None:
    """Bytes come out as they are."""
    done = audit("--config-dir", str(configs), "--limit", "r-899", "--format", "docx")
    assert done.stdout.startswith(b"PK")
    assert done.returncode == 2


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["--format", "pdf"], "no report is named 'pdf' — known: csv, docx, html"),
        (["--lang", "fr"], "no language is named 'fr' — known: en, vi"),
    ],
)
def test_what_there_is_not_is_told_at_once(argv: list[str], told: str) -> None:
    """Before any device is asked."""
    done = audit(*argv)
    assert (done.returncode, done.stdout) == (1, b"")
    assert told in done.stderr.decode()
