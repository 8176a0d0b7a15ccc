"""The exporter: what it says, how it says it, and which alerts come of it, by real promtool and amtool."""

from __future__ import annotations

import gzip
import json
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from threading import Event, Thread

import pytest
import shipped
import yaml
from prometheus_client.parser import text_string_to_metric_families

from kgnet import paths
from kgnet.errors import ProbeError, UsageError
from kgnet.export import config
from kgnet.export.asked import IF_DESCR, IF_NAME, IF_OPER_STATUS, SYS_UPTIME, Answers, Asked, samples
from kgnet.export.catalogue import BY_NAME, FAMILIES, PREFIX
from kgnet.export.devices import jobs
from kgnet.export.expected import expected
from kgnet.export.intent import intent
from kgnet.export.pages import Pages
from kgnet.export.records import records
from kgnet.export.server import Server, listen_address
from kgnet.export.text import text
from kgnet.export.topology import Evidence, every, judged, some
from kgnet.journal import journal
from kgnet.model.fleet import Fleet
from kgnet.model.outcome import Sample
from kgnet.model.province import Role
from kgnet.plugins import found
from kgnet.ports import Probe

PROMTOOL = Path(__file__).parent / "promtool"
NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)  # no work is planned at that time
KGNET = Path(sys.executable).with_name("kgnet")
RESERVED_LABELS = {  # of the guidelines for writing exporters: they are for the scraper's own use
    *("region", "zone", "cluster", "availability_zone", "az", "datacenter", "dc", "owner", "customer"),
    *("stage", "service", "environment", "env", "type", "job", "instance", "le", "quantile"),
}


@pytest.fixture(scope="module", params=["lab", "kiengiang"])
def fleet(request: pytest.FixtureRequest) -> Fleet:
    return shipped.fleet(request.param)


@pytest.fixture(scope="module")
def lab_fleet() -> Fleet:
    return shipped.fleet("lab")


def evidence(fleet: Fleet, *, cut: Iterable[str] = (), dead: Iterable[str] = ()) -> Evidence:
    """Return what a scrape finds with these circuits cut and these devices without power.

    The management network is another one: a device that is cut off still answers SNMP, as in the twin.
    """
    lost, gone = set(cut), set(dead)
    works = {
        circuit.id: circuit.id not in lost and not {circuit.inner.device, circuit.outer.device} & gone
        for circuit in fleet.circuits.values()
    }
    reached = {site for site in fleet.sites if is_reached(fleet, site, works)}
    echoes = {
        device.address: device.site in reached and name not in gone for name, device in fleet.devices.items()
    }
    echoes |= {
        circuit.outer_ipv4: works[circuit.id] and fleet.devices[circuit.inner.device].site in reached
        for circuit in fleet.circuits.values()
    }
    alive = {name: name not in gone for name in fleet.devices}
    inner = {circuit.id: circuit.inner for circuit in fleet.circuits.values()}
    oper = {inner[name]: up for name, up in works.items() if alive[inner[name].device]}
    sessions = {name: up for name, up in works.items() if alive[inner[name].device]}
    return Evidence(echoes, alive, oper, sessions)


def is_reached(fleet: Fleet, site: str, works: Mapping[str, bool]) -> bool:
    if fleet.sites[site].parent is None:
        return True
    return any(
        works[circuit.id] and is_reached(fleet, fleet.devices[circuit.inner.device].site, works)
        for circuit in fleet.circuits.values()
        if circuit.row.site == site
    )


def scrape(fleet: Fleet, seen: Evidence) -> list[Sample]:
    return [*intent(fleet), *expected(fleet, NOW), *judged(fleet, seen)]


def values(samples: Iterable[Sample], name: str, label: str) -> dict[str, float]:
    return {sample.labels[label]: sample.value for sample in samples if sample.name == name}


# ── the format, and the guidelines for exporters ────────────────────────────


