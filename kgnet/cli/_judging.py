"""A device, and where its text is → its findings: what an audit of files spreads over who can do it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from kgnet import audit, collect, mend, plugins
from kgnet.audit.loads import History, measured
from kgnet.cli import _golden
from kgnet.collect.folders import Held
from kgnet.collect.reading import Reading
from kgnet.model.config import Config
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Finding
from kgnet.model.pack import Pack
from kgnet.model.redundancy import LinkLoads
from kgnet.model.subject import Subject
from kgnet.ports import Rule
from kgnet.wire.prometheus import Server


@dataclass(frozen=True)
class Judging:
    """What is asked of every device; a value that can be sent to where the judging is done."""

    pack: Pack
    own: Mapping[str, Rule]  # rules of the pack that are no plug-ins
    golden: bool  # is it held against what would be rendered for it?
    live: bool = False  # was the device itself asked?
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
        return mend.remedied(want, have.config, found, self.rules, self.pack)

    @cached_property
    def _judge(self) -> audit.Judging:
        beside = (LinkLoads,) if self.history else ()
        return audit.judging(self.rules, self.pack, live=self.live, beside=beside)

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if name != "_judge"}

    def file(self, reading: Reading, device: Device, held: Held | None) -> list[Finding]:
        """Judge what a folder holds of the device; Refused if that is no configuration of such a one."""
        return self.config(device, reading.read(device, held))

    def config(self, device: Device, read: tuple[Device, Config]) -> list[Finding]:
        """Judge what was read of the device before, maybe on another machine."""
        known, config = read
        return self(known, collect.told(config, known))


def judging(pack: Pack, rules: Mapping[str, Rule], *, prometheus: str = "") -> Judging:
    """Return what judges by *pack*, all of whose *rules* are known.

    *prometheus* is the address of the server that has the exporter's counters; "": there is none.
    """
    own = {id: rules[id] for id in pack.rules if id not in plugins.found(Rule)}
    history = None
    if prometheus and any(LinkLoads in rules[id].needs for id in pack.rules):
        server = Server(prometheus, ca_file=collect.access(os.environ).ca_file)
        history = History(server, datetime.now(UTC).timestamp())
    return Judging(pack, own, _golden.asked(pack, rules), history=history)
