"""`kgnet audit`: what is not as it should be, on live devices or in files?"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kgnet.cli._history import HistoryPlace, Since, SubjectName
from kgnet.cli._options import DEFAULT_INVENTORY, Inventory, Limit
from kgnet.cli._report import Lang, PerSite, ReportFile, ReportFormat, shown
from kgnet.cli._spreading import Cluster, ClusterPlain, Jobs, Spreading

if TYPE_CHECKING:
    from kgnet.cli._judging import Judging
    from kgnet.cli._subjects import Scope
    from kgnet.model.fleet import Device, Fleet
    from kgnet.model.outcome import Finding
    from kgnet.model.pack import Waiver
    from kgnet.ports import Rule


DEFAULT_PACK = "baseline"

ConfigDir = Annotated[
    Path | None,
    typer.Option(
        "--config-dir",
        help="Judge the files `<device>.cfg` in this folder, not live devices.",
        metavar="DIR",
        exists=True,
        file_okay=False,
    ),
]
Rooms = Annotated[
    Path | None,
    typer.Option(
        "--rooms",
        help="Judge conference rooms by what their systems exported: files `<room>.txt` (or .cfg, .xml).",
        metavar="DIR",
        exists=True,
        file_okay=False,
    ),
]
PackName = Annotated[
    str, typer.Option("--pack", help="A pack that comes along, or a file.", metavar="NAME|FILE")
]
WaiverFile = Annotated[
    Path | None,
    typer.Option(
        "--waivers", help="Default: `waivers.yml` in the inventory, if there is one.", metavar="FILE"
    ),
]
RecordFile = Annotated[
    Path | None,
    typer.Option(
        "--record",
        help="Keep time, counts and findings for the exporter.  Default, where `KGNET_STATE` is set: "
        "`$KGNET_STATE/audit.json`, after a live audit of the whole fleet by the pack `baseline`.",
        metavar="FILE",
    ),
]

Workers = Annotated[
    int, typer.Option("--workers", min=1, max=256, help="Live devices: how many to speak to at once.")
]
ListCommands = Annotated[
    bool,
    typer.Option(
        "--list-commands",
        help="Ask nobody: print the commands that collecting needs, for a read-only account.",
    ),
]


def audit(
    *,
    inventory: Inventory = DEFAULT_INVENTORY,
    config_dir: ConfigDir = None,
    rooms: Rooms = None,
    pack: PackName = DEFAULT_PACK,
    waivers: WaiverFile = None,
    limit: Limit = "",
    format_: ReportFormat = "text",
    lang: Lang = "en",
    output: ReportFile = None,
    per_site: PerSite = None,
    since: Since = "",
    history: HistoryPlace = "",
    subject: SubjectName = "",
    record: RecordFile = None,
    jobs: Jobs = 0,
    cluster: Cluster = "",
    cluster_plain: ClusterPlain = False,
    workers: Workers = 16,
    list_commands: ListCommands = False,
) -> None:
    """Judge every device against the intent and a pack of rules.

    Exit codes: 0 clean; 1 something could not be judged; 2 something was found (with `--since`: anew).
    """
    from kgnet import audit as verb
    from kgnet import plugins
    from kgnet.audit import pack as packs
    from kgnet.audit import waivers as waiving
    from kgnet.cli import _history, _judging, _subjects
    from kgnet.ports import Rule

    if list_commands:
        _list(inventory, limit, format_)
        return
    spreading = Spreading(jobs, cluster, plain=cluster_plain, over_files=config_dir is not None)
    now, report = datetime.now(UTC), shown(format_, lang, output, per_site)
    keeping = _history.keeping(
        history, since, subject, now, inventory=inventory, pack=pack, folder=config_dir, limit=limit
    )
    asked, rules = packs.load(pack, plugins.found(Rule))
    held, whole = _waivers(waivers, inventory, rules), not limit and config_dir is None
    scope = _subjects.scope(inventory, limit, asked, rules)
    judge = _judging.judging(asked, rules, live=config_dir is None)
    looked = _looked(config_dir, scope, judge, spreading, workers)
    raw = chain(looked, _subjects.judged(scope, now, judge, rooms))
    ended = keeping.ended(waiving.waive(raw, held, now.date()))
    report.show(ended, rules, when=now, pack=asked.title, fleet=scope.fleet, source=config_dir, limit=limit)
    _recorded(ended.findings, record or _kept(whole=whole and pack == DEFAULT_PACK), now)
    raise typer.Exit(ended.exit_code(verb.exit_code(ended.findings)))


def _waivers(told: Path | None, inventory: Path, rules: Mapping[str, Rule]) -> tuple[Waiver, ...]:
    from kgnet.audit import waivers as waiving

    file = told or inventory / waiving.FILE
    return waiving.load(file, rules) if told or file.exists() else ()


def _recorded(findings: Sequence[Finding], path: Path | None, now: datetime) -> None:
    from kgnet.audit.record import record

    if path:
        record(findings, path, now)


def _list(inventory: Path, limit: str, format_: str) -> None:
    """Print the commands of the devices that are meant."""
    from kgnet.cli import _commands
    from kgnet.design import design
    from kgnet.inventory import load
    from kgnet.limit import select

    _commands.listed(select(design(load(inventory)), limit), format_)


def _kept(*, whole: bool) -> Path | None:
    """Return where the exporter looks: only what was asked in whole may stand for the whole."""
    from kgnet.audit.record import NAME

    state = os.environ.get("KGNET_STATE")
    return Path(state) / NAME if state and whole else None


def _looked(
    folder: Path | None, scope: Scope, judge: Judging, spreading: Spreading, workers: int
) -> Iterator[Finding]:
    """Yield what is found of the devices, in their files or live."""
    from kgnet.audit.search import carried

    files = folder and _files(folder, scope.fleet, scope.devices, judge, spreading)
    return carried(files or _live(scope.devices, judge, workers))


def _live(devices: Sequence[Device], judge: Judging, workers: int) -> Iterator[Finding]:
    """Yield what is found on the devices; one that cannot be looked at is a finding too."""
    from kgnet import collect, secrets
    from kgnet.audit import not_seen
    from kgnet.audit.observe import observe
    from kgnet.errors import DeviceError

    access, store = collect.access(os.environ), secrets.from_environment()
    authorities = store.get("tls/ca.crt") if store else ""

    def look(device: Device) -> list[Finding]:
        with collect.session(device, access) as session:
            have = collect.collect(device, session)
            have = observe(device, have, session, now=lambda: datetime.now(UTC), authorities=authorities)
        return judge(device, have)

    for device, found in collect.in_order(devices, collect.each(devices, look, workers=workers)):
        yield from [not_seen(device, found)] if isinstance(found, DeviceError) else found


def _files(
    folder: Path, fleet: Fleet, devices: Sequence[Device], judge: Judging, spreading: Spreading
) -> Iterator[Finding]:
    """Yield what is found in the files; a device without one is a finding too."""
    if not devices:
        return
    from kgnet.audit import not_seen
    from kgnet.cli._line import followed
    from kgnet.collect.folders import holdings
    from kgnet.collect.owners import owned
    from kgnet.errors import DeviceError

    files = owned(holdings(folder), fleet).files
    held = [(device, files.get(device.name)) for device in devices]
    for device, found in followed(spreading.judged(judge, folder, held), len(held), "judging"):
        yield from [not_seen(device, found)] if isinstance(found, DeviceError) else found
