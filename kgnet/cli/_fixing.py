"""Findings → a plan that mends them and changes nothing else: what `kgnet deploy` is handed by an audit."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kgnet.cli import _line
from kgnet.errors import DeviceError, UsageError
from kgnet.model.outcome import Severity, Status

if TYPE_CHECKING:
    from kgnet.cli._sources import Sources
    from kgnet.cli._subjects import Scope
    from kgnet.findings import Findings
    from kgnet.mend import Fixes
    from kgnet.model.config import Config
    from kgnet.model.facts import Snapshot
    from kgnet.model.fleet import Device
    from kgnet.model.pack import Pack
    from kgnet.plan.file import Planned
    from kgnet.ports import Rule

    Found = tuple[Fixes, Config]


FixPlan = Annotated[
    Path | None,
    typer.Option(
        "--fix-plan",
        help="Write a plan of what mends the findings, and of nothing else; `kgnet deploy FILE` does it on "
        "devices that run the very text that was judged.",
        metavar="FILE",
        dir_okay=False,
    ),
]
OnlyRules = Annotated[
    str, typer.Option("--rule", help="Ask these rules of the pack only.", metavar="ID[,ID…]")
]
OnlyFrom = Annotated[
    Severity | None,
    typer.Option("--severity", help="Ask the rules of this severity, and of higher ones, only."),
]


@dataclass(frozen=True, slots=True)
class Wished:
    """What the command line says of the findings: which rules alone, and where a plan goes."""

    plan: FixPlan = None
    ids: OnlyRules = ""
    least: OnlyFrom = None


@dataclass(frozen=True, slots=True)
class Fixing:
    """What was asked of the findings: which rules alone, and where a plan goes that mends them."""

    wished: Wished
    inventory: Path | None
    workers: int

    def __post_init__(self) -> None:
        """Raise UsageError where no plan can be made."""
        if self.wished.plan and not self.inventory:
            raise UsageError("--fix-plan needs an inventory: a plan is held against what it says")

    @property
    def narrows(self) -> bool:
        return bool(self.wished.ids or self.wished.least)

    def narrowed(self, pack: Pack, rules: Mapping[str, Rule]) -> Pack:
        """Return the pack with the rules that were named alone, and of these what is severe enough."""
        names = [name.strip() for name in self.wished.ids.split(",") if name.strip()]
        unknown = [name for name in names if name not in pack.rules]
        if unknown:
            raise UsageError(f"the pack asks no {', '.join(unknown)} — `kgnet rules` lists the rules")
        order = list(Severity)
        least = order.index(self.wished.least) if self.wished.least else 0
        kept = {
            id: choice
            for id, choice in pack.rules.items()
            if (not names or id in names) and order.index(choice.severity or rules[id].severity) >= least
        }
        if not kept:
            raise UsageError("no rule of the pack is left to be asked — leave out --rule or --severity")
        return pack.model_copy(update={"rules": kept})

    def write(
        self,
        scope: Scope,
        sources: Sources,
        findings: Findings,
        pack: Pack,
        rules: Mapping[str, Rule],
        *,
        limit: str,
    ) -> None:
        """Look once more at what failed, device or file, and write what mends it, if that was asked for."""
        from kgnet import collect, files
        from kgnet.plan import file

        if self.wished.plan is None:
            return
        failed = findings.where(status=Status.FAIL)
        names = {name for (name,) in failed.tally("device")}
        devices = [device for device in scope.devices if device.name in names]
        look = _look(sources, pack, rules, {rule for (rule,) in failed.tally("rule")})
        told = collect.in_order(devices, collect.each(devices, look, workers=self.workers))
        looked = list(_line.followed(told, len(devices), "mending"))
        found = {device.name: each for device, each in looked if not isinstance(each, DeviceError)}
        lost = {device.name: each for device, each in looked if isinstance(each, DeviceError)}
        due = [name for name, (fixes, _) in found.items() if fixes.plan]
        kept = file.PlanFile(
            created=datetime.now(UTC),
            inventory=files.digest(scope.folder),
            whole=False,
            devices=tuple(_planned(fixes, have) for fixes, have in found.values()),
            failed={name: reason.reason for name, reason in lost.items()},
            blast=_line.blast(scope.province, scope.fleet, due),
            limit=limit,
            fixes=True,
        )
        files.write(self.wished.plan, file.written(kept), mode=0o640)
        _tell(self.wished.plan, {name: fixes for name, (fixes, _) in found.items()})
        _line.told(lost.values())


def _look(
    sources: Sources, pack: Pack, rules: Mapping[str, Rule], failed: set[str]
) -> Callable[[Device], Found]:
    """Return what looks at a device, judges it by the whole pack, and finds what mends what *failed*."""
    from kgnet import collect
    from kgnet.audit import audit
    from kgnet.audit.observe import observe
    from kgnet.mend import Mender

    line = _line.line(None)
    authorities = line.store.get("tls/ca.crt") if line.store else ""
    mark = line.store.mark if line.store else None

    def seen(device: Device) -> Snapshot:
        if sources.reading and device.name not in sources.live:
            _, config = sources.reading.read(device, sources.files.get(device.name), mark)
            return collect.told(config, device)
        with line.open(device) as session:
            have = collect.collect(device, session, mark=mark)
            return observe(device, have, session, now=lambda: datetime.now(UTC), authorities=authorities)

    def look(device: Device) -> Found:
        have, live = seen(device), device.name in sources.live
        found = [each for each in audit(device, have, rules, pack, live=live) if each.rule in failed]
        mender = Mender(device, have, line.want(device), rules, pack, live)
        return mender.fixes(found), have.config

    return look


def _planned(fixes: Fixes, have: Config) -> Planned:
    from kgnet.plan import ways
    from kgnet.plan.file import Planned, digest

    there = ways(fixes.plan, have)
    return Planned(fixes.plan, digest(have), digest(there.predicted), there.there, there.back)


def _tell(path: Path, found: Mapping[str, Fixes]) -> None:
    """Say on stderr what the plan mends, and of all else why not."""
    mended = sum(len(fixes.mended) for fixes in found.values())
    devices = sum(bool(fixes.plan) for fixes in found.values())
    for name, fixes in found.items():
        for rule, reason in fixes.left.items():
            typer.echo(f"{name}: {rule} is left: {reason}", err=True)
    command = f"kgnet deploy {os.fspath(path)}"
    typer.echo(f"{path}: mends {mended} findings on {devices} devices — `{command}` does it", err=True)
