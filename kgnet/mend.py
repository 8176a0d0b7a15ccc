"""finding → its remedy; findings → the plan that mends them: rules, remedies and plans, joined for a device.

A fix is tried on a copy of the text before it is handed on: the rule has to pass then, and no other may fail.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from kgnet import remedies
from kgnet.audit import audit
from kgnet.audit.pack import parameters
from kgnet.collect.parts import Facts, Read
from kgnet.errors import ReadError
from kgnet.model.config import Config
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import Action, Change, Finding, Plan, Remedy, Status
from kgnet.model.pack import Choice, Pack
from kgnet.plan import apply, between, commands, known_parts, plan, sectional
from kgnet.plan.share import needed
from kgnet.plugins import one
from kgnet.ports import Platform, Rule, gives
from kgnet.remedies import Case

INTENT = (
    "The lines are the intent's: `kgnet plan -l {device}` shows them, `kgnet audit --fix-plan` takes them."
)


def reread(want: Device, have: Snapshot, config: Config) -> Snapshot:
    """Return *have* as it would be with the text *config*: what the configuration tells is read anew."""
    every = one(Platform, want.platform).parts
    parts = [part for part in every if config.parts.get(part.name) != have.config.parts.get(part.name)]
    anew = {kind for part in parts for kind in gives(part.read)}
    read = Read.nothing()
    _keep(read.facts, have.facts, anew, {part.name for part in parts})
    read.missing.update({kind: why for kind, why in have.missing.items() if kind not in anew})
    for part in parts:
        read.add_part(part, config, config.source or have.device)
    return Snapshot(have.device, config, read.facts, {**have.sources, **read.sources}, read.missing)


def _keep(into: Facts, old: Mapping[type, Any], anew: set[type], parts: set[str]) -> None:
    """Take over the *old* facts but those that *parts* tell, which are read *anew*."""
    known = old.known if isinstance(old, Facts) else old
    into.known.update((kind, fact) for kind, fact in known.items() if kind not in anew)
    if isinstance(old, Facts):
        into.pending += [promise for promise in old.pending if promise.part not in parts]


def case(want: Device, have: Config, finding: Finding, rule: Rule, choice: Choice) -> Case:
    """Return the finding as its remedy sees it."""
    return Case(rule.id, want, have, finding.evidence, {**parameters(rule), **choice.parameters})


def remedy(
    want: Device, have: Config, finding: Finding, rule: Rule, choice: Choice, *, patched: bool = False
) -> Remedy:
    """Return what mends *finding*, by what the platform's book says; an empty remedy if it says nothing.

    *patched*: also as a patch of the file that *have* was read from.
    """
    if finding.status is not Status.FAIL:
        return Remedy()
    this = case(want, have, finding, rule, choice)
    own = remedies.note(this)
    notes = (own,) if own else ()
    if this.entry.intent:
        notes = (*notes, INTENT.format(device=want.name))
    try:
        then = remedies.after(this) if this.entry.edits else have
        todo = between(then, have) if this.entry.edits else Plan(want.name, ())
        patch = remedies.patch(one(Platform, want.platform).parts, have, then) if patched else ()
        return Remedy((*remedies.typed(this), *typed(todo, have)), notes, patch)
    except ReadError:  # of a text that its own platform would not print so
        return Remedy((), notes)


def remedied(
    want: Device,
    have: Config,
    findings: Sequence[Finding],
    rules: Mapping[str, Rule],
    pack: Pack,
    *,
    patched: bool = False,
) -> list[Finding]:
    """Return *findings*, each that failed with its remedy; *patched*: also as a patch of the file."""
    choices = pack.rules
    return [
        each._replace(remedy=remedy(want, have, each, rules[each.rule], choices[each.rule], patched=patched))
        if each.status is Status.FAIL and each.rule in choices
        else each
        for each in findings
    ]


def typed(todo: Plan, have: Config) -> tuple[str, ...]:
    """Return what one types to carry out *todo*; of a part that is loaded whole, its lines for vtysh."""
    return commands(todo, have, every=True) or tuple(_lines(todo.changes))


def _lines(changes: Sequence[Change]) -> Iterator[str]:
    gone = {(*each.path, each.line) for each in changes if each.action is Action.REMOVE}
    for path, group in groupby(changes, key=lambda each: each.path):
        inside = [each for each in group if not _within(each, gone)]
        yield from (f"{' ' * depth}{line}" for depth, line in enumerate(path) if inside)
        for each in inside:
            no = "no " if each.action is Action.REMOVE else ""
            yield f"{' ' * len(path)}{no}{each.line}"


def _within(change: Change, gone: set[tuple[str, ...]]) -> bool:
    """Whether a line goes with one around it."""
    if change.action is not Action.REMOVE:
        return False
    return any(change.path[:end] in gone for end in range(1, len(change.path) + 1))


# ── plans ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Fixes:
    """What mends a device: the plan, the rules that pass then, and why it mends no others."""

    plan: Plan
    mended: tuple[str, ...]
    left: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Mender:
    """Looks for what mends a device.

    *wanted* is what the intent says, sealed as *have* is; None: nobody rendered it.
    """

    want: Device
    have: Snapshot
    wanted: Config | None
    rules: Mapping[str, Rule]
    pack: Pack
    live: bool = True

    def fixes(self, findings: Sequence[Finding]) -> Fixes:
        """Return what mends the *findings* that failed, one after the other."""
        now, mended, left = self.have, [], {}
        for finding in findings:
            if finding.status is not Status.FAIL or finding.rule not in self.pack.rules:
                continue
            if self._judged(finding.rule, now).status is Status.PASS:
                mended.append(finding.rule)  # by what mends another
                continue
            found = self._mended(finding, now)
            if isinstance(found, str):
                left[finding.rule] = found
            else:
                now = found
                mended.append(finding.rule)
        todo = between(now.config, self.have.config)
        return Fixes(todo, tuple(mended), left)

    def _mended(self, finding: Finding, now: Snapshot) -> Snapshot | str:
        """Return the device as it would be, or why nothing mends it."""
        reason = "nothing that one types there is known to mend it"
        for config in self._ways(finding, now):
            then = reread(self.want, now, config)
            open_ = [place for line in self._own(config, now) for place in remedies.open_places(line)]
            broken = self._broken(now, then)
            if self._judged(finding.rule, then).status is not Status.PASS:
                reason = "its remedy does not mend it here: somebody has to look"
            elif open_:
                places = ", ".join(dict.fromkeys(open_))
                reason = f"somebody has to fill in {places}: write it into the intent"
            elif self._strange(config, now):
                reason = "the intent does not speak for these lines there: type the remedy by hand"
            elif broken:
                reason = f"its remedy would break {', '.join(broken)}"
            else:
                return then
        told = remedy(self.want, now.config, finding, self.rules[finding.rule], self._choice(finding.rule))
        return f"{reason}; {told.note}" if told.note else reason

    def _own(self, config: Config, now: Snapshot) -> list[str]:
        """Return the lines that would come and that the intent does not have: it fills its secrets itself."""
        known = {line.text for line in self.wanted.lines()} if self.wanted else set()
        return [line for line in _new(config, now.config) if line not in known]

    def _strange(self, config: Config, now: Snapshot) -> bool:
        """Whether lines would change that no plan types, where only some sections are rendered."""
        return any(
            not known_parts()[each.part].owns((*each.path, each.line))
            for each in between(config, now.config).changes
            if each.part in sectional()
        )

    def _ways(self, finding: Finding, now: Snapshot) -> Iterator[Config]:
        """Yield the texts that may mend it: by the intent's own lines, then by the book's."""
        if self.wanted is not None:
            by_intent = self._by_intent(finding.rule, now, self.wanted)
            if by_intent is not None:
                yield by_intent
        rule = self.rules[finding.rule]
        this = case(self.want, now.config, self._judged(rule.id, now), rule, self._choice(rule.id))
        if this.entry.edits:
            edited = remedies.after(this)
            yield apply(between(edited, now.config), now.config)

    def _by_intent(self, rule: str, now: Snapshot, wanted: Config) -> Config | None:
        """Return the text with as few of the intent's lines as make *rule* pass; None: they do not."""
        todo = plan(wanted, now.config)

        def passes(some: Plan) -> bool:
            then = reread(self.want, now, apply(some, now.config))
            return self._judged(rule, then).status is Status.PASS

        share = needed(todo, passes, known_parts())
        return apply(share, now.config) if share else None

    def _choice(self, rule: str) -> Choice:
        return self.pack.rules[rule]

    def _judged(self, rule: str, have: Snapshot) -> Finding:
        asked = self.pack.model_copy(update={"rules": {rule: self._choice(rule)}})
        (found,) = audit(self.want, have, self.rules, asked, live=self.live)
        return found

    def _broken(self, now: Snapshot, then: Snapshot) -> list[str]:
        """Return the rules that pass now and would not then."""
        good = {each.rule for each in self._all(now) if each.status is Status.PASS}
        bad = (Status.FAIL, Status.ERROR)
        return [each.rule for each in self._all(then) if each.status in bad and each.rule in good]

    def _all(self, have: Snapshot) -> list[Finding]:
        return audit(self.want, have, self.rules, self.pack, live=self.live)


def _new(after: Config, before: Config) -> list[str]:
    return [change.line for change in between(after, before).changes if change.action is Action.ADD]
