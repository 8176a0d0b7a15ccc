"""Several exporters share a fleet, and Prometheus finds what to probe: by the real one, and by counting."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread

import pytest
import yaml
from test_export import evidence, promtool
from watched import asked, found, free_port, impatient, recorded, running, told, until

from kgnet import inventory, paths
from kgnet.cli._exporter import OPEN_OPTIONS
from kgnet.design import design
from kgnet.errors import UsageError
from kgnet.export import config, discovery, jobs, shard
from kgnet.export.pages import MOST_PARTS, Pages, Scale
from kgnet.export.records import records
from kgnet.export.server import Server
from kgnet.export.shard import EVERYWHERE, Shard
from kgnet.export.topology import Evidence
from kgnet.model.fleet import Fleet
from kgnet.model.outcome import Sample

Series = tuple[str, frozenset[tuple[str, str]]]
PARTS = 3


@pytest.fixture(scope="module", params=["lab", "kiengiang"])
def fleet(request: pytest.FixtureRequest) -> Fleet:
    return design(inventory.load(paths.inventories() / request.param))


@pytest.fixture(scope="module")
def lab() -> Fleet:
    return design(inventory.load(paths.inventories() / "lab"))


def named(sample: Sample) -> Series:
    return sample.name, frozenset(sample.labels.items())


def of_part(fleet: Fleet, seen: Evidence, state: Path, each: Shard, scrape: int = 1) -> list[Sample]:
    """Return what the exporter of a part tells."""
    collected = told(shard.part(fleet, each), seen, state, scrape)
    return list(shard.told(fleet, each, collected, records(fleet, state)))


# ── parts ───────────────────────────────────────────────────────────────────


def test_the_parts_tell_together_what_one_exporter_tells(fleet: Fleet, tmp_path: Path) -> None:
    """Every series once, with the value that it has in the whole: a cut district included."""
    seen = evidence(fleet, cut=["902-1", "902-2"])
    state = recorded(fleet, tmp_path)
    whole = {named(each): each.value for each in told(fleet, seen, state, 1)}
    parts = [of_part(fleet, seen, state, Shard(number, PARTS)) for number in range(1, PARTS + 1)]
    series = Counter(named(each) for part in parts for each in part if each.name not in EVERYWHERE)
    assert series
    assert set(series.values()) == {1}
    for part in parts:
        for each in part:
            if not each.name.endswith("expiry_timestamp_seconds"):  # so and so long from now
                assert whole[named(each)] == each.value, each
    assert {name for name in whole if name[0] not in EVERYWHERE} == set(series)


def test_a_part_asks_little_that_is_not_its_own(fleet: Fleet) -> None:
    parts = [shard.part(fleet, Shard(number, PARTS)) for number in range(1, PARTS + 1)]
    assert Counter(name for part in parts for name in part.circuits) == dict.fromkeys(fleet.circuits, 1)
    for part in parts:
        for device in part.devices.values():
            assert {each.circuit for each in device.interfaces} <= {None, *part.circuits}
    twice = Counter(name for part in parts for name in part.devices)
    again = {fleet.devices[name].site for name, count in twice.items() if count > 1}
    assert again == {code for code, site in fleet.sites.items() if site.parent is None}


def test_a_district_stays_with_its_communes(fleet: Fleet) -> None:
    for number in range(1, PARTS + 1):
        own = shard.sites_of(fleet, Shard(number, PARTS))
        assert all(fleet.sites[code].parent in own or _next_to_centre(fleet, code) for code in own)


def _next_to_centre(fleet: Fleet, code: str) -> bool:
    parent = fleet.sites[code].parent
    return parent is None or fleet.sites[parent].parent is None


@pytest.mark.parametrize(
    "written", ["", "1", "0/3", "4/3", "1/65", "01/3", "1/3/3", "a/b", "-1/3", "1/0", "१/३"]
)
def test_what_is_no_part_is_told(written: str) -> None:
    with pytest.raises(UsageError, match="is no part — write 1/3"):
        Shard.read(written)


# ── targets ─────────────────────────────────────────────────────────────────


def test_every_address_is_in_one_part_and_says_what_it_is(fleet: Fleet) -> None:
    def key(group: Mapping[str, object]) -> str:
        return json.dumps(group, sort_keys=True)

    for module in discovery.modules(fleet):
        whole = Counter(map(key, discovery.targets(fleet, module)))
        each = (discovery.targets(fleet, module, Shard(number, PARTS)) for number in range(1, PARTS + 1))
        assert whole == Counter(key(group) for part in each for group in part)
    devices = {group["labels"].get("__meta_kgnet_device") for group in discovery.targets(fleet, "icmp")}
    assert devices - {None} == set(fleet.devices)


def test_labels_are_for_the_scrape_configuration_to_choose(fleet: Fleet) -> None:
    for module in discovery.modules(fleet):
        for group in discovery.targets(fleet, module):
            given = {name.removeprefix("__param_") for name in group["labels"] if name.startswith("__param_")}
            assert given <= set(OPEN_OPTIONS)
            others = {name for name in group["labels"] if not name.startswith("__param_")}
            assert all(name.startswith("__meta_kgnet_") for name in others)


def test_a_module_that_probes_nothing_is_told(lab: Fleet) -> None:
    with pytest.raises(UsageError, match="nothing is probed with 'ping' — known: dns, https, icmp"):
        discovery.targets(lab, "ping")


# ── the files ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("exporters", ["127.0.0.1:10910", "127.0.0.1:10910 127.0.0.1:10911"])
@pytest.mark.parametrize("way", list(jobs.Discovery))
def test_prometheus_takes_every_way_to_find_targets(
    lab: Fleet, tmp_path: Path, way: jobs.Discovery, exporters: str
) -> None:
    """promtool reads the target files, too."""
    wiring = config.Wiring(exporters, discovery=way, probes=True)
    place(config.files(lab, wiring, rules_folder=tmp_path / "rules"), tmp_path)
    done = promtool("check", "config", str(tmp_path / "prometheus.yml"))
    assert done.returncode == 0, done.stdout + done.stderr
    written = {path.stem for path in (tmp_path / "targets").glob("*.json")}
    wanted = {"kgnet", *(f"kgnet-{module}" for module in discovery.modules(lab))}
    assert written == (wanted if way is jobs.Discovery.FILE else set())


def place(texts: Mapping[str, str], folder: Path) -> None:
    for name, text in texts.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(impatient(text) if name.startswith("rules/") else text, encoding="utf-8")


def test_the_labels_of_a_target_are_written_in_one_place(lab: Fleet) -> None:
    """The exporter gives none of `job`, `instance`, `shard`: they are the scrape configuration's."""
    wiring = config.Wiring("127.0.0.1:1 127.0.0.1:2", discovery=jobs.Discovery.FILE)
    (groups,) = (json.loads(text) for text in jobs.files(lab, wiring).values())
    assert [group["labels"]["shard"] for group in groups] == ["1/2", "2/2"]
    written = yaml.safe_load(config.prometheus(lab, wiring, rules_folder=Path("/etc/prometheus/kgnet")))
    ours = next(job for job in written["scrape_configs"] if job["job_name"] == "kgnet")
    assert ours["relabel_configs"] == [{"target_label": "instance", "replacement": "kgnet"}]


