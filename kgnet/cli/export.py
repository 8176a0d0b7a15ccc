"""`kgnet export`: the exporter, and the files that Prometheus, Alertmanager and Grafana want for it."""

from __future__ import annotations

import json
import logging
import resource
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kgnet.cli import _ears
from kgnet.cli._options import DEFAULT_INVENTORY, Inventory
from kgnet.errors import ProbeError, UsageError

if TYPE_CHECKING:
    from kgnet.export.events.receiver import Ears, Receiver
    from kgnet.export.pages import Ask, Scale, StatusPage
    from kgnet.export.scrapes import Collect
    from kgnet.export.server import Server
    from kgnet.model.fleet import Fleet, Target
    from kgnet.model.outcome import Sample
    from kgnet.secrets import Secrets
    from kgnet.wire.snmp import Credentials

LOG = logging.getLogger(__name__)
DEFAULT_LISTEN = "127.0.0.1:10910"
OPEN_OPTIONS = (  # what a scraper may say about a probe
    *("port", "uri", "name", "kind", "want", "recursive", "anchor", "starttls", "offers"),
    *("path", "must", "must_not", "redirects", "stateful"),
)

Exporters = Annotated[
    list[str] | None,
    typer.Option(
        "--exporter",
        help="Where the exporter listens; given several times, these share the fleet.",
        metavar="ADDR:PORT",
    ),
]
Way = Annotated[
    str,
    typer.Option("--discovery", help="How Prometheus learns targets: file, http or static.", metavar="WAY"),
]

app = typer.Typer(rich_markup_mode="markdown")


@app.callback(invoke_without_command=True)
def export(
    context: typer.Context,
    *,
    inventory: Inventory = DEFAULT_INVENTORY,
    listen: Annotated[
        str, typer.Option("--listen", help="Where to serve /metrics.", metavar="ADDR:PORT")
    ] = DEFAULT_LISTEN,
    state: _ears.State = None,
    web_config: _ears.WebConfig = None,
    timeout: Annotated[
        float, typer.Option("--timeout", min=1.0, max=60.0, help="Seconds that a scrape may take at most.")
    ] = 4.0,
    syslog_udp: _ears.Udp = "",
    syslog_tcp: _ears.Tcp = "",
    syslog_tls: _ears.Tls = "",
    syslog_tls_config: _ears.TlsConfig = None,
    syslog_relay: _ears.Relay = None,
    traps: _ears.Traps = "",
    events_file: _ears.Kept = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Say why something does not answer.")] = False,
) -> None:
    """Serve metrics of the whole fleet to Prometheus until stopped.

    Every scrape asks afresh: echoes to circuits and devices, SNMPv3, rooms, mail, names, applications.
    The keys of SNMP come from the folder that `KGNET_SECRETS` names.
    """
    if context.invoked_subcommand:
        return
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, format="%(levelname)s %(message)s"
    )
    from kgnet.export.server import serve

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a device takes a socket
    told = (syslog_udp, syslog_tcp, syslog_tls, traps)
    ears = _ears.ears(*told, web=syslog_tls_config, relays=syslog_relay or (), kept=events_file)
    server, receiver = _server(
        inventory, listen, state=state, timeout_s=timeout, web_config=web_config, ears=ears
    )
    host, port = server.server_address[:2]
    scheme = "https" if server.web and server.web.context else "http"
    typer.echo(f"serving {scheme}://{host!s}:{port}/metrics", err=True)
    with receiver or nullcontext():
        serve(server)


def _server(
    inventory: Path, listen: str, *, state: Path | None, timeout_s: float, web_config: Path | None, ears: Ears
) -> tuple[Server, Receiver | None]:
    from kgnet import paths, secrets
    from kgnet.design import design
    from kgnet.export.collector import Collector
    from kgnet.export.events.receiver import Receiver
    from kgnet.export.pages import Pages
    from kgnet.export.server import Server, listen_address
    from kgnet.export.web import Web
    from kgnet.inventory import load
    from kgnet.wire.snmp import Agents

    host, port = listen_address(listen)
    fleet, store = design(load(inventory)), secrets.from_environment()
    if any(map(paths.out_of_reach, fleet.devices.values())):
        raise UsageError(f"{inventory} stands in a twin only — `kgnet twin exec mon1 -- kgnet export …`")
    measure = partial(_measured, _authority(store))
    credentials = _credentials(fleet, store)
    agents = Agents(credentials) if credentials else None
    receiver = Receiver(fleet, ears, credentials=credentials) if ears else None

    def collecting(part: Fleet) -> Collect:
        return Collector(part, measure, agents=agents, state=state).collect

    told = receiver.samples if receiver else tuple
    collector = Collector(fleet, measure, agents=agents, state=state, told=told)
    if receiver:
        receiver.indexes = collector.indexes
    ask = _asker(fleet, measure)
    pages = Pages(
        collector.collect,
        ask,
        modules=_modules(),
        timeout_s=timeout_s,
        status=_status(fleet, inventory),
        scale=_scale(fleet, collecting, state),
        told=receiver.samples if receiver else None,
    )
    return Server(host, port, pages, Web(web_config) if web_config else None), receiver