def test_what_is_said_reads_back_and_nothing_is_said_twice(fleet: Fleet) -> None:
    """One series twice, and Prometheus throws the whole scrape away."""
    said = scrape(fleet, evidence(fleet))
    read = [sample for family in text_string_to_metric_families(text(said)) for sample in family.samples]
    series = Counter((sample.name, tuple(sorted(sample.labels.items()))) for sample in read)
    assert len(read) == len(said) == len(series) > 100
    assert {sample.name for sample in read} == {PREFIX + sample.name for sample in said}


def test_promtool_finds_nothing_to_say_about_the_metrics(fleet: Fleet) -> None:
    """`promtool check metrics` knows the conventions; every metric of the catalogue is shown to it."""
    said = text([*scrape(fleet, evidence(fleet)), *one_of_each()])
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=said, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def one_of_each() -> Iterator[Sample]:
    return (Sample(family.name, 1.0, {"check": "this"}) for family in FAMILIES)


def test_what_needs_escaping_is_escaped() -> None:
    awkward = 'a "quoted" \\ back\nslash'
    (family,) = text_string_to_metric_families(text([Sample("site_info", 1, {"name": awkward})]))
    assert family.samples[0].labels["name"] == awkward


def test_a_number_is_whole_or_exact() -> None:
    said = text([Sample("circuit_receive_bytes_total", 2**63), Sample("circuit_rtt_seconds", 0.1)])
    assert " 9223372036854775808\n" in said
    assert " 0.1\n" in said


# ── what is up, and why not ─────────────────────────────────────────────────


def test_all_is_up_when_all_is_up(fleet: Fleet) -> None:
    said = scrape(fleet, evidence(fleet))
    for name, label in (
        ("circuit_up", "circuit"),
        ("circuit_upstream_up", "circuit"),
        ("site_reachable", "site"),
    ):
        found_values = values(said, name, label)
        assert found_values
        assert set(found_values.values()) == {1.0}, name
    assert len(values(said, "circuit_up", "circuit")) == len(fleet.circuits)


def test_a_cut_primary_leaves_its_site_reached(lab_fleet: Fleet) -> None:
    said = scrape(lab_fleet, evidence(lab_fleet, cut=["902-1"]))
    up = values(said, "circuit_up", "circuit")
    assert [circuit for circuit, value in up.items() if not value] == ["902-1"]
    assert set(values(said, "site_reachable", "site").values()) == {1.0}


def test_a_cut_district_is_the_cause_and_what_lies_behind_it_is_not(lab_fleet: Fleet) -> None:
    said = scrape(lab_fleet, evidence(lab_fleet, cut=["902-1", "902-2"]))
    reachable = values(said, "site_reachable", "site")
    upstream = values(said, "site_upstream_reachable", "site")
    silent = {site for site, value in reachable.items() if not value}
    assert silent == {"902", "30787", "30790"}
    assert {site for site in silent if upstream[site]} == {"902"}


def test_no_evidence_is_neither_up_nor_down(lab_fleet: Fleet) -> None:
    """Nothing could be asked: nothing is said, and the alert on missing judgements fires."""
    said = list(judged(lab_fleet, Evidence()))
    assert said == []


def test_echoes_alone_and_snmp_alone_are_enough(lab_fleet: Fleet) -> None:
    """Without the right to send echoes SNMP carries the judgement, and the other way round."""
    both = evidence(lab_fleet, cut=["902-1"])
    for seen in (replace(both, echoes={}), Evidence(echoes=both.echoes)):
        up = values(judged(lab_fleet, seen), "circuit_up", "circuit")
        assert [circuit for circuit, value in up.items() if not value] == ["902-1"]
    by_snmp = values(judged(lab_fleet, replace(both, echoes={})), "site_reachable", "site")
    assert set(by_snmp.values()) == {1.0}


def test_a_session_vouches_for_a_silent_far_end(lab_fleet: Fleet) -> None:
    """A far end that drops echoes is not a cut circuit."""
    seen = evidence(lab_fleet)
    silent = {lab_fleet.circuits["902-1"].outer_ipv4: False}
    up = values(judged(lab_fleet, replace(seen, echoes={**seen.echoes, **silent})), "circuit_up", "circuit")
    assert up["902-1"] == 1


