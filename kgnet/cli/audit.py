"""`kgnet audit`: what is not as it should be, on live devices or in files?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kgnet.cli._fixing import Fixing, Wished
from kgnet.cli._grouped import grouped
from kgnet.cli._history import Recorded
from kgnet.cli._options import DEFAULT_INVENTORY, Inventory, Limit
from kgnet.cli._report import Form
from kgnet.cli._sources import BASELINE, Asked, Folder, NoInventory, Sources
from kgnet.cli._spreading import Spreading

if TYPE_CHECKING:
    from kgnet.cli._history import Ended, Keeping
    from kgnet.cli._judging import Judging, Ledger
    from kgnet.cli._report import Shown
    from kgnet.cli._subjects import Scope
    from kgnet.findings import Findings, Row
    from kgnet.model.fleet import Device
    from kgnet.model.outcome import Finding
    from kgnet.model.pack import Pack
    from kgnet.ports import Rule


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
    str,
    typer.Option(
        "--pack", help="A pack that comes along, or a file; `baseline` if none is named.", metavar="NAME|FILE"
    ),
]
PrometheusUrl = Annotated[
    str,
    typer.Option(
        "--prometheus",
        envvar="KGNET_PROMETHEUS",
        help="Prometheus that scrapes the exporter: how full circuits were.  Its password: `~/.netrc`.",
        metavar="URL",
    ),
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


@grouped
def audit(
    context: typer.Context,
    *,
    inventory: Inventory = DEFAULT_INVENTORY,
    folder: Folder,
    no_inventory: NoInventory = False,
    rooms: Rooms = None,
    pack: PackName = "",
    prometheus: PrometheusUrl = "",
    waivers: WaiverFile = None,
    limit: Limit = "",
    form: Form,
    recorded: Recorded,
    record: RecordFile = None,
    spreading: Spreading,
    workers: Workers = 16,
    wished: Wished,
    list_commands: ListCommands = False,
) -> None:
    """Judge every device against the intent and a pack of rules.

    Exit codes: 0 clean; 1 something could not be judged; 2 something was found (with `--since`: anew).
    """
    if list_commands:
        return _list(context, inventory, limit, form.format_)
    told = Asked(None if no_inventory else inventory, limit, folder, rooms, spreading, workers, prometheus)
    fixing = Fixing(wished, told.inventory, workers)
    now, report = datetime.now(UTC), form.shown()
    pack = pack or told.default_pack
    keeping = recorded.keeping(now, pack=pack, **told.kept)
    judged = _judged(told, pack, waivers or told.waivers, now, keeping=keeping, report=report, fixing=fixing)
    whole = not (limit or folder.path or fixing.narrows) and pack == BASELINE
    raise _exit(judged, keeping, record or _kept(whole=whole), now)


def _list(context: typer.Context, inventory: Path, limit: str, format_: str) -> None:
    from kgnet.cli import _commands

    _commands.listed(context, inventory, limit, format_)


def _exit(ended: Ended, keeping: Keeping, record: Path | None, now: datetime) -> typer.Exit:
    """Record what was reported, and only that."""
    from kgnet.audit import record as recording
    from kgnet.cli import ERROR

    if record:
        recording.record(ended.findings, record, now)
    return typer.Exit(ended.exit_code() if keeping.recorded(ended) else ERROR)


def _pack(name: str) -> tuple[Pack, dict[str, Rule]]:
    from kgnet import plugins
    from kgnet.audit import pack as packs
    from kgnet.ports import Rule

    return packs.load(name, plugins.found(Rule))


def _judged(
    told: Asked,
    name: str,
    waivers: Path | None,
    now: datetime,
    *,
    keeping: Keeping,
    report: Shown,
    fixing: Fixing,
) -> Ended:
    """Judge by the pack *name*, and show what was found."""
    from kgnet.audit import waivers as waiving
    from kgnet.cli._judging import Ledger, judging
    from kgnet.findings import kept

    complete, rules = _pack(name)
    pack = fixing.narrowed(complete, rules)
    held = waiving.load(waivers, rules) if waivers else ()
    scope = told.scope(pack, rules)
    sources = told.sources(scope, now)
    judge = judging(pack, rules, prometheus=told.prometheus, patched=report.report.patched)
    ledger = Ledger(held, now.date())
    ended = keeping.ended(kept(_found(told, sources, scope, judge, ledger=ledger, now=now)))
    notes = waiving.idle(ended.findings, held, now.date())
    fleet = told.fleet(scope)
    report.show(
        ended,
        rules,
        when=now,
        pack=pack.title,
        fleet=fleet,
        source=told.files.path,
        limit=told.limit,
        notes=[*sources.notes(), *notes, *_idle(ended.findings)],
    )
    if scope:
        fixing.write(scope, sources, ended.findings, complete, rules, limit=told.limit)
    return ended


def _idle(findings: Findings) -> Iterator[str]:
    """Yield why nothing was judged at all, and the way out: a list of skips says neither."""
    from collections import Counter

    from kgnet.audit import NOT_IN_FILES
    from kgnet.model.outcome import Status

    if {*findings.statuses()} != {Status.SKIP}:
        return
    reasons = Counter(each.what for found in findings for each in found.evidence[:1])
    if NOT_IN_FILES in reasons:
        yield (
            "nothing was judged: the pack asks what devices say while they run, which files do not hold — "
            "ask the devices of an inventory (-i) without --config-dir, or name another pack by --pack"
        )
    else:
        ((reason, _),) = reasons.most_common(1)
        yield f"nothing was judged, mostly because of this: {reason} — name another pack by --pack"


def _found(
    told: Asked, sources: Sources, scope: Scope | None, judge: Judging, *, ledger: Ledger, now: datetime
) -> Iterator[Row]:
    """Yield what is found in the files, on the devices, and of what is no device."""
    from kgnet.audit.search import carried
    from kgnet.cli import _subjects

    live = replace(judge, live=True)
    beside = live if told.files.path is None or told.files.live_rest else judge
    others = ledger.rows(_subjects.judged(scope, now, beside, told.rooms)) if scope else ()
    files = _files(sources, judge, ledger, told.spreading)
    return carried(chain(files, _live(sources, live, ledger, now, told.workers), others))


def _kept(*, whole: bool) -> Path | None:
    """Return where the exporter looks: only what was asked in whole may stand for the whole."""
    from kgnet.audit.record import NAME

    state = os.environ.get("KGNET_STATE")
    return Path(state) / NAME if state and whole else None


def _live(sources: Sources, judge: Judging, ledger: Ledger, now: datetime, workers: int) -> Iterator[Row]:
    """Yield what is found on the devices; one that cannot be looked at is a finding too."""
    devices = [device for device in sources.devices if device.name in sources.live]
    if not devices:
        return
    from kgnet import collect, secrets
    from kgnet.audit import not_seen
    from kgnet.audit.observe import observe
    from kgnet.errors import DeviceError
    from kgnet.model.outcome import LIVE

    access, store = collect.access(os.environ), secrets.from_environment()
    authorities = store.get("tls/ca.crt") if store else ""

    def look(device: Device) -> list[Finding]:
        with collect.session(device, access) as session:
            have = collect.collect(device, session)
            have = observe(device, have, session, now=lambda: datetime.now(UTC), authorities=authorities)
        return judge(device, have)

    for device, found in collect.in_order(devices, collect.each(devices, look, workers=workers)):
        seen = [not_seen(device, found)] if isinstance(found, DeviceError) else found
        yield from ledger.rows(seen, LIVE, now)


def _files(sources: Sources, judge: Judging, ledger: Ledger, spreading: Spreading) -> Iterator[Row]:
    """Yield what is found in the files; one that is nobody's, and a device without one, is a finding too."""
    from kgnet.audit import nobodys, not_seen
    from kgnet.cli._judging import Filed
    from kgnet.cli._line import followed
    from kgnet.errors import DeviceError

    yield from ledger.rows(nobodys(file, why) for file, why in sources.lost.items())
    held = [(each, sources.files.get(each.name)) for each in sources.devices if each.name not in sources.live]
    if sources.reading is None or not held:
        return
    filed = Filed(judge, sources.reading, ledger)
    for device, found in followed(spreading.judged(filed, held), len(held), "judging"):
        if isinstance(found, DeviceError):
            yield from filed.entered(sources.files.get(device.name), [not_seen(device, found)])
        else:
            yield from found
