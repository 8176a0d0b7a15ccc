"""fleet → the files of Prometheus, Alertmanager and Grafana: what to scrape, alerts, what silences what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files as packaged
from pathlib import PurePath
from typing import Any

import yaml

from kgnet.design.monitoring import scrape_interval_s
from kgnet.export import jobs
from kgnet.export.dashboards import dashboards
from kgnet.export.jobs import Discovery, Wiring
from kgnet.model.fleet import Fleet
from kgnet.model.language import ENGLISH, Language
from kgnet.model.province import Role

__all__ = ["Discovery", "Wiring", "alertmanager", "files", "inhibitions", "prometheus", "rules"]

HEAD = "# Written by `kgnet export config`: change the inventory and write it again.\n"
SCRAPE_TIMEOUT_S = 10
SITE_DOWN, DEVICE_DOWN = "KgnetSiteDown", "KgnetDeviceDown"
ROUTER_ALERTS = "KgnetCircuit.*|KgnetBgpSessionDown"


def files(
    fleet: Fleet, wiring: Wiring, *, rules_folder: PurePath, language: Language = ENGLISH
) -> dict[str, str]:
    """Return every file by its path: prometheus.yml and its targets, alertmanager.yml, rules, dashboards."""
    return {
        "prometheus.yml": prometheus(fleet, wiring, rules_folder=rules_folder),
        "alertmanager.yml": alertmanager(fleet, wiring),
        **{f"rules/{name}": text for name, text in rules().items()},
        **{f"targets/{name}": text for name, text in jobs.files(fleet, wiring).items()},
        **{f"grafana/{name}": text for name, text in dashboards(language).items()},
    }


def prometheus(fleet: Fleet, wiring: Wiring, *, rules_folder: PurePath) -> str:
    """Return prometheus.yml; it reads our rule files, which stand in *rules_folder*, and no others."""
    every_s = wiring.interval_s or scrape_interval_s(fleet)
    interval = f"{every_s}s"
    return _yaml(
        {
            "global": {
                "scrape_interval": interval,
                "scrape_timeout": f"{min(every_s, SCRAPE_TIMEOUT_S)}s",
                "evaluation_interval": interval,
            },
            "rule_files": [str(rules_folder / name) for name in rules()],
            "alerting": {"alertmanagers": [_static(wiring.alertmanager)]},
            "scrape_configs": [
                *jobs.jobs(fleet, wiring, rules_folder.parent / "targets"),
                {"job_name": "prometheus", **_static(wiring.prometheus)},
                {"job_name": "alertmanager", **_static(wiring.alertmanager)},
            ],
        }
    )


def _static(address: str) -> dict[str, Any]:
    return {"static_configs": [{"targets": [address]}]}


def alertmanager(fleet: Fleet, wiring: Wiring) -> str:
    """Return alertmanager.yml, its inhibition derived from what hangs on what."""
    receiver: dict[str, Any] = {"name": "operators"}
    if wiring.webhook:
        receiver["webhook_configs"] = [{"url": wiring.webhook, "send_resolved": True}]
    route = {
        "receiver": "operators",
        "group_by": ["alertname", "site"],
        "group_wait": "5s",  # long enough for a cause to arrive with its symptoms
        "group_interval": "1m",
        "repeat_interval": "12h",
    }
    return _yaml({"route": route, "receivers": [receiver], "inhibit_rules": list(inhibitions(fleet))})


def inhibitions(fleet: Fleet) -> Iterator[dict[str, Any]]:
    """Yield the rules: a site that is down silences what is at it and behind it, a dead hub its circuits."""
    yield {
        "source_matchers": [f'alertname="{SITE_DOWN}"'],
        "target_matchers": [f'alertname!="{SITE_DOWN}"'],
        "equal": ["site"],
    }
    for code in fleet.sites:
        behind = [site for site in fleet.behind(code) if site != code]
        if behind:
            yield _silences([f'alertname="{SITE_DOWN}"', f'site="{code}"'], [_any("site", behind)])
    for hub in fleet.with_role(Role.HUB):
        source = [f'alertname="{DEVICE_DOWN}"', f'device="{hub.name}"']
        yield _silences(source, [f'alertname=~"{ROUTER_ALERTS}"', f'upstream="{hub.name}"'])


def _silences(source: list[str], target: list[str]) -> dict[str, Any]:
    return {"source_matchers": source, "target_matchers": target}


def _any(label: str, values: list[str]) -> str:
    return f'{label}=~"{"|".join(map(re.escape, values))}"'


def rules() -> dict[str, str]:
    """Return the shipped alert rules: file name → text."""
    folder = packaged("kgnet.export") / "rules"
    found = sorted((file.name, file.read_text(encoding="utf-8")) for file in folder.iterdir())
    return {name: text for name, text in found if name.endswith(".yml")}


def _yaml(value: dict[str, Any]) -> str:
    return HEAD + yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=1000)