# ── over HTTP, and the real Prometheus ──────────────────────────────────────


def probed(module: str, target: str, options: Mapping[str, str], *_: object) -> Iterable[Sample]:
    assert set(options) <= set(OPEN_OPTIONS)
    return [Sample("probe_success", 1)]


@contextmanager
def exporting(fleet: Fleet, seen: Evidence, state: Path) -> Iterator[str]:
    """Serve a fleet and its parts, as `kgnet export` does; yields the address."""
    scrapes = iter(range(1, 10_000))

    def split(written: str):  # type: ignore[no-untyped-def]
        each = Shard.read(written)
        return lambda _: of_part(fleet, seen, state, each, next(scrapes))

    def discover(module: str, part: str) -> str:
        return json.dumps(discovery.targets(fleet, module, Shard.read(part)))

    pages = Pages(lambda _: (), probed, modules=(), timeout_s=2, scale=Scale(split, discover))
    with Server("127.0.0.1", 0, pages) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


def refused(url: str) -> str:
    with pytest.raises(urllib.error.HTTPError) as wrong:
        urllib.request.urlopen(url, timeout=10)
    assert wrong.value.code == 400
    return wrong.value.read().decode()


def test_targets_and_parts_are_asked_for_by_http(lab: Fleet, tmp_path: Path) -> None:
    with exporting(lab, evidence(lab), recorded(lab, tmp_path)) as address:
        groups = [asked(f"http://{address}/sd?module=icmp&shard={number}/2") for number in (1, 2)]
        assert sum(map(len, groups)) == len(lab.devices) + len(lab.circuits)
        assert all(groups)
        with urllib.request.urlopen(f"http://{address}/sd", timeout=10) as answer:
            assert answer.headers["Content-Type"] == "application/json", "http_sd takes nothing else"
        assert "is no part" in refused(f"http://{address}/metrics?shard=3/2")
        assert "is no part" in refused(f"http://{address}/sd?shard=all")
        assert "nothing is probed with 'x'" in refused(f"http://{address}/sd?module=x")
        for number in range(1, MOST_PARTS + 1):
            urllib.request.urlopen(f"http://{address}/metrics?shard={number}/9", timeout=10).close()
        assert "at most 8" in refused(f"http://{address}/metrics?shard=9/9")


