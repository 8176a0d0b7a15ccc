"""Prometheus' guidelines for exporters and for naming, held to the letter.

https://prometheus.io/docs/instrumenting/writing_exporters/ and https://prometheus.io/docs/practices/naming/
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from test_export import RESERVED_LABELS, evidence, promtool
from watched import recorded, told

from kgnet import inventory, paths
from kgnet.design import design
from kgnet.export import config
from kgnet.export.catalogue import BY_NAME, FAMILIES, Family, Kind
from kgnet.model.fleet import Fleet
from kgnet.model.outcome import Sample

UNITS = ("seconds", "bytes", "ratio", "celsius", "degrees", "volts", "amperes", "meters", "joules", "grams")
NOT_BASE = re.compile(
    r"(^|_)(ms|us|ns|milliseconds|microseconds|minutes|hours|days|percent|percents|bits|kbps|mbps|bps|kilobytes|"
    r"kibibytes|megabytes|mebibytes|kb|mb|fahrenheit|kelvin|ticks)(_|$)"
)
SOURCE = re.compile(  # an OID, a standard, a sheet, a command, a protocol, the exporter itself
    r"\b[0-2](\.\d+){5,}|\bRFC \d+|ITU-T [A-Z]\.\d+|\bH\.\d+|\bMIB\b|\b\w+\.(csv|yml|json)\b|`kgnet \w+|"
    r"ICMP echo|SNMP|\bSIP\b|OPTIONS|HTTPS|/probe|STARTTLS|syslog|\bintent\b|authority|kept whole|"
    r"recorded (audit|plan)|version of kgnet|part of the scrape|exporter"
)
PERSON = re.compile(r"@|^(\+84|0)\d{8,10}$")


@pytest.fixture(scope="module", params=["lab", "kiengiang"])
def fleet(request: pytest.FixtureRequest) -> Fleet:
    return design(inventory.load(paths.inventories() / request.param))


@pytest.fixture(scope="module")
def samples(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    state = recorded(fleet, tmp_path_factory.mktemp("state"))
    return list(told(fleet, evidence(fleet), state, 1))


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_name_is_as_it_has_to_be(family: Family) -> None:
    name = family.name
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name), "snake case, no colon: those are for rules"
    assert (family.kind is Kind.COUNTER) == name.endswith("_total"), "_total is for counters, and all of them"
    assert not name.endswith(("_sum", "_count", "_bucket", "_created")), "they belong to histograms"
    assert not NOT_BASE.search(name), "base units only"
    words = name.removesuffix("_total").split("_")
    unit = [word for word in words if word in UNITS]
    assert not unit or words[-1] in UNITS or name.endswith("bytes_per_second"), "the unit stands last"
    assert not re.search(r"(^|_)(gauge|counter|metric|avg|min|max|p\d\d)(_|$)", name), "no type, no aggregate"


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_help_says_where_its_value_comes_from(family: Family) -> None:
    """An OID, a standard, a sheet, a command, or the metrics that a rule makes it of."""
    others = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", family.help)) & BY_NAME.keys()
    assert SOURCE.search(family.help) or others, family.help
    assert family.help.endswith("."), family.help


def test_no_metric_is_there_twice() -> None:
    assert len(BY_NAME) == len(FAMILIES)


def test_labels_are_no_names_that_are_the_scrapers(samples: list[Sample]) -> None:
    labels = {label for sample in samples for label in sample.labels}
    assert labels
    assert not labels & RESERVED_LABELS
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", label) and not label.startswith("__") for label in labels)
    assert not [sample.name for sample in samples if "_by_" in sample.name], "labels tell by what"


def test_a_metric_has_the_same_labels_always(samples: list[Sample]) -> None:
    """Else sums and joins miss some of it."""
    found: dict[str, set[frozenset[str]]] = {}
    for sample in samples:
        found.setdefault(sample.name, set()).add(frozenset(sample.labels))
    assert {name: labels for name, labels in found.items() if len(labels) > 1} == {}


def test_no_label_tells_of_a_person(
    fleet: Fleet, samples: list[Sample], request: pytest.FixtureRequest
) -> None:
    """No mailbox, no number of a telephone, and no secret's name either."""
    folder = paths.inventories() / request.node.callspec.params["fleet"]
    with (folder / "mailboxes.csv").open(encoding="utf-8-sig", newline="") as sheet:
        people = {row["name"] for row in csv.DictReader(sheet)}
    private = people | set(fleet.secrets())
    values = {value for sample in samples for value in sample.labels.values()}
    assert people
    assert not values & private
    assert not [value for value in values if PERSON.search(value)]


def test_rules_are_clean_and_named_by_level_metric_and_operation(tmp_path: Path) -> None:
    """`promtool check rules` with every lint; names of records after Prometheus' own practice."""
    for name, text in config.rules().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = promtool("check", "rules", "--lint=all", "--lint-fatal", *map(str, sorted(tmp_path.glob("*.yml"))))
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    records: list[Mapping[str, str]] = [
        rule
        for text in config.rules().values()
        for group in yaml.safe_load(text)["groups"]
        for rule in group["rules"]
        if "record" in rule
    ]
    assert records
    for rule in records:
        level, metric, operation = rule["record"].split(":")
        assert metric.removeprefix("kgnet_") in BY_NAME, rule
        assert level in ("circuit", "contract", "carrier", "site"), rule
        assert operation, rule
