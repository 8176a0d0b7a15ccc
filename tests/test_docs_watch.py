"""What docs/watch.md tells to type, and what it shows, is taken by the real tools."""

from __future__ import annotations

import csv
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from kgnet import inventory, paths
from kgnet.design import design
from kgnet.export import config, dashboards
from kgnet.export.catalogue import BY_NAME
from kgnet.model.province import Outage

PAGE = (Path(__file__).resolve().parent.parent / "docs/watch.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BIN = Path(sys.executable).parent


def blocks(language: str) -> list[str]:
    return [text for told, text in BLOCK.findall(PAGE) if told == language]


def test_what_it_tells_to_type_works(tmp_path: Path) -> None:
    commands = [shlex.split(line) for block in blocks("sh") for line in block.splitlines()]
    assert len(commands) == 5
    (tmp_path / "inventories").symlink_to(paths.inventories())
    for words in commands:
        program = BIN / "kgnet" if words[0] == "kgnet" else words[0]
        done = subprocess.run(
            [program, *words[1:]], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (words, done.stdout, done.stderr)
    assert len(list((tmp_path / "build/watch/grafana").iterdir())) == len(dashboards.names())
    assert '"shard": "3/3"' in (tmp_path / "build/shared/targets/kgnet.json").read_text()


def test_its_example_of_planned_work_reads() -> None:
    (sheet,) = blocks("csv")
    rows = [
        Outage.model_validate({name: cell or None for name, cell in row.items()})
        for row in csv.DictReader(sheet.splitlines())
    ]
    fleet = design(inventory.load(paths.inventories() / "lab"))
    assert [row.touched for row in rows] == [("911",), ("902",)]
    assert {"911", "902"} <= set(fleet.sites)


def test_its_example_of_a_scrape_is_one(tmp_path: Path) -> None:
    (scrape,) = blocks("yaml")
    (tmp_path / "prometheus.yml").write_text(scrape, encoding="utf-8")
    done = subprocess.run(
        ["promtool", "check", "config", tmp_path / "prometheus.yml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`((?:\w+:)?kgnet_\w+(?::\w+)?)`", PAGE))))
def test_series_that_it_names_are_there(name: str) -> None:
    recorded = "".join(config.rules().values())
    own = name == "kgnet_scrape_duration_seconds"
    assert own or name.removeprefix("kgnet_") in BY_NAME or f"record: {name}\n" in recorded


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("config", "-o", "out", "--exporter", "mon1.example"), "--exporter 'mon1.example' is no address"),
        (("config", "-o", "out", "--exporter", "mon1:99999"), "--exporter 'mon1:99999' is no address"),
        (("config", "-o", "out", "--webhook", "chat.example"), "--webhook 'chat.example' is no URL"),
        (("--listen", "127.0.0.1:0", "--syslog-relay", "log1"), "--syslog-relay 'log1' is no address"),
    ],
)
def test_an_address_that_is_none_is_refused_before_anything_is_written(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    """Prometheus would ask port 80, Alertmanager would not start, and nobody would be believed."""
    done = subprocess.run(
        [
            BIN / "kgnet",
            "export",
            *words,
            *(("-i", paths.inventories() / "lab") if "config" in words else ()),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []
