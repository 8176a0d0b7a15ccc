"""`kgnet export`: the exporter, and the files that Prometheus, Alertmanager and Grafana want for it."""

from __future__ import annotations

import logging
import re
import resource
import signal
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from kgnet.cli import _ears
from kgnet.cli._options import DEFAULT_INVENTORY, Inventory
from kgnet.errors import UsageError

LOG = logging.getLogger(__name__)
DEFAULT_LISTEN = "127.0.0.1:10910"
Exporters = Annotated[
    list[str] | None,
    typer.Option(
        "--exporter",
        help="Where the exporter listens; given several times, these share the fleet.",
        metavar="ADDR:PORT",
    ),
]
Events = Annotated[
    str,
    typer.Option("--events", help="Which of several exporters hears syslog and traps.", metavar="ADDR:PORT"),
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
    The keys of SNMP come from the folder that `KGNET_SECRETS` names.  An inventory that changed is taken over
    whole, or not at all; SIGHUP has it read at once.
    """
    if context.invoked_subcommand:
        return
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, format="%(levelname)s %(message)s"
    )
    from kgnet.cli._exporter import Exporter
    from kgnet.export.memory import tidy
    from kgnet.export.server import serve

    tidy()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a device takes a socket
    told = (syslog_udp, syslog_tcp, syslog_tls, traps)
    ears = _ears.ears(*told, web=syslog_tls_config, relays=syslog_relay or (), kept=events_file)
    exporter = Exporter(inventory, ears, state=state, timeout_s=timeout)
    server = exporter.server(listen, web_config)
    host, port = server.server_address[:2]
    scheme = "https" if server.web and server.web.context else "http"
    typer.echo(f"serving {scheme}://{host!s}:{port}/metrics", err=True)
    signal.signal(signal.SIGHUP, lambda *_: exporter.follower.ask())
    with exporter.receiver or nullcontext(), exporter.follower:
        serve(server)


@app.command()
def config(
    *,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write into.", metavar="DIR")],
    inventory: Inventory = DEFAULT_INVENTORY,
    exporter: Exporters = None,
    events: Events = "",
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
    _refuse(exporter or [], webhook)
    wiring = Wiring(
        exporter=" ".join(exporter or [DEFAULT_LISTEN]),
        events=events,
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


def _refuse(exporters: list[str], webhook: str) -> None:
    """Raise UsageError where Prometheus would ask another port, or Alertmanager not start."""
    from kgnet.export.server import listen_address

    for each in exporters:
        listen_address(each, option="--exporter")
    if webhook and not re.match(r"https?://[^/]", webhook):
        raise UsageError(f"--webhook {webhook!r} is no URL — write https://HOST/…")
