"""A device, and where its text is → its findings: what an audit of files spreads over who can do it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

from kgnet import audit, collect, mend, plugins
from kgnet.audit.loads import History, measured
from kgnet.audit.waivers import waive
from kgnet.cli import _golden
from kgnet.collect.folders import Held
from kgnet.collect.reading import Reading
from kgnet.findings import Row, rows
from kgnet.model.config import Config
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Finding
from kgnet.model.pack import Pack, Waiver
from kgnet.model.redundancy import LinkLoads
from kgnet.model.subject import Subject
from kgnet.ports import Rule
from kgnet.wire.prometheus import Server

Read = tuple[Held | None, Device, Config]  # the device with its platform


@dataclass(frozen=True)
class Judging:
    """What is asked of every device; a value that can be sent to where the judging is done."""

    pack: Pack
    own: Mapping[str, Rule]  # rules of the pack that are no plug-ins
    golden: bool  # is it held against what would be rendered for it?
    live: bool = False  # was the device itself asked?
    patched: bool = False  # does somebody want remedies as patches of the files?
    history: History | None = None  # of the loads of circuits, where a rule of the pack judges these

    @property
    def rules(self) -> Mapping[str, Rule]:
        return {**plugins.found(Rule), **self.own}

    def __call__(self, want: Subject, have: Snapshot) -> list[Finding]:
        """Judge what was seen of a device, or of what else is looked at."""
        if self.golden and isinstance(want, Device) and want.planned:
            have = _golden.completed(want, have)
        if self.history and isinstance(want, Device):
            have = measured(want, have, self.history)
        found = self._judge(want, have)
        if not isinstance(want, Device):
            return found
        patched = self.patched and not self.live
        return mend.remedied(want, have.config, found, self.rules, self.pack, patched=patched)

    @cached_property
    def _judge(self) -> audit.Judging:
        beside = (LinkLoads,) if self.history else ()
        return audit.judging(self.rules, self.pack, live=self.live, beside=beside)

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if name != "_judge"}


@dataclass(frozen=True, slots=True)
class Ledger:
    """How findings are entered: with where they were seen, and who answers for them."""

    waivers: tuple[Waiver, ...]
    today: date

    def rows(self, found: Iterable[Finding], source: str = "", when: datetime | None = None) -> Iterator[Row]:
        return rows(waive(found, self.waivers, self.today), source, when)


@dataclass(frozen=True, slots=True)
class Filed:
    """What a folder holds of a device, judged and entered, maybe on another machine than it was read on."""

    judge: Judging
    reading: Reading
    ledger: Ledger

    def __call__(self, device: Device, held: Held | None) -> list[Row]:
        """Read and judge it; Refused if that is no configuration of such a device."""
        return self.judged(device, self.read(device, held))

    def read(self, device: Device, held: Held | None) -> Read:
        return held, *self.reading.read(device, held)

    def judged(self, device: Device, read: Read) -> list[Row]:
        held, known, config = read
        return [*self.entered(held, self.judge(known, collect.told(config, known)))]

    def entered(self, held: Held | None, found: Iterable[Finding]) -> Iterator[Row]:
        return self.ledger.rows(found, held.where, held.when) if held else self.ledger.rows(found)


def judging(pack: Pack, rules: Mapping[str, Rule], *, prometheus: str = "", patched: bool = False) -> Judging:
    """Return what judges by *pack*, all of whose *rules* are known; *patched*: with patches of the files.

    *prometheus* is the address of the server that has the exporter's counters; "": there is none.
    """
    own = {id: rules[id] for id in pack.rules if id not in plugins.found(Rule)}
    history = None
    if prometheus and any(LinkLoads in rules[id].needs for id in pack.rules):
        server = Server(prometheus, ca_file=collect.access(os.environ).ca_file)
        history = History(server, datetime.now(UTC).timestamp())
    return Judging(pack, own, _golden.asked(pack, rules), patched=patched, history=history)