@pytest.mark.parametrize(
    ("truths", "either", "both"),
    [
        ((), None, None),
        ((True, False), True, False),
        ((True, None), True, None),
        ((False, None), None, False),
        ((True, True), True, True),
        ((False, False), False, False),
    ],
)
def test_not_knowing_is_a_third_value(
    truths: tuple[bool | None, ...], either: bool | None, both: bool | None
) -> None:
    assert (some(truths), every(truths)) == (either, both)


def test_what_hangs_on_a_site_is_counted(fleet: Fleet) -> None:
    center = next(code for code, site in fleet.sites.items() if site.parent is None)
    said = list(intent(fleet))
    assert values(said, "site_downstream_sites", "site")[center] == len(fleet.sites) - 1
    assert values(said, "site_downstream_rooms", "site")[center] == len(fleet.rooms)
    assert values(said, "site_downstream_users", "site")[center] == sum(
        site.users for site in fleet.sites.values()
    )


# ── what devices are asked ──────────────────────────────────────────────────


def test_every_circuit_is_counted_once_and_every_session_asked_once(fleet: Fleet) -> None:
    """Sums over a metric have to make sense: two ends counting the same octets would double them."""
    all_jobs = jobs(fleet)
    counted = Counter(port.circuit for job in all_jobs for port in job.ports if port.inner)
    assert counted == dict.fromkeys(fleet.circuits, 1)
    seen = Counter(session.circuit for job in all_jobs for session in job.sessions if session.circuit)
    assert set(seen.values()) == {1}
    assert set(seen) == set(fleet.circuits)


def test_what_a_device_lacks_is_counted_and_not_made_up(lab_fleet: Fleet) -> None:
    job = next(job for job in jobs(lab_fleet) if job.device == "hub1")
    said = list(samples(Answers(Asked(job, {}), {SYS_UPTIME: 4200}, 0.1)))
    names = {sample.name for sample in said}
    assert values(said, "device_agent_uptime_seconds", "device") == {"hub1": 42.0}
    assert values(said, "device_objects_missing", "device")["hub1"] > 0
    assert not names & {"circuit_oper_up", "bgp_session_up", "circuit_receive_bytes_total"}


def test_a_device_that_does_not_answer_is_told_as_such(lab_fleet: Fleet) -> None:
    job = next(job for job in jobs(lab_fleet) if job.device == "hub1")
    said = list(samples(Answers(Asked(job, {}), None, 2.1)))
    assert {sample.name: sample.value for sample in said} == {
        "device_scrape_success": 0.0,
        "device_scrape_duration_seconds": 2.1,
    }


@pytest.mark.parametrize(
    ("device", "circuit", "name", "column"),
    [
        ("hub1", "SNV-1", "TenGigabitEthernet0/0/0.81", IF_DESCR),  # its ifName is Te0/0/0.81
        ("r-911", "911-1", "ge-0/0/0.0", IF_NAME),
        ("r-910", "910-1", "Ethernet1", IF_NAME),
        ("lab", "899-1", "wan1", IF_NAME),
    ],
)
def test_circuits_are_watched_by_the_name_that_the_device_has_for_them(
    device: str, circuit: str, name: str, column: str
) -> None:
    """A vendor's router has no interface that is called as in the design."""
    folder, device = ("lab", "r-899") if device == "lab" else ("kiengiang", device)
    built = shipped.fleet(folder)
    job = next(job for job in jobs(built) if job.device == device)
    port = next(port for port in job.ports if port.circuit == circuit)
    assert (port.name, port.named) == (name, column)
    asked = Asked(job, {name: 7})
    assert {f"{column}.7", f"{IF_OPER_STATUS}.7"} <= set(asked.objects)
    answers = Answers(asked, {f"{column}.7": name.encode(), f"{IF_OPER_STATUS}.7": 1}, 0.1)
    assert [(each, up) for each, up, _ in answers.ends()] == [(port, True)]
    assert values(list(samples(answers)), "circuit_oper_up", "circuit")[circuit] == 1.0


