"""want, have, rules, pack → Findings.

No evidence is not a pass: a rule whose facts nobody collected ends in ERROR, never in silence.  It is skipped
only where there is nothing to collect, and says so: a router of a vendor has no Linux kernel to judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from kgnet.errors import DeviceError, MissingFact, NotOurs, ReadError
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import COLLECT, Evidence, Finding, Severity, Status
from kgnet.model.pack import Choice, Pack
from kgnet.model.subject import Subject
from kgnet.plugins import found, one
from kgnet.ports import Platform, Rule, Wrong, gives

Verdict = tuple[Status, tuple[Evidence, ...]]


def audit(
    want: Subject, have: Snapshot, rules: Mapping[str, Rule], pack: Pack, *, live: bool = True
) -> list[Finding]:
    """Return one finding a rule of *pack* that judges such a subject.

    Not *live*: *have* was read from files, without running state.
    """
    return [
        _finding(want, have, rules[id], choice, live=live)
        for id, choice in pack.rules.items()
        if isinstance(want, rules[id].of)
    ]


def not_seen(want: Subject, reason: DeviceError | str) -> Finding:
    """Return the finding for a subject that could not be looked at."""
    what = reason.reason if isinstance(reason, DeviceError) else reason
    return Finding(COLLECT, want.name, want.site, Status.ERROR, Severity.CRITICAL, (Evidence(what),))


def left_out(want: Subject, rules: Mapping[str, Rule], pack: Pack, reason: str) -> list[Finding]:
    """Return the findings of a subject that nobody looks at, and why."""
    return [
        Finding(
            id, want.name, want.site, Status.SKIP, choice.severity or rules[id].severity, (Evidence(reason),)
        )
        for id, choice in pack.rules.items()
        if isinstance(want, rules[id].of)
    ]


def exit_code(findings: Iterable[Finding]) -> int:
    """Return 0 if all is as wanted, 1 if anything, or everything, was not judged, 2 if something is wrong."""
    statuses = {finding.status for finding in findings} - {Status.SKIP}
    if Status.ERROR in statuses or not statuses:
        return 1
    return 2 if Status.FAIL in statuses else 0


def _finding(want: Subject, have: Snapshot, rule: Rule, choice: Choice, *, live: bool) -> Finding:
    status, evidence = _verdict(want, have, rule, choice, live=live)
    return Finding(rule.id, want.name, want.site, status, choice.severity or rule.severity, evidence)


def _verdict(want: Subject, have: Snapshot, rule: Rule, choice: Choice, *, live: bool) -> Verdict:
    elsewhere = next(_reasons(want, have, rule, choice, live=live), None)
    if elsewhere:
        return Status.SKIP, (Evidence(elsewhere),)
    try:
        for fact in rule.needs:
            have.get(fact)
        wrong = [_evidence(each, rule, have) for each in rule.judge(want, have, **_given(choice))]
    except NotOurs as reason:
        return Status.SKIP, (Evidence(str(reason)),)
    except (MissingFact, ReadError) as reason:
        return Status.ERROR, (Evidence(f"cannot judge: {reason}"),)
    return (Status.FAIL if wrong else Status.PASS), tuple(wrong)


def _reasons(want: Subject, have: Snapshot, rule: Rule, choice: Choice, *, live: bool) -> Iterator[str]:
    """Yield why the rule does not apply; role and platform are a device's."""
    if isinstance(want, Device):
        yield from chain(_elsewhere(want, rule, choice, live=live), _untold(want, have, rule))


def _elsewhere(want: Device, rule: Rule, choice: Choice, *, live: bool) -> Iterator[str]:
    """Yield why the rule does not apply here."""
    for asked_by, roles, platforms in (
        ("the rule is", rule.roles, rule.platforms),
        ("the pack asks it", choice.roles, choice.platforms),
    ):
        if roles and want.role not in roles:
            yield f"{asked_by} for {', '.join(roles)}; this is a {want.role}"
        if platforms and want.platform not in platforms:
            yield f"{asked_by} for {', '.join(platforms)}; this runs {want.platform}"
    if not live and (rule.live or _runs(want, rule)):
        yield "it judges what a device says while it runs; files do not hold that"


def _runs(want: Device, rule: Rule) -> bool:
    """Whether such a device tells what the rule judges while it runs only, not in its configuration."""
    platform = one(Platform, want.platform)
    configured = {fact for part in platform.parts for fact in gives(part.read)}
    running = {fact for reader in platform.state.values() for fact in reader.facts}
    return any(fact in running - configured for fact in rule.needs)


def _untold(want: Device, have: Snapshot, rule: Rule) -> Iterator[str]:
    """Yield which fact cannot be had of such a device, or is none of ours to ask for there."""
    platform = one(Platform, want.platform)
    for fact in rule.needs:
        if fact in have.facts or fact in have.missing:
            continue
        if fact in platform.facts:
            if not platform.whole:
                yield f"of {platform.name} only the management is ours, and its text has no {fact.__name__}"
        elif any(fact in other.facts for other in found(Platform).values()):
            yield f"{platform.name} tells no {fact.__name__}"


def _given(choice: Choice) -> dict[str, object]:
    """Return the parameters, lists as tuples: what a rule is given is frozen."""
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in choice.parameters.items()
    }


def _evidence(wrong: Wrong, rule: Rule, have: Snapshot) -> Evidence:
    """Return what is wrong with its place: by default where the rule's first fact was read."""
    if isinstance(wrong, Evidence):
        return wrong
    return Evidence(wrong, have.sources.get(rule.needs[0], "") if rule.needs else "")
