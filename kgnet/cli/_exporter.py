"""What serves a fleet, put together: collector, probes, pages, receivers; anew for a changed inventory."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kgnet.errors import ProbeError, UsageError

if TYPE_CHECKING:
    from kgnet.export.events.receiver import Ears
    from kgnet.export.pages import Ask, Pages, Scale, StatusPage
    from kgnet.export.scrapes import Collect
    from kgnet.export.server import Server
    from kgnet.model.fleet import Fleet, Target
    from kgnet.model.outcome import Sample
    from kgnet.secrets import Secrets
    from kgnet.wire.snmp import Credentials

LOG = logging.getLogger(__name__)

OPEN_OPTIONS = (  # what a scraper may say about a probe
    *("port", "uri", "name", "kind", "want", "recursive", "anchor", "starttls", "offers"),
    *("path", "must", "must_not", "redirects", "stateful"),
)


class Exporter:
    """Serves what the inventory says now; keys and where to listen are what was said at the start."""

    def __init__(self, inventory: Path, ears: Ears, *, state: Path | None, timeout_s: float) -> None:
        from kgnet import secrets
        from kgnet.export.events.receiver import Receiver
        from kgnet.export.follow import Follower

        self._inventory, self._state, self._timeout_s = inventory, state, timeout_s
        self.follower = Follower(inventory, self._adopt)
        fleet = self._read()
        self._store = secrets.from_environment()
        credentials = _credentials(fleet, self._store)
        self.receiver = Receiver(fleet, ears, credentials=credentials) if ears else None
        self._pages = self._of(fleet, credentials)
        self._served: Server | None = None

    def server(self, listen: str, web_config: Path | None) -> Server:
        """Return what listens; UsageError if nobody can."""
        from kgnet.export.server import Server, listen_address
        from kgnet.export.web import Web

        host, port = listen_address(listen)
        self._served = Server(host, port, self._pages, Web(web_config) if web_config else None)
        return self._served

    def _read(self) -> Fleet:
        from kgnet import paths
        from kgnet.design import design
        from kgnet.inventory import load

        fleet = design(load(self._inventory))
        if any(map(paths.out_of_reach, fleet.devices.values())):
            raise UsageError(
                f"{self._inventory} stands in a twin only — `kgnet twin exec mon1 -- kgnet export …`"
            )
        return fleet

    def _adopt(self) -> None:
        """Take the inventory over; who is being answered by the old one still is."""
        fleet = self._read()
        self._pages = self._of(fleet, _credentials(fleet, self._store))
        if self.receiver:
            self.receiver.adopt(fleet)
        if self._served:
            self._served.pages = self._pages

    def _of(self, fleet: Fleet, credentials: Credentials | None) -> Pages:
        from kgnet.export.collector import Collector
        from kgnet.export.pages import Pages
        from kgnet.wire.snmp import Agents

        measure = partial(_measured, _authority(self._store))
        agents = Agents(credentials, others=_others(fleet, credentials, self._store)) if credentials else None

        def collecting(part: Fleet) -> Collect:
            told = self.follower.samples
            return Collector(part, measure, agents=agents, state=self._state, told=told).collect

        collector = Collector(fleet, measure, agents=agents, state=self._state, told=self._told)
        if self.receiver:
            self.receiver.indexes = collector.indexes
        return Pages(
            collector.collect,
            _asker(fleet, measure),
            modules=_modules(),
            timeout_s=self._timeout_s,
            status=_status(fleet, self._inventory),
            scale=_scale(fleet, collecting, self._state),
            told=self.receiver.samples if self.receiver else None,
        )

    def _told(self) -> Iterator[Sample]:
        yield from self.follower.samples()
        if self.receiver:
            yield from self.receiver.samples()


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


def _others(fleet: Fleet, usual: Credentials, store: Secrets | None) -> Mapping[str, Credentials]:
    """Return as whom we speak to the agents that do not know the usual digest, by address."""
    from kgnet.plugins import one
    from kgnet.ports import Platform
    from kgnet.wire.snmp import Credentials

    digests = {
        str(device.management): digest
        for device in fleet.devices.values()
        if (digest := one(Platform, device.platform).snmp_digest) != usual.digest
    }
    if store is None or not digests:
        return {}
    keys = store.get("snmp/auth"), store.get("snmp/priv")
    made = {digest: Credentials.of(usual.name, *keys, digest=digest) for digest in set(digests.values())}
    return {address: made[digest] for address, digest in digests.items()}


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