def test_every_target_names_a_probe_its_options_and_a_metric(fleet: Fleet) -> None:
    probes = found(Probe)
    assert fleet.targets
    for target in fleet.targets:
        assert dict(target.labels)["shows"] in BY_NAME
        assert {name for name, _ in target.options} <= set(probes[target.module].options)
    told = Counter((dict(target.labels)["shows"], target.labels) for target in fleet.targets)
    assert set(told.values()) == {1}


# ── what audits and plans left behind ───────────────────────────────────────


def test_records_are_told_by_site_and_device_with_their_time(lab_fleet: Fleet, tmp_path: Path) -> None:
    finding = {"rule": "KG-NTP-01", "device": "r-899", "severity": "high", "evidence": []}
    (tmp_path / "audit.json").write_text(
        json.dumps(
            {
                "time": "2026-01-02T03:04:05+00:00",
                "findings": [
                    finding | {"status": status} for status in ("fail", "fail", "pass", "error", "skip")
                ],
            }
        )
    )
    hub1 = {"device": "hub1", "add": 2, "remove": 1, "since": "2026-01-01T03:04:05Z"}
    devices = [hub1, {"device": "hub2", "error": "no answer"}]
    (tmp_path / "drift.json").write_text(json.dumps({"time": "2026-01-02T03:04:05Z", "devices": devices}))
    said = {
        (
            sample.name,
            sample.labels.get("site", sample.labels.get("device", "")),
            sample.labels.get("severity"),
        ): sample.value
        for sample in records(lab_fleet, tmp_path)
    }
    assert said["audit_findings", "899", "high"] == 2
    assert said["audit_findings", "899", "low"] == 0
    (by_rule,) = (each for each in records(lab_fleet, tmp_path) if each.name == "audit_rule_findings")
    assert by_rule.labels == {"site": "899", "domain": "NTP", "severity": "high", "rule": "KG-NTP-01"}
    assert by_rule.value == 2
    assert said["audit_judgements", "899", None] == 4
    assert said["audit_errors", "899", None] == 1
    assert said["audit_timestamp_seconds", "", None] == 1767323045
    assert said["drift_lines", "hub1", None] == 3
    assert said["device_drift_since_timestamp_seconds", "hub1", None] == 1767323045 - 86400
    assert ("drift_lines", "hub2", None) not in said
    assert said["drift_unread", "", None] == 1


def test_ports_are_exposed_where_an_audit_saw_them_open(lab_fleet: Fleet, tmp_path: Path) -> None:
    """A pass is 0; what was not judged is nothing; an expired waiver in the evidence is no port."""
    seen = [
        "sshd listens on * tcp/23, and no flow leads there",
        "the waiver of An (T1) expired on 2026-01-01",
    ]
    finding = {"rule": "KG-SRV-02", "severity": "medium"}
    findings = [
        finding | {"device": name, "status": status, "evidence": seen if status != "pass" else []}
        for name, status in {"dns1": "fail", "hub1": "pass", "hub2": "error"}.items()
    ]
    (tmp_path / "audit.json").write_text(json.dumps({"time": "2026-01-02T03:04:05Z", "findings": findings}))
    assert values(list(records(lab_fleet, tmp_path)), "device_exposed_ports", "device") == {
        "dns1": 1,
        "hub1": 0,
    }


@pytest.mark.parametrize(
    "written",
    ["", "[]", "{}", '{"time": "x", "findings": []}', '{"time": "2026-01-02T03:04:05", "findings": []}'],
)
def test_a_record_that_is_none_is_told_as_missing(lab_fleet: Fleet, tmp_path: Path, written: str) -> None:
    (tmp_path / "audit.json").write_text(written)
    said = list(records(lab_fleet, tmp_path))
    missing = ("audit_recorded", "drift_recorded", "backup_recorded", "deploy_recorded")
    assert said == [Sample(name, 0) for name in missing]


