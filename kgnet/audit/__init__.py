"""want, have, rules, pack → Findings.

No evidence is not a pass: a rule whose facts nobody collected ends in ERROR, never in silence.  It is skipped
only where there is nothing to collect, and says so: a router of a vendor has no Linux kernel to judge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

from kgnet.audit.alike import Alike, Verdict
from kgnet.audit.intent import looks_at_intent
from kgnet.errors import DeviceError, MissingFact, NotOurs, ReadError
from kgnet.model.facts import Snapshot
from kgnet.model.fleet import Device
from kgnet.model.outcome import COLLECT, NO_REMEDY, Evidence, Finding, Severity, Status, piece
from kgnet.model.pack import Choice, Pack
from kgnet.model.province import Role
from kgnet.model.subject import Kind, Subject
from kgnet.model.traced import Traced
from kgnet.plugins import found, one
from kgnet.ports import Platform, Rule, Wrong

Judging = Callable[[Subject, Snapshot], list[Finding]]

MAKE = partial(tuple.__new__, Finding)
NOT_IN_FILES = "it judges what a device says while it runs; files do not hold that"


def audit(
    want: Subject,
    have: Snapshot,
    rules: Mapping[str, Rule],
    pack: Pack,
    *,
    live: bool = True,
    beside: Collection[type] = (),
) -> list[Finding]:
    """Return one finding a rule of *pack* that judges such a subject.

    Not *live*: *have* was read from files, without running state; but for the facts *beside*, which
    somebody else than the device tells.  Who judges many asks `judging`.
    """
    return judging(rules, pack, live=live, beside=beside)(want, have)


def judging(
    rules: Mapping[str, Rule], pack: Pack, *, live: bool = True, beside: Collection[type] = ()
) -> Judging:
    """Return what does the same for many subjects: what all of a kind have in common is found out once."""
    every = [(rules[id], choice) for id, choice in pack.rules.items()]
    running = None if live else frozenset(beside)
    asked: dict[tuple[object, ...], tuple[_Asked, ...]] = {}
    alike: dict[tuple[object, ...], Alike] = defaultdict(Alike)

    def judge(want: Subject, have: Snapshot) -> list[Finding]:
        kind = (type(want), *((want.role, want.platform, want.planned) if isinstance(want, Device) else ()))
        if kind not in asked:
            asked[kind] = tuple(
                _asked(want, *each, running) for each in every if isinstance(want, each[0].of)
            )
        if isinstance(have.facts, Traced) and (origin := have.facts.origin):
            return _compared(want, have, have.facts, asked[kind], alike[*kind, origin])
        return _findings(want, ((each, _verdict(want, have, each)) for each in asked[kind]))

    return judge


def _compared(
    want: Subject, have: Snapshot, facts: Traced, asked: Iterable[_Asked], alike: Alike
) -> list[Finding]:
    """Judge *have*, but for what others of its kind said as well."""
    verdicts = alike.known(facts)
    for each in asked:
        if each.id not in verdicts:
            judge = partial(_verdict, want, have, each)
            verdicts[each.id] = alike.judged(each.id, have, facts, judge) if each.by_facts else judge()
    return _findings(want, ((each, verdicts[each.id]) for each in asked))


def not_seen(want: Subject, reason: DeviceError | str) -> Finding:
    """Return the finding for a subject that could not be looked at."""
    what = reason.reason if isinstance(reason, DeviceError) else reason
    return Finding(
        COLLECT, want.name, want.site, Status.ERROR, Severity.CRITICAL, (Evidence(what),), kind=want.kind
    )


def left_out(want: Subject, rules: Mapping[str, Rule], pack: Pack, reason: str) -> list[Finding]:
    """Return the findings of a subject that nobody looks at, and why."""
    return [
        Finding(
            id,
            want.name,
            want.site,
            Status.SKIP,
            choice.severity or rules[id].severity,
            (Evidence(reason),),
            kind=want.kind,
        )
        for id, choice in pack.rules.items()
        if isinstance(want, rules[id].of)
    ]


def nobodys(file: str, why: str) -> Finding:
    """Return the finding for a file that is of no device, so that nobody judged what it says."""
    where = Evidence(f"{file} is of no device that could be judged: {why}")
    return Finding(COLLECT, file, "-", Status.ERROR, Severity.CRITICAL, (where,), source=file, kind=Kind.FILE)


def exit_code(findings: Iterable[Finding]) -> int:
    """Return 0 if all is as wanted, 1 if anything, or everything, was not judged, 2 if something is wrong."""
    statuses = {finding.status for finding in findings} - {Status.SKIP}
    if Status.ERROR in statuses or not statuses:
        return 1
    return 2 if Status.FAIL in statuses else 0


@dataclass(frozen=True, slots=True)
class _Asked:
    """A rule as it is asked of all subjects of a kind; *elsewhere*: why it does not apply to them."""

    id: str
    rule: Rule
    severity: Severity
    given: Mapping[str, object]
    elsewhere: tuple[Evidence, ...]
    by_facts: bool  # alone: not by what was planned, nor by the text itself


Running = frozenset[type] | None  # the facts of running state that are known without asking; None: all


def _asked(want: Subject, rule: Rule, choice: Choice, running: Running) -> _Asked:
    reasons = _elsewhere(want, rule, choice, running) if isinstance(want, Device) else iter(())
    elsewhere = tuple(Evidence(reason) for reason in islice(reasons, 1))
    by_facts = bool(elsewhere) or (bool(rule.needs) and not looks_at_intent(rule, choice.parameters))
    return _Asked(rule.id, rule, choice.severity or rule.severity, _given(choice), elsewhere, by_facts)


def _findings(want: Subject, verdicts: Iterable[tuple[_Asked, Verdict]]) -> list[Finding]:
    """Return them as `Finding(…)` makes them, which takes twice as long: there are a hundred a device."""
    name, site, kind = want.name, want.site, want.kind
    return [
        MAKE((asked.id, name, site, status, asked.severity, evidence, None, "", None, NO_REMEDY, kind))
        for asked, (status, evidence) in verdicts
    ]


def _verdict(want: Subject, have: Snapshot, asked: _Asked) -> Verdict:
    if asked.elsewhere:
        return Status.SKIP, asked.elsewhere
    rule = asked.rule
    try:
        for fact in rule.needs:
            have.expect(fact)
        wrong = [_evidence(each, rule, have) for each in rule.judge(want, have, **asked.given)]
    except NotOurs as reason:
        return Status.SKIP, (Evidence(str(reason)),)
    except (MissingFact, ReadError) as reason:
        untold = [fact for fact in rule.needs if fact not in have.facts and fact not in have.missing]
        if isinstance(want, Device) and (why := next(_untold(want, untold), "")):
            return Status.SKIP, (Evidence(why),)
        return Status.ERROR, (Evidence(f"cannot judge: {reason}"),)
    return (Status.FAIL if wrong else Status.PASS), tuple(wrong)


def _elsewhere(want: Device, rule: Rule, choice: Choice, running: Running) -> Iterator[str]:
    """Yield why the rule does not apply here."""
    for asked_by, roles, platforms in (
        ("the rule is", rule.roles, rule.platforms),
        ("the pack asks it", choice.roles, choice.platforms),
    ):
        if roles and want.role not in roles:
            yield f"{asked_by} for {', '.join(roles)}; this is {_role(want)}"
        if platforms and want.platform not in platforms:
            yield f"{asked_by} for {', '.join(platforms)}; this runs {want.platform}"
    if not want.planned and looks_at_intent(rule, choice.parameters):
        yield "it asks what was planned for the device; without an inventory nobody says"
    if running is not None and (rule.live or _runs(want, rule, running)):
        yield NOT_IN_FILES


def _role(want: Device) -> str:
    return "of no known role" if want.role is Role.UNKNOWN else f"a {want.role}"


def _runs(want: Device, rule: Rule, known: frozenset[type]) -> bool:
    """Whether such a device tells what the rule judges while it runs only, and nobody else tells it."""
    platform = one(Platform, want.platform)
    configured = {fact for part in platform.parts for fact in part.facts}
    running = {fact for reader in platform.state.values() for fact in reader.facts}
    return any(fact in running - configured - known for fact in rule.needs)


def _untold(want: Device, facts: Iterable[type]) -> Iterator[str]:
    """Yield which of the *facts* cannot be had of such a device, or is none of ours to ask for there."""
    platform = one(Platform, want.platform)
    for fact in facts:
        if fact in platform.facts:
            if not platform.whole:
                yield f"of {platform.name} only the management is ours, and its text has no {fact.__name__}"
            elif not want.planned:
                yield f"its text has no {fact.__name__}; without an inventory nobody says that it should"
        elif any(fact in other.facts for other in found(Platform).values()):
            yield f"{platform.name} tells no {fact.__name__}"


def _given(choice: Choice) -> dict[str, object]:
    """Return the parameters, lists as tuples: what a rule is given is frozen."""
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in choice.parameters.items()
    }


def _evidence(wrong: Wrong, rule: Rule, have: Snapshot) -> Evidence:
    """Return what is wrong and what was wanted, by default as the rule's title says, and where.

    Its place is by default where the rule's first fact was read.
    """
    if not isinstance(wrong, Evidence):
        wrong = piece(wrong, have.sources.get(rule.needs[0], "") if rule.needs else "")
    return wrong if wrong.wanted else replace(wrong, found=wrong.what, wanted=rule.title)