def test_an_exporter_that_cannot_part_its_fleet_does_not_tell_all_of_it() -> None:
    pages = Pages(lambda _: (), probed, modules=(), timeout_s=1)
    assert pages.get("/metrics?shard=1/2").status == 400
    assert pages.get("/sd").status == 404


def test_three_exporters_are_one_province_to_a_real_prometheus(lab: Fleet, tmp_path: Path) -> None:
    """Each series once; alerts that join across parts; every address probed by one of them, by hashmod."""
    seen, state = evidence(lab, cut=["902-1", "902-2"]), recorded(lab, tmp_path)
    prometheus = f"127.0.0.1:{free_port()}"
    with ExitStack() as stack:
        exporters = [stack.enter_context(exporting(lab, seen, state)) for _ in range(PARTS)]
        wiring = config.Wiring(
            " ".join(exporters),
            prometheus=prometheus,
            interval_s=1,
            discovery=jobs.Discovery.HTTP,
            probes=True,
        )
        place(config.files(lab, wiring, rules_folder=tmp_path / "rules"), tmp_path)
        command = (
            *(
                "prometheus",
                f"--config.file={tmp_path}/prometheus.yml",
                f"--storage.tsdb.path={tmp_path}/tsdb",
            ),
            f"--web.listen-address={prometheus}",
        )
        stack.enter_context(running(*command, ready=f"http://{prometheus}/-/ready"))

        def value(expression: str) -> float:
            return float(next(iter(found(prometheus, expression)), {"value": [0, "0"]})["value"][1])

        until(lambda: value('count(up{job="kgnet"} == 1)') == PARTS)
        until(lambda: value("count(kgnet_circuit_up)") == len(lab.circuits))
        assert value("count(count by(shard) (kgnet_circuit_up))") > 1
        assert value("sum(kgnet_site_reachable)") == len(lab.sites) - 3
        until(lambda: value('count(ALERTS{alertname="KgnetSiteDown"})') == 1)
        assert found(prometheus, 'ALERTS{alertname="KgnetSiteDown"}')[0]["metric"]["site"] == "902"
        assert not found(prometheus, 'ALERTS{alertname="KgnetCircuitLossy"}')
        addresses = len(lab.devices) + len(lab.circuits)
        until(lambda: value('count(kgnet_probe_success{job="kgnet-icmp"} == 1)') == addresses)
        assert value('count(kgnet_probe_success{job="kgnet-icmp", site="902"})') > 1
        active = asked(f"http://{prometheus}/api/v1/targets?state=active")["data"]["activeTargets"]
        probes = [each for each in active if each["labels"]["job"] == "kgnet-icmp"]
        assert {each["discoveredLabels"]["__metrics_path__"] for each in probes} == {"/probe"}
        assert len({each["scrapeUrl"].split("/")[2] for each in probes}) == PARTS