def test_a_backup_tells_when_each_device_was_kept(lab_fleet: Fleet, tmp_path: Path) -> None:
    """The file survives a restart, so the age of a backup does, too."""
    (tmp_path / "backup.json").write_text('{"devices": {"hub1": "2026-01-02T03:04:05+00:00"}}')
    said = list(records(lab_fleet, tmp_path))
    assert Sample("backup_timestamp_seconds", 1767323045, {"device": "hub1"}) in said


def test_our_own_changes_are_told_from_before_they_are_made(lab_fleet: Fleet, tmp_path: Path) -> None:
    """A device tells of its change at once, while the run still watches what comes of it."""
    with journal(tmp_path / "journal.sqlite") as kept:
        run = kept.begin(who="an", why="deploy")
        kept.note(run, "hub2", "ended", result="failed")
        assert "device_deploy_timestamp_seconds" not in {each.name for each in records(lab_fleet, tmp_path)}
        kept.note(run, "hub1", "hold", detail="00ff")
        held = values(list(records(lab_fleet, tmp_path)), "device_deploy_timestamp_seconds", "device")
        kept.note(run, "hub1", "ended", result="changed")
    ended = values(list(records(lab_fleet, tmp_path)), "device_deploy_timestamp_seconds", "device")
    assert set(held) == set(ended) == {"hub1"}
    assert time.time() - 60 < held["hub1"] <= ended["hub1"] <= time.time()


# ── the alerts ──────────────────────────────────────────────────────────────


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("path", sorted(PROMTOOL.glob("*.yml")), ids=lambda path: path.stem)
def test_the_shipped_alerts_do_as_their_cases_say(path: Path) -> None:
    done = promtool("test", "rules", str(path))
    assert done.returncode == 0, done.stdout + done.stderr


def alerts() -> set[str]:
    return {
        rule["alert"]
        for written in config.rules().values()
        for group in yaml.safe_load(written)["groups"]
        for rule in group["rules"]
        if "alert" in rule
    }


def test_every_alert_has_a_case_in_which_it_fires() -> None:
    """An alert that nobody has seen firing is a hope."""
    firing = {
        test["alertname"]
        for path in PROMTOOL.glob("*.yml")
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]
        for test in case.get("alert_rule_test", ())
        if test["exp_alerts"]
    }
    assert alerts() == firing


def test_alerts_name_metrics_that_exist() -> None:
    for name, written in config.rules().items():
        for metric in re.findall(rf"\b{PREFIX}(\w+)", written):
            assert metric in BY_NAME, f"{name}: {metric}"


@pytest.mark.parametrize(
    ("cut", "dead", "told"),
    [
        ([], [], []),
        (["902-1"], [], ["KgnetCircuitDown 902-1"]),
        (["902-1", "902-2"], [], ["KgnetSiteDown 902"]),
        (["30787-1"], [], ["KgnetSiteDown 30787"]),
        (["902-1", "902-2", "30787-1"], [], ["KgnetSiteDown 902"]),
        ([], ["hub1"], ["KgnetDeviceDown hub1"]),
        (["911-1", "911-2", "STC-1"], [], ["KgnetCircuitDown STC-1", "KgnetSiteDown 911"]),
    ],
    ids=["all is well", "primary", "district", "commune", "district and commune", "hub", "two causes"],
)
def test_one_alert_a_cause(
    lab_fleet: Fleet, tmp_path: Path, cut: list[str], dead: list[str], told: list[str]
) -> None:
    """What the exporter says of the lab, through the shipped rules: a cause is told, its symptoms are not."""
    said = scrape(lab_fleet, evidence(lab_fleet, cut=cut, dead=dead))
    expected = [
        {"labels": f'{{alertname="{name}", about="{about}"}}', "value": 1}
        for name, about in map(str.split, told)
    ]
    about = (
        'label_replace(label_replace(label_replace(ALERTS{alertstate="firing"},'
        ' "about", "$1", "device", "(.+)"), "about", "$1", "site", "(.+)"), "about", "$1", "circuit", "(.+)")'
    )
    about_device = f'label_replace({about}, "about", "$1", "device", "(.+)")'
    case = {
        "interval": "5s",
        "input_series": [{"series": series(sample), "values": f"{sample.value:g}x60"} for sample in said],
        "promql_expr_test": [
            {
                "expr": f"count by(alertname, about) ({about_device})",
                "eval_time": "3m",
                "exp_samples": expected,
            }
        ],
    }
    rules = tmp_path / "rules"
    rules.mkdir()
    for name, written in config.rules().items():
        (rules / name).write_text(written, encoding="utf-8")
    file = tmp_path / "case.yml"
    names = [str(rules / name) for name in ("circuits.yml", "devices.yml")]
    file.write_text(yaml.safe_dump({"rule_files": names, "evaluation_interval": "5s", "tests": [case]}))
    done = promtool("test", "rules", str(file))
    assert done.returncode == 0, done.stdout + done.stderr


