"""findings, rules → each rule with what became of it, and the counts: what the documents are made of."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from kgnet import __version__
from kgnet.findings import Findings, kept
from kgnet.language import sentence
from kgnet.model.domains import DOMAINS, code_of
from kgnet.model.history import Baseline
from kgnet.model.outcome import LIVE, Evidence, Finding, Severity, State, Status
from kgnet.model.subject import Kind
from kgnet.ports import About, Rule

WORST_FIRST = tuple(reversed(Severity))
OPEN = (Status.ERROR, Status.FAIL, Status.WAIVED)  # what somebody has to look at, in this order
UNSEEN = "the device could not be looked at"  # stands for the rule where none could be asked
OWN = "Rules of the office"


@dataclass(frozen=True, slots=True)
class Judged:
    """One rule, its texts in the report's language, and what it found everywhere."""

    id: str
    domain: str
    title: str
    why: str
    severity: Severity
    references: tuple[str, ...]
    findings: Findings
    counts: Mapping[Status, int]

    def of(self, *statuses: Status) -> Iterator[Finding]:
        """Yield the findings of these statuses, status by status."""
        held = [status for status in statuses if self.many(status)]
        return chain.from_iterable(self.findings.where(status=status) for status in held)

    def many(self, *statuses: Status) -> int:
        return sum(self.counts.get(status, 0) for status in statuses)

    @property
    def stands(self) -> bool:
        """Whether it is known of what is open since when it is."""
        return bool(self.findings.where(status=OPEN, state=tuple(State)))

    def reasons(self, status: Status) -> dict[str, list[str]]:
        """Return what was told → the devices of which it was told."""
        told: dict[str, list[str]] = defaultdict(list)
        for finding in self.of(status):
            told["; ".join(map(str, finding.evidence))].append(finding.device)
        return told


@dataclass(slots=True)
class Cell:
    """What was found at one site in one domain."""

    failed: int = 0
    judged: int = 0
    errors: int = 0
    worst: Severity | None = field(default=None)

    @property
    def heat(self) -> str:
        """Return its colour by name: the worst severity that failed, or what else is to be said."""
        if self.worst:
            return self.worst.value
        return "error" if self.errors else "clean" if self.judged else "none"

    def add(self, status: Status, severity: Severity, many: int) -> None:
        if status is Status.ERROR:
            self.errors += many
        elif status is not Status.SKIP:
            self.judged += many
        if status is Status.FAIL:
            self.failed += many
            self.worst = min(self.worst or severity, severity, key=WORST_FIRST.index)


def judged(findings: Findings, rules: Mapping[str, Rule], about: About) -> list[Judged]:
    """Return the rules that were asked, by domain and id; a device that was not seen comes first."""
    held: dict[str, Counter[tuple[Status, Severity]]] = defaultdict(Counter)
    for (id, status, severity), many in findings.tally("rule", "status", "severity").items():
        held[id][Status(status), Severity(severity)] += many
    every = [_judged(findings.where(rule=id), id, held[id], rules.get(id), about) for id in held]
    order = {code: place for place, code in enumerate(DOMAINS)}
    return sorted(every, key=lambda one: (order.get(code_of(one.id), -1), one.id))


def heat(findings: Findings) -> dict[str, dict[str, Cell]]:
    """Return site → domain's code → what was found there."""
    sites: dict[str, dict[str, Cell]] = defaultdict(lambda: defaultdict(Cell))
    for (site, rule, status, severity), many in findings.tally("site", "rule", "status", "severity").items():
        sites[site][code_of(rule)].add(Status(status), Severity(severity), many)
    return {site: dict(cells) for site, cells in sorted(sites.items())}


def worst_first(every: Iterable[Judged]) -> list[Judged]:
    """Return the rules that have something open: what could not be judged first, then by severity."""
    held = [one for one in every if one.many(*OPEN)]
    return sorted(held, key=lambda one: (not one.many(Status.ERROR), WORST_FIRST.index(one.severity), one.id))


def used(findings: Findings, about: About) -> dict[str, str]:
    """Return the domains that were asked about: code → name, in their order."""
    there = {code_of(rule): domain(rule, about) for (rule,) in findings.tally("rule")}
    return {each: there[each] for each in ("", *DOMAINS) if each in there}


def named(site: str, about: About) -> str:
    """Return a site's code and name."""
    return f"{site} {about.sites.get(site, '')}".strip()


def domain(id: str, about: About) -> str:
    """Return the domain's name in the report's language."""
    return about.language.say(DOMAINS.get(code_of(id), OWN))


def counts(findings: Findings, about: About) -> str:
    """Return how many there are, by status, in one line; against an earlier audit: what is new and fixed."""
    if about.baseline:
        errors = findings.statuses()[Status.ERROR]
        unjudged = [about.language.say("{errors} could not be judged", errors=errors)] if errors else []
        return "; ".join((_compared(about.baseline, about), *unjudged, *about.baseline.notes))
    say, many = about.language.say, findings.statuses()
    told = ", ".join(f"{many[status]} {say(status.value)}" for status in Status if many[status])
    return say(
        "{subjects}, {findings} findings: {told}",
        subjects=", ".join(_subjects(findings, about)),
        findings=len(findings),
        told=told or say("nothing was judged"),
    )


