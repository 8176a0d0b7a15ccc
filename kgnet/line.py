"""The line, joined: how the commands and Ansible's plug-ins put the verbs together for a device."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from kgnet import collect
from kgnet.backup import Taken
from kgnet.deploy import Health, Terms, Timing, Tools, never
from kgnet.errors import SecretError
from kgnet.journal import Journal
from kgnet.model.config import Config
from kgnet.model.facts import BfdPeers, BgpPeers, Snapshot
from kgnet.model.fleet import Device, Fleet
from kgnet.model.managed import InterfaceErrors, OspfPeers, Unsaved
from kgnet.model.outcome import Plan
from kgnet.plan import apply, between, filled, plan, sectional, ways
from kgnet.plugins import one
from kgnet.ports import Access, Platform, Session
from kgnet.render import hidden, render
from kgnet.secrets import ENVIRONMENT, Secrets

Typed = tuple[str, ...]
ESTABLISHED = "Established"  # RFC 4271 §8.2.2
FULL = "FULL"  # RFC 2328 §10.1


@dataclass(frozen=True, slots=True)
class Line:
    """Where the templates and secrets are, and how one gets in."""

    templates: Path
    store: Secrets | None
    access: Access

    def open(self, device: Device) -> AbstractContextManager[Session]:
        return collect.session(device, self.access)

    def want(self, device: Device) -> Config:
        """Return what *device* should be, sealed; without a store of secrets, these are not compared."""
        secret = self.store.get if self.store else hidden
        return self.seal(device, render(device, self.templates, secret=secret))

    def true(self, device: Device) -> Config:
        """Return what *device* should be, with the secrets in it; SecretError if there is no store."""
        return render(device, self.templates, secret=self._secret)

    def _secret(self, name: str) -> str:
        if self.store is None:
            raise SecretError(
                f"{ENVIRONMENT} is not set, and {name} is wanted — it names the folder of the secrets"
            )
        return self.store.get(name)

    def seal(self, device: Device, config: Config) -> Config:
        """Return *config* with a fingerprint in place of each secret, so that it can be compared."""
        return collect.sealed(config, one(Platform, device.platform), self._mark)

    @property
    def _mark(self) -> Callable[[str], str] | None:
        return self.store.mark if self.store else None

    def have(self, device: Device) -> Config:
        """Ask a device what it is, sealed."""
        with self.open(device) as session:
            return self.seal(device, collect.configuration(device, session))

    def taken(self, device: Device) -> Taken:
        """Ask a device for what a backup keeps of it."""
        with self.open(device) as session:
            true = collect.configuration(device, session)
            found = collect.ask(device, session, Unsaved).facts
        unsaved: Unsaved | None = found.get(Unsaved)
        told = unsaved.since or "a restart would bring another text" if unsaved and unsaved.unsaved else ""
        return Taken(self.seal(device, true), true, told)

    def snapshot(self, device: Device) -> Snapshot:
        """Ask a device what it is and how it is doing, sealed."""
        with self.open(device) as session:
            return collect.collect(device, session, mark=self._mark)

    def plan(self, device: Device) -> Plan:
        """Ask a device what it is, and tell what it lacks."""
        return plan(self.want(device), self.have(device))

    def tools(self, *, whole: bool = False) -> Tools:
        """Return what `deploy` works with; *whole*: what the intent does not speak for goes, too."""
        compare = partial(plan, whole=whole)
        read, typed = collect.configuration, _typed(compare)
        return Tools(self.open, self.true, read, self.seal, compare, typed, health)


def back(tools: Tools, wanted: Mapping[str, Config]) -> Tools:
    """Return *tools* towards the texts *wanted* by device, true ones that it once had, instead of the intent.

    They hold what nobody speaks for, too: all of it comes back where the platform can be written whole.
    """

    def compare(want: Config, have: Config) -> Plan:
        return plan(want, have, whole=not sectional().intersection(want.parts))

    return replace(tools, render=lambda device: wanted[device.name], compare=compare, typed=_typed(compare))


def fixing(tools: Tools, fleet: Fleet, agreed: Mapping[str, Plan]) -> Tools:
    """Return *tools* by the lines of the plans *agreed* to alone; whose secrets are told there or here."""

    def aim(want: Config, have: Config) -> Config:
        device = fleet.devices[have.device]
        sealed = [(tools.seal(device, text), text) for text in (want, have)]
        return apply(filled(agreed[have.device], sealed), have)

    return replace(tools, aim=aim, compare=between, typed=_typed(between))


def _typed(compare: Callable[[Config, Config], Plan]) -> Callable[[Config, Config], tuple[Typed, Typed]]:
    """Return what tells what one would type from have to want, and back again."""

    def typed(want: Config, have: Config) -> tuple[Typed, Typed]:
        both = ways(compare(want, have), have)
        return both.there, both.back

    return typed


def terms(
    kept: Journal,
    run: str,
    device: Device,
    *,
    timing: Timing,
    stopped: Callable[[], bool] = never,
    intended: bool = True,
) -> Terms:
    """Return the terms of a change of *device* whose every step is noted in the journal before it is done."""

    def note(step: str, detail: str) -> None:
        kept.note(run, device.name, step, detail=detail)

    def keep(old: Config) -> None:
        kept.keep(run, device.name, str(old))

    return Terms(timing, note, keep, stopped, intended=intended)


def health(device: Device, session: Session) -> Health:
    """Return which neighbours are up (`BGP <address>`, `BFD …`, `OSPF …`), and the errors on interfaces."""
    found = collect.ask(device, session, BgpPeers, BfdPeers, OspfPeers, InterfaceErrors).facts
    bgp: BgpPeers | None = found.get(BgpPeers)
    bfd: BfdPeers | None = found.get(BfdPeers)
    ospf: OspfPeers | None = found.get(OspfPeers)
    errors: InterfaceErrors | None = found.get(InterfaceErrors)
    up = [f"BGP {peer.address}" for peer in (bgp.peers if bgp else ()) if peer.state == ESTABLISHED]
    up += [f"BFD {peer.address}" for peer in (bfd.peers if bfd else ()) if peer.up]
    up += [f"OSPF {peer.address}" for peer in (ospf.peers if ospf else ()) if peer.state == FULL]
    return Health(frozenset(up), errors.errors if errors else {})
