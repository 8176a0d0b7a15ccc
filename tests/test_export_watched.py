"""What Prometheus, Alertmanager and Grafana are handed, held against the real ones and Grafana's schema."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from test_export import evidence
from watched import answers, asked, exporting, found, free_port, impatient, recorded, running, told, until

from kgnet import inventory, language, paths
from kgnet.design import design
from kgnet.export import config
from kgnet.export.catalogue import BY_NAME, PREFIX
from kgnet.export.dashboards import dashboards
from kgnet.model.outcome import Sample

SCHEMA = Path(__file__).parent / "recorded/grafana/dashboard.schema.json"
BOARDS = {name: json.loads(text) for name, text in dashboards().items()}
WANTED = {"province", "circuit", "site", "conference", "mail", "security", "trust"}
CHOSEN = {"circuit": "902-1", "site": "911", "__rate_interval": "1m"}


@pytest.fixture(scope="module")
def valid() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


# ── Grafana ─────────────────────────────────────────────────────────────────


def test_there_is_a_dashboard_of_each_subject() -> None:
    assert {name.removesuffix(".json") for name in BOARDS} == WANTED
    assert len({board["uid"] for board in BOARDS.values()}) == len(BOARDS)


@pytest.mark.parametrize("code", language.codes())
def test_dashboards_are_as_grafana_publishes_their_schema(valid: Draft202012Validator, code: str) -> None:
    for name, text in dashboards(language.load(code)).items():
        wrong = [error.message[:300] for error in valid.iter_errors(json.loads(text))]
        assert wrong == [], name


def spoiled() -> Iterator[Any]:
    """Yield what is wrong with a dashboard, one thing each."""
    board = BOARDS["province.json"]
    for path, value in (
        (("schemaVersion",), "39"),
        (("panels", 0, "type"), "graph"),
        (("panels", 0, "title"), 7),
        (("panels", 0, "options", "colorMode"), "rainbow"),
        (("panels", 0, "options", "colourMode"), "value"),
        (("panels", 0, "targets", 0, "expression"), "up"),
        (("panels", 0, "fieldConfig", "defaults", "units"), "s"),
        (("panels", 0, "gridPos", "w"), "wide"),
        (("templating", "list", 0, "type"), "choice"),
    ):
        broken = copy.deepcopy(board)
        at = broken
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = value
        yield pytest.param(broken, id=".".join(map(str, path)))


@pytest.mark.parametrize("broken", list(spoiled()))
def test_the_schema_would_tell(valid: Draft202012Validator, broken: Any) -> None:
    """A schema that takes everything proves nothing."""
    assert not valid.is_valid(broken)


@pytest.mark.parametrize("name", list(BOARDS))
def test_panels_stand_beside_each_other(name: str) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in BOARDS[name]["panels"]:
        place = panel["gridPos"]
        own = {
            (place["x"] + column, place["y"] + row)
            for column in range(place["w"])
            for row in range(place["h"])
        }
        assert not own & taken, panel["title"]
        assert max(column for column, _ in own) < 24
        taken |= own


def test_dashboards_speak_vietnamese() -> None:
    english = {panel["title"] for board in BOARDS.values() for panel in board["panels"]}
    boards = (json.loads(text) for text in dashboards(language.load("vi")).values())
    assert not english & {panel["title"] for board in boards for panel in board["panels"]}


# ── Prometheus ──────────────────────────────────────────────────────────────


def expressions() -> list[Any]:
    return [
        pytest.param(target["expr"], id=f"{name} {panel['title']} {target['refId']}")
        for name, board in BOARDS.items()
        for panel in board["panels"]
        for target in panel["targets"]
    ]


@dataclass(frozen=True)
class Watch:
    prometheus: str
    alertmanager: str


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    """The lab with 902 cut off, SNMP objects missing behind it and elsewhere, heard by the real daemons."""
    folder = tmp_path_factory.mktemp("watch")
    fleet = design(inventory.load(paths.inventories() / "lab"))
    seen, state = evidence(fleet, cut=["902-1", "902-2"]), recorded(fleet, folder)
    missing = [Sample("device_objects_missing", 3, {"device": name}) for name in ("r-30787", "r-899")]
    prometheus, alertmanager = (f"127.0.0.1:{free_port()}" for _ in range(2))
    with exporting(lambda scrape: [*told(fleet, seen, state, scrape), *missing]) as exporter:
        wiring = config.Wiring(exporter, prometheus=prometheus, alertmanager=alertmanager, interval_s=1)
        for name, text in config.files(fleet, wiring, rules_folder=folder / "rules").items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(impatient(text) if name.startswith("rules/") else text, encoding="utf-8")
        alarm = (
            *("prometheus-alertmanager", f"--config.file={folder}/alertmanager.yml"),
            *(f"--storage.path={folder}/alerts", f"--web.listen-address={alertmanager}"),
            "--cluster.listen-address=",
        )
        watcher = (
            *("prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb"),
            f"--web.listen-address={prometheus}",
        )
        with (
            running(*alarm, ready=f"http://{alertmanager}/-/ready"),
            running(*watcher, ready=f"http://{prometheus}/-/ready"),
        ):
            until(lambda: len(found(prometheus, "count_over_time(up[1m]) >= 3")) == 3)
            until(lambda: bool(found(prometheus, "carrier:kgnet_circuit_up:avg30d")))
            yield Watch(prometheus, alertmanager)


@pytest.mark.parametrize("expression", expressions())
def test_every_expression_of_a_dashboard_finds_something(watch: Watch, expression: str) -> None:
    """Real Prometheus parses it, and every label that it joins on is there."""
    for name, value in CHOSEN.items():
        expression = expression.replace(f"${name}", value)
    assert "$" not in expression
    assert found(watch.prometheus, expression), expression


@pytest.mark.parametrize("expression", expressions())
def test_expressions_name_metrics_that_exist(expression: str) -> None:
    recorded_names = "".join(config.rules().values())
    for name in re.findall(r"[a-z_]*:?kgnet_\w+(?::\w+)?", expression):
        assert name.removeprefix(PREFIX) in BY_NAME or f"record: {name}\n" in recorded_names, name


def test_what_a_variable_offers_is_there(watch: Watch) -> None:
    asking = re.compile(r"label_values\((\w+), (\w+)\)")
    variables = [each for board in BOARDS.values() for each in board["templating"]["list"]]
    queries = [each["query"]["query"] for each in variables if each["type"] == "query"]
    assert len(queries) == 2
    for query in queries:
        metric, label = asking.fullmatch(query).groups()  # type: ignore[union-attr]
        assert CHOSEN[label] in {each["metric"][label] for each in found(watch.prometheus, metric)}


def test_the_map_tells_a_cause_from_what_hangs_on_it(watch: Watch) -> None:
    panels = {panel["type"]: panel for panel in BOARDS["province.json"]["panels"]}
    rows = found(watch.prometheus, panels["geomap"]["targets"][0]["expr"])
    states = {row["metric"]["site"]: row["value"][1] for row in rows}
    assert (states["902"], states["30787"], states["899"]) == ("0", "3", "1")


# ── Alertmanager ────────────────────────────────────────────────────────────


def test_a_cut_district_silences_everything_behind_it(watch: Watch) -> None:
    """An alert behind it fires in Prometheus and reaches nobody; the same elsewhere is told."""

    def alerts() -> dict[tuple[str, str], dict[str, Any]]:
        heard = asked(f"http://{watch.alertmanager}/api/v2/alerts")
        return {
            (each["labels"]["alertname"], each["labels"].get("site", "")): each["status"] for each in heard
        }

    cause, behind = ("KgnetSiteDown", "902"), ("KgnetDeviceObjectsMissing", "30787")
    elsewhere = ("KgnetDeviceObjectsMissing", "899")
    until(lambda: alerts().keys() >= {cause, behind, elsewhere})
    until(lambda: alerts()[behind]["state"] == "suppressed")
    heard = alerts()
    assert heard[behind]["inhibitedBy"]
    assert heard[cause]["state"] == heard[elsewhere]["state"] == "active"
    told_of_902 = {
        name for (name, site), status in heard.items() if site == "902" and status["state"] == "active"
    }
    assert told_of_902 == {"KgnetSiteDown"}
    assert answers(f"http://{watch.alertmanager}/-/healthy")