def _modules() -> list[tuple[str, str]]:
    """Return what can be asked of a target: name, what it does, and what a scraper may say about it."""
    from kgnet.plugins import found
    from kgnet.ports import Probe

    return [
        (
            name,
            f"{(probe.measure.__doc__ or '').strip().splitlines()[0].replace('*', '')} Options: "
            f"{', '.join(option for option in probe.options if option in OPEN_OPTIONS) or 'none'}.",
        )
        for name, probe in found(Probe).items()
    ]


def _scale(fleet: Fleet, collecting: Callable[[Fleet], Collect], state: Path | None) -> Scale:
    """Return how the fleet is parted; a part's collector is made when it is first asked for."""
    from kgnet.export.discovery import targets
    from kgnet.export.pages import Scale
    from kgnet.export.records import records
    from kgnet.export.shard import Shard, part, told

    def split(written: str) -> Collect:
        shard = Shard.read(written)
        collect = collecting(part(fleet, shard))
        return lambda seconds: told(fleet, shard, collect(seconds), records(fleet, state) if state else ())

    def discover(module: str, shard: str) -> str:
        return json.dumps(targets(fleet, module, Shard.read(shard)))

    return Scale(split, discover)


def _status(fleet: Fleet, inventory: Path) -> StatusPage:
    """Return the status page, with the outlines that lie in the inventory's folder, if any do."""
    from kgnet.export.pages import StatusPage
    from kgnet.export.status import Chart, page, status
    from kgnet.export.status.chart import FILE

    chart = Chart.of(fleet.sites.values(), inventory / FILE)
    body, policy = page(chart, f"kgnet · {fleet.domain}")

    def show(samples: Iterable[Sample]) -> str:
        return json.dumps(status(fleet, samples, chart, datetime.now(UTC)), ensure_ascii=False)

    return StatusPage(body, policy, show)


def _credentials(fleet: Fleet, store: Secrets | None) -> Credentials | None:
    """Return as whom we speak SNMP; without keys nobody does, and the log and a metric say so."""
    from kgnet.wire.snmp import Credentials

    user = next((device.snmp_user for device in fleet.devices.values()), "")
    if store is None:
        LOG.warning("no SNMP: KGNET_SECRETS names no folder with snmp/auth and snmp/priv")
        return None
    try:
        return Credentials.of(user, store.get("snmp/auth"), store.get("snmp/priv"))
    except ValueError as reason:
        raise UsageError(f"{store.folder}: {reason}") from reason


def _authority(store: Secrets | None) -> str:
    """Return the file of the authority that our own servers' certificates come from, if there is one."""
    path = store.path("tls/ca.crt") if store else None
    return str(path) if path and path.exists() else ""


def _measured(
    authority: str, target: Target, tell: Callable[[str], None] = lambda _: None
) -> Iterable[Sample]:
    from kgnet.measure import measure
    from kgnet.plugins import one
    from kgnet.ports import Probe

    probe, options = one(Probe, target.module), dict(target.options)
    if authority and "ca_file" in probe.options:
        options["ca_file"] = authority
    return measure(probe, target.target, options, tell)


def _asker(fleet: Fleet, measure: Callable[[Target, Callable[[str], None]], Iterable[Sample]]) -> Ask:
    """Return what answers /probe, for addresses of the fleet only: the exporter is nobody's scanner."""
    from kgnet.export.targets import known
    from kgnet.model.fleet import Target

    ours = known(fleet)

    def ask(
        module: str, target: str, options: Mapping[str, str], tell: Callable[[str], None]
    ) -> Iterable[Sample]:
        if target not in ours:
            raise ProbeError(f"{target} is no address of this fleet")
        if unknown := sorted(set(options) - set(OPEN_OPTIONS)):
            raise UsageError(
                f"{', '.join(unknown)}: not for a scraper to say — known: {', '.join(OPEN_OPTIONS)}"
            )
        return measure(Target(module, target, options=tuple(options.items())), tell)

    return ask


@app.command()
def config(
    *,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write into.", metavar="DIR")],
    inventory: Inventory = DEFAULT_INVENTORY,
    exporter: Exporters = None,
    discovery: Way = "file",
    probes: Annotated[
        bool, typer.Option("--probes", help="Also a job for each probe, by which every address is measured.")
    ] = False,
    interval: Annotated[
        int | None, typer.Option("--interval", min=1, help="Seconds between scrapes (default: by size).")
    ] = None,
    webhook: Annotated[
        str, typer.Option("--webhook", help="URL that alerts are sent to.", metavar="URL")
    ] = "",
    lang: Annotated[
        str,
        typer.Option(
            "--lang", envvar="KGNET_LANG", help="Language of dashboards: `en` or `vi`.", metavar="CODE"
        ),
    ] = "en",
) -> None:
    """Write the files of Prometheus, Alertmanager and Grafana: scrapes, rules, inhibition, dashboards."""
    from kgnet import language
    from kgnet.design import design
    from kgnet.export.config import Discovery, Wiring, files
    from kgnet.files import write
    from kgnet.inventory import load

    if discovery not in set(Discovery):
        raise UsageError(f"--discovery {discovery!r} is none — known: {', '.join(Discovery)}")
    wiring = Wiring(
        exporter=" ".join(exporter or [DEFAULT_LISTEN]),
        webhook=webhook,
        interval_s=interval,
        discovery=Discovery(discovery),
        probes=probes,
    )
    texts = files(
        design(load(inventory)),
        wiring,
        rules_folder=output.resolve() / "rules",
        language=language.load(lang),
    )
    for name, text in texts.items():
        path = output / name
        write(path, text)
        typer.echo(str(path))