def series(sample: Sample) -> str:
    labels = {**sample.labels, "instance": "m"}
    written = ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in labels.items())
    return f"{PREFIX}{sample.name}{{{written}}}"


# ── the files of Prometheus and Alertmanager ────────────────────────────────

WIRING = config.Wiring(exporter="127.0.0.1:10910", webhook="http://127.0.0.1:9/hook")


def test_prometheus_and_alertmanager_take_what_we_write(fleet: Fleet, tmp_path: Path) -> None:
    for name, written in config.files(fleet, WIRING, rules_folder=tmp_path / "rules").items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(written, encoding="utf-8")
    done = promtool("check", "config", str(tmp_path / "prometheus.yml"))
    assert done.returncode == 0, done.stdout + done.stderr
    done = subprocess.run(
        ["amtool", "check-config", str(tmp_path / "alertmanager.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_site_silences_what_is_behind_it_and_a_hub_its_circuits(lab_fleet: Fleet) -> None:
    rules = list(config.inhibitions(lab_fleet))
    of_902 = [rule for rule in rules if 'site="902"' in rule["source_matchers"]]
    assert [rule["target_matchers"] for rule in of_902] == [['site=~"30787|30790"']]
    hubs = {
        rule["target_matchers"][1]
        for rule in rules
        if 'alertname="KgnetDeviceDown"' in rule["source_matchers"]
    }
    assert hubs == {f'upstream="{hub.name}"' for hub in lab_fleet.with_role(Role.HUB)}


def test_a_small_fleet_is_scraped_often_and_a_province_calmly(fleet: Fleet) -> None:
    written = config.prometheus(fleet, WIRING, rules_folder=PurePosixPath("/etc/prometheus/kgnet"))
    interval = yaml.safe_load(written)["global"]["scrape_interval"]
    assert interval == ("5s" if len(fleet.devices) <= 50 else "30s")
    faster = config.prometheus(fleet, replace(WIRING, interval_s=7), rules_folder=PurePosixPath("/x"))
    assert yaml.safe_load(faster)["global"]["scrape_interval"] == "7s"


# ── over HTTP ───────────────────────────────────────────────────────────────


def refuse(module: str, target: str, options: object, tell: object) -> list[Sample]:
    raise ProbeError(f"{target} is no address of this fleet")


@contextmanager
def serving(pages: Pages) -> Iterator[str]:
    """Serve on a free port of loopback; yields the URL."""
    with Server("127.0.0.1", 0, pages) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


def fetched(url: str, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(
        url, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            body = answer.read()
            packed = answer.headers.get("Content-Encoding") == "gzip"
            return answer.status, (gzip.decompress(body) if packed else body).decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def test_there_is_a_page_for_people_and_one_for_watchdogs() -> None:
    with serving(
        Pages(lambda seconds: [], refuse, modules=[("icmp", "Echoes & <more>.")], timeout_s=1)
    ) as url:
        status, page = fetched(url + "/")
        assert status == 200
        assert 'href="/metrics"' in page
        assert "<code>icmp</code> Echoes &amp; &lt;more&gt;." in page
        assert fetched(url + "/healthz") == (200, "ok\n")
        assert fetched(url + "/nothing")[0] == 404


def test_metrics_come_packed_when_asked_for_and_with_the_process_own() -> None:
    collected = [Sample("circuit_up", 1, {"circuit": "c1"})]
    with serving(Pages(lambda seconds: collected, refuse, modules=[], timeout_s=1)) as url:
        plain, packed = fetched(url + "/metrics")[1], fetched(url + "/metrics", Accept_Encoding="gzip")[1]
    for said in (plain, packed):
        assert 'kgnet_circuit_up{circuit="c1"} 1\n' in said
        assert "process_resident_memory_bytes" in said


def test_the_scraper_hears_what_is_known_before_it_gives_up() -> None:
    given: list[float] = []
    pages = Pages(lambda seconds: given.append(seconds) or [], refuse, modules=[], timeout_s=4)
    for patience in (None, 2.0, 0.1, 60.0):
        pages.get("/metrics", patience)
    assert given == [3.5, 1.5, 0.5, 4]


def test_too_many_scrapes_at_once_are_refused_and_not_queued_for_ever() -> None:
    go, inside = Event(), []

    def collect(seconds: float) -> list[Sample]:
        inside.append(seconds)
        go.wait(10)
        return []

    pages = Pages(collect, refuse, modules=[], timeout_s=1)
    busy = [Thread(target=pages.get, args=("/metrics",)) for _ in range(2)]
    for thread in busy:
        thread.start()
    assert pages.get("/metrics").status == 503
    go.set()
    for thread in busy:
        thread.join(10)
    assert len(inside) == 2
    assert pages.get("/metrics").status == 200


def test_a_probe_says_what_it_needs_and_whom_it_refuses() -> None:
    """An exporter that probes whatever it is asked to is everybody's scanner."""
    measured = [Sample("probe_success", 1)]
    with serving(Pages(lambda seconds: [], lambda *asked: measured, modules=[], timeout_s=1)) as url:
        assert fetched(url + "/probe")[0] == 400
        status, said = fetched(url + "/probe?module=tcp&target=127.0.0.1")
        assert (status, "kgnet_probe_success 1" in said) == (200, True)
        assert "process_" not in said, "own metrics stand on /metrics only"
    with serving(Pages(lambda seconds: [], refuse, modules=[], timeout_s=1)) as url:
        assert fetched(url + "/probe?module=tcp&target=8") == (400, "8 is no address of this fleet\n")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("127.0.0.1:1", ("127.0.0.1", 1)),
        (":10910", ("0.0.0.0", 10910)),
        ("[::1]:10910", ("::1", 10910)),
        ("localhost:0", ("localhost", 0)),
    ],
)
def test_an_address_to_listen_on_is_read(written: str, read: tuple[str, int]) -> None:
    assert listen_address(written) == read


@pytest.mark.parametrize(
    "written", ["", "10910", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "a:70000", "::1:9"]
)
def test_what_is_no_address_is_told(written: str) -> None:
    with pytest.raises(UsageError, match=r"write ADDR:PORT, such as 127\.0\.0\.1:10910"):
        listen_address(written)


def test_a_busy_port_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [
            str(KGNET),
            "export",
            "-i",
            str(paths.inventories() / "kiengiang"),
            "--listen",
            f"127.0.0.1:{port}",
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    lines = [line for line in done.stderr.splitlines() if not line.startswith("WARNING")]
    assert lines == [
        f"error: cannot listen on 127.0.0.1:{port}: Address already in use — name another with --listen"
    ]


def test_the_files_are_written_where_asked(tmp_path: Path) -> None:
    command = [
        str(KGNET),
        "export",
        "config",
        "-i",
        str(paths.inventories() / "lab"),
        "-o",
        str(tmp_path / "out"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    written = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.yml")}
    assert written == {"prometheus.yml", "alertmanager.yml", *(f"rules/{name}" for name in config.rules())}
    boards = {path.stem for path in (tmp_path / "out/grafana").iterdir()}
    assert boards == {"province", "circuit", "site", "conference", "mail", "security", "trust"}
