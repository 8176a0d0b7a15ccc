"""fleet, wiring → what Prometheus scrapes: jobs, their targets, and the labels that tell these apart.

Target labels are made here and nowhere else; the exporter says of a target what it is (`__meta_kgnet_…`).
Several exporters share the fleet: each is asked for a part (`?shard=2/3`), all under one `instance`, so that
rules which join on it see one province.  What devices tell belongs to no part: it is asked of who hears it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import Any

from kgnet.export.discovery import META, modules, seldom, targets
from kgnet.model.fleet import Fleet

JOB = "kgnet"
SELDOM = "2m"  # the longest that leaves no gap: Prometheus looks back five minutes
ONE_INSTANCE = {"target_label": "instance", "replacement": JOB}
TOLD = "site|device|circuit|room"  # what of a target becomes labels of its series


class Discovery(StrEnum):
    """How Prometheus learns its targets."""

    STATIC = "static"  # they stand in prometheus.yml
    FILE = "file"  # file_sd: it reads targets/*.json again when they change
    HTTP = "http"  # http_sd: it asks the exporter, which has the inventory


@dataclass(frozen=True, slots=True)
class Wiring:
    """Where things listen; *webhook*: where alerts are sent, empty: they are only shown."""

    exporter: str  # several, parted by blanks, share the fleet
    _: KW_ONLY
    events: str = ""  # which of several hears what devices tell
    prometheus: str = "127.0.0.1:9090"
    alertmanager: str = "127.0.0.1:9093"
    webhook: str = ""
    interval_s: int | None = None
    discovery: Discovery = Discovery.STATIC
    probes: bool = False  # each address also by itself, as /probe measures it

    @property
    def exporters(self) -> tuple[str, ...]:
        return tuple(self.exporter.split())


def jobs(fleet: Fleet, wiring: Wiring, folder: PurePath) -> Iterator[dict[str, Any]]:
    """Yield the scrape configurations; target files stand in *folder*."""
    fleet_job: dict[str, Any] = {"job_name": JOB}
    if wiring.discovery is Discovery.FILE:
        fleet_job["file_sd_configs"] = [{"files": [str(folder / f"{JOB}.json")]}]
    else:  # where the exporters are is nothing that an exporter could be asked for
        fleet_job["static_configs"] = _exporters(wiring)
    if len(wiring.exporters) > 1:
        fleet_job["relabel_configs"] = [ONE_INSTANCE]
    yield fleet_job
    if len(wiring.exporters) > 1 and wiring.events:
        yield {
            "job_name": f"{JOB}-events",
            "metrics_path": "/metrics/events",
            "static_configs": [{"targets": [wiring.events]}],
            "relabel_configs": [ONE_INSTANCE],
        }
    for module in modules(fleet) if wiring.probes else ():
        yield _probe_job(fleet, wiring, module, folder)


def files(fleet: Fleet, wiring: Wiring) -> dict[str, str]:
    """Return the target files by name, none unless they are wanted."""
    if wiring.discovery is not Discovery.FILE:
        return {}
    found = {JOB: _exporters(wiring)}
    if wiring.probes:
        found |= {f"{JOB}-{module}": targets(fleet, module) for module in modules(fleet)}
    return {f"{name}.json": json.dumps(groups, indent=1) + "\n" for name, groups in found.items()}


def _exporters(wiring: Wiring) -> list[dict[str, Any]]:
    """Return a target group for each exporter, and its part if there are several."""
    if len(wiring.exporters) == 1:
        return [{"targets": [wiring.exporter]}]
    parts = [f"{number}/{len(wiring.exporters)}" for number in range(1, len(wiring.exporters) + 1)]
    return [
        {"targets": [exporter], "labels": {"shard": part, "__param_shard": part}}
        for exporter, part in zip(wiring.exporters, parts, strict=True)
    ]


def _probe_job(fleet: Fleet, wiring: Wiring, module: str, folder: PurePath) -> dict[str, Any]:
    """Return the job of a module (the multi-target pattern): who is probed is a parameter of the scrape."""
    name = f"{JOB}-{module}"
    found: dict[str, Any] = {
        Discovery.STATIC: {"static_configs": targets(fleet, module)},
        Discovery.FILE: {"file_sd_configs": [{"files": [str(folder / f"{name}.json")]}]},
        Discovery.HTTP: {"http_sd_configs": [{"url": f"http://{wiring.exporters[0]}/sd?module={module}"}]},
    }[wiring.discovery]
    relabel = [
        {"source_labels": ["__address__"], "target_label": "__param_target"},
        {"source_labels": ["__param_target"], "target_label": "instance"},
        {"action": "labelmap", "regex": f"{META}({TOLD})"},
        *_spread(wiring.exporters),
    ]
    return {
        "job_name": name,
        "metrics_path": "/probe",
        "params": {"module": [module]},
        **({"scrape_interval": SELDOM} if seldom(fleet, module) else {}),
        **found,
        "relabel_configs": relabel,
    }


def _spread(exporters: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Yield what sends each target to one of the exporters, by Prometheus' own hashmod."""
    if len(exporters) == 1:
        yield {"target_label": "__address__", "replacement": exporters[0]}
        return
    chosen = "__tmp_exporter"
    yield {
        "source_labels": ["__param_target"],
        "action": "hashmod",
        "modulus": len(exporters),
        "target_label": chosen,
    }
    for number, exporter in enumerate(exporters):
        yield {
            "source_labels": [chosen],
            "regex": str(number),
            "target_label": "__address__",
            "replacement": exporter,
        }