def _subjects(findings: Findings, about: About) -> Iterator[str]:
    """Yield how many devices the findings are of, then how much of what is no device."""
    say, many = about.language.say, Counter(kind for kind, _ in findings.tally("kind", "device"))
    if many[Kind.DEVICE] or not many:
        yield say("{devices} devices", devices=many[Kind.DEVICE])
    if many[Kind.ROOM]:
        yield say("{rooms} rooms", rooms=many[Kind.ROOM])
    if many[Kind.BUILDING]:
        yield say("the building")
    if many[Kind.FILE]:
        yield say("{files} files of no device", files=many[Kind.FILE])


def looked_at(findings: Findings, about: About) -> str:
    """Return what was judged: the running devices, or the files of a folder and since when the oldest is."""
    say = about.language.say
    told = say("the files in {folder}", folder=about.source) if about.source else say("running devices")
    if about.source and (oldest := findings.oldest()):
        told = say("{files}, the oldest of {day}", files=told, day=day(oldest, about))
    if about.source and (live := len(findings.where(source=LIVE).tally("device"))):
        told = f"{told}; {say('{devices} running devices', devices=live)}"
    return f"{told} ({say('limited to {limit}', limit=about.limit)})" if about.limit else told


def since(finding: Finding | Evidence, about: About) -> str:
    """Return since which day it stands, in the zone of the report; "" if that is not known."""
    return day(finding.stand.since, about) if finding.stand else ""


def day(when: datetime, about: About) -> str:
    return when.astimezone(about.when.tzinfo if about.when else when.tzinfo).strftime("%Y-%m-%d")


def still(rules: Mapping[str, Rule], about: About) -> list[tuple[str, str, str, str]]:
    """Return what stands as it stood: rule, title, on how many devices, since which day the oldest does."""
    standing = kept(about.baseline.standing if about.baseline else ())
    worst: dict[str, int] = {}
    for id, severity in standing.tally("rule", "severity"):
        rank = WORST_FIRST.index(Severity(severity))
        worst[id] = min(worst.get(id, rank), rank)
    return [
        (
            id,
            rules[id].title if id in rules else "",
            str(len(standing.where(rule=id).tally("device"))),
            min(since(finding, about) for finding in standing.where(rule=id)),
        )
        for id in sorted(worst, key=lambda id: (worst[id], id))
    ]


def _compared(told: Baseline, about: About) -> str:
    return about.language.say(
        "since {audit}: {new} new, {fixed} fixed, {standing} still standing",
        audit=f"{told.run} ({instant(told.when.astimezone(about.when.tzinfo if about.when else None))})"
        if told.when
        else told.asked,
        new=told.new,
        fixed=told.fixed,
        standing=len(told.standing),
    )


def facts(findings: Findings, about: About) -> list[tuple[str, str]]:
    """Return what a document says of itself first: whose network, when, what was looked at, what came out."""
    say = about.language.say
    told = [
        (say("Network"), about.network),
        (say("Time"), instant(about.when)),
        (say("Looked at"), looked_at(findings, about)),
        (say("Pack"), sentence(about.pack, about.language) or "—"),
        (say("Result"), counts(findings, about)),
        (say("Notes"), "; ".join(about.notes)),
        (say("SHA-256 of the findings"), about.digest),
        (say("Made by"), f"kgnet {__version__}"),
    ]
    return [(name, value) for name, value in told if value]


def seen(evidence: Iterable[Evidence], about: About) -> str:
    """Return the evidence: where and what was found, and below it what was wanted where that is told, too."""
    lines = []
    for each in evidence:
        found, wanted = each.parts
        lines.append(f"{each.where}: {found}" if each.where else found)
        lines.extend([f"{about.language.say('wanted')}: {wanted}"] if wanted else [])
    return "\n".join(lines)


def fix(finding: Finding, about: About) -> list[str]:
    """Return what mends it, a line each: commands below a word of ours, then what else one has to know."""
    say, remedy = about.language.say, finding.remedy
    head = f"{say('what mends it')}:"
    if not remedy.commands:
        return [f"{head} {remedy.note}"] if remedy.note else []
    return [head, *(f"  {command}" for command in remedy.commands), *([remedy.note] if remedy.note else [])]


def instant(when: datetime | None) -> str:
    """Return the time of the audit as people read it, in its own zone."""
    return when.strftime("%Y-%m-%d %H:%M %Z").strip() if when else "—"


def _judged(
    found: Findings, id: str, many: Counter[tuple[Status, Severity]], rule: Rule | None, about: About
) -> Judged:
    counts: Counter[Status] = Counter()
    for (status, _), each in many.items():
        counts[status] += each
    return Judged(
        id=id,
        domain=domain(id, about),
        title=rule.title if rule else about.language.say(UNSEEN),
        why=rule.why if rule else "",
        severity=min((severity for _, severity in many), key=WORST_FIRST.index),
        references=rule.references if rule else (),
        findings=found,
        counts=counts,
    )
