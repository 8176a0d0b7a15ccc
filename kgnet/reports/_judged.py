"""findings, rules → each rule with what became of it, and the counts: what the documents are made of."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from kgnet import __version__
from kgnet.language import sentence
from kgnet.model.history import Baseline
from kgnet.model.outcome import LIVE, Evidence, Finding, Severity, State, Status
from kgnet.model.subject import Kind
from kgnet.ports import About, Rule

WORST_FIRST = tuple(reversed(Severity))
OPEN = (Status.ERROR, Status.FAIL, Status.WAIVED)  # what somebody has to look at, in this order
UNSEEN = "the device could not be looked at"  # stands for the rule where none could be asked
OWN = "Rules of the office"

# What the middle of an id means: KG-AAA-01.  Other ids are those of an office's own rules.
DOMAINS = {
    "collect": "Collection",  # stands for the rule where a device could not be looked at
    "AAA": "Logins and rights",
    "PWD": "Passwords",
    "ACC": "Management access",
    "SNM": "SNMP",
    "SVC": "Services of devices",
    "LOG": "Logs",
    "NTP": "Clocks",
    "CPL": "Control plane",
    "RTG": "Routing",
    "PER": "Perimeter",
    "ZON": "Zones",
    "FW": "Packet filters",
    "L2": "Switching",
    "HA": "Availability",
    "OPS": "Operations",
    "V6": "IPv6",
    "SRV": "Servers",
    "MAIL": "Mail",
    "WEB": "Web and DNS",
    "VC": "Video conference",
    "MON": "Monitoring",
    "WAN": "WAN",
    "LIV": "Running state",
    "DC": "Data center",
    "FAC": "Building",
    "INT": "Drift from the intent",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """One rule, its texts in the report's language, and what it found everywhere."""

    id: str
    domain: str
    title: str
    why: str
    severity: Severity
    references: tuple[str, ...]
    findings: tuple[Finding, ...]

    def of(self, *statuses: Status) -> list[Finding]:
        return [finding for status in statuses for finding in self.findings if finding.status is status]

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

    def add(self, finding: Finding) -> None:
        if finding.status is Status.ERROR:
            self.errors += 1
        elif finding.status is not Status.SKIP:
            self.judged += 1
        if finding.status is Status.FAIL:
            self.failed += 1
            rank = WORST_FIRST.index
            self.worst = min(self.worst or finding.severity, finding.severity, key=rank)


def judged(findings: Iterable[Finding], rules: Mapping[str, Rule], about: About) -> list[Judged]:
    """Return the rules that were asked, by domain and id; a device that was not seen comes first."""
    held: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        held[finding.rule].append(finding)
    every = [_judged(id, held[id], rules.get(id), about) for id in held]
    order = list(DOMAINS)
    return sorted(every, key=lambda one: (order.index(code(one.id)) if code(one.id) in order else -1, one.id))


def heat(findings: Iterable[Finding]) -> dict[str, dict[str, Cell]]:
    """Return site → domain's code → what was found there."""
    sites: dict[str, dict[str, Cell]] = defaultdict(lambda: defaultdict(Cell))
    for finding in findings:
        sites[finding.site][code(finding.rule)].add(finding)
    return {site: dict(cells) for site, cells in sorted(sites.items())}


def worst_first(every: Iterable[Judged]) -> list[Judged]:
    """Return the rules that have something open: what could not be judged first, then by severity."""
    held = [one for one in every if one.of(*OPEN)]
    return sorted(held, key=lambda one: (not one.of(Status.ERROR), WORST_FIRST.index(one.severity), one.id))


def used(findings: Iterable[Finding], about: About) -> dict[str, str]:
    """Return the domains that were asked about: code → name, in their order."""
    there = {code(finding.rule): domain(finding.rule, about) for finding in findings}
    return {each: there[each] for each in ("", *DOMAINS) if each in there}


def named(site: str, about: About) -> str:
    """Return a site's code and name."""
    return f"{site} {about.sites.get(site, '')}".strip()


def code(id: str) -> str:
    """Return the code of a rule's domain: of KG-AAA-01 it is AAA; empty: it is none of ours."""
    middle = id.split("-")[1:2] if id.startswith("KG-") else [id]
    return middle[0] if middle and middle[0] in DOMAINS else ""


def domain(id: str, about: About) -> str:
    """Return the domain's name in the report's language."""
    return about.language.say(DOMAINS.get(code(id), OWN))


def counts(findings: Sequence[Finding], about: About) -> str:
    """Return how many there are, by status, in one line; against an earlier audit: what is new and fixed."""
    if about.baseline:
        return "; ".join((_compared(about.baseline, about), *about.baseline.notes))
    say, many = about.language.say, Counter(finding.status for finding in findings)
    told = ", ".join(f"{many[status]} {say(status.value)}" for status in Status if many[status])
    return say(
        "{subjects}, {findings} findings: {told}",
        subjects=", ".join(_subjects(findings, about)),
        findings=len(findings),
        told=told or say("nothing was judged"),
    )


def _subjects(findings: Iterable[Finding], about: About) -> Iterator[str]:
    """Yield how many devices the findings are of, then how much of what is no device."""
    say, many = (
        about.language.say,
        Counter(kind for kind, _ in {(each.kind, each.device) for each in findings}),
    )
    if many[Kind.DEVICE] or not many:
        yield say("{devices} devices", devices=many[Kind.DEVICE])
    if many[Kind.ROOM]:
        yield say("{rooms} rooms", rooms=many[Kind.ROOM])
    if many[Kind.BUILDING]:
        yield say("the building")
    if many[Kind.FILE]:
        yield say("{files} files of no device", files=many[Kind.FILE])


def looked_at(findings: Iterable[Finding], about: About) -> str:
    """Return what was judged: the running devices, or the files of a folder and since when the oldest is."""
    say, found = about.language.say, list(findings)
    told = say("the files in {folder}", folder=about.source) if about.source else say("running devices")
    ages = [each.as_of for each in found if each.as_of and each.source != LIVE] if about.source else []
    if ages:
        told = say("{files}, the oldest of {day}", files=told, day=day(min(ages), about))
    if about.source and (live := {each.device for each in found if each.source == LIVE}):
        told = f"{told}; {say('{devices} running devices', devices=len(live))}"
    return f"{told} ({say('limited to {limit}', limit=about.limit)})" if about.limit else told


def fixed(findings: Iterable[Finding]) -> tuple[list[Finding], list[Finding]]:
    """Return what is there, and what was there at the earlier audit and is fixed."""
    there: list[Finding] = []
    gone: list[Finding] = []
    for finding in findings:
        (gone if finding.stand and finding.stand.state is State.FIXED else there).append(finding)
    return there, gone


def since(finding: Finding | Evidence, about: About) -> str:
    """Return since which day it stands, in the zone of the report; "" if that is not known."""
    return day(finding.stand.since, about) if finding.stand else ""


def day(when: datetime, about: About) -> str:
    return when.astimezone(about.when.tzinfo if about.when else when.tzinfo).strftime("%Y-%m-%d")


def still(rules: Mapping[str, Rule], about: About) -> list[tuple[str, str, str, str]]:
    """Return what stands as it stood: rule, title, on how many devices, since which day the oldest does."""
    held: dict[str, list[Finding]] = defaultdict(list)
    for finding in about.baseline.standing if about.baseline else ():
        held[finding.rule].append(finding)
    every = sorted(held.items(), key=lambda item: (min(map(_rank, item[1])), item[0]))
    return [
        (
            id,
            rules[id].title if id in rules else "",
            str(len({finding.device for finding in found})),
            min(since(finding, about) for finding in found),
        )
        for id, found in every
    ]


def _rank(finding: Finding) -> int:
    return WORST_FIRST.index(finding.severity)


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


def facts(findings: Sequence[Finding], about: About) -> list[tuple[str, str]]:
    """Return what a document says of itself first: whose network, when, what was looked at, what came out."""
    say = about.language.say
    told = [
        (say("Network"), about.network),
        (say("Time"), instant(about.when)),
        (say("Looked at"), looked_at(findings, about)),
        (say("Pack"), sentence(about.pack, about.language) or "—"),
        (say("Result"), counts(findings, about)),
        (say("SHA-256 of the findings"), about.digest),
        (say("Made by"), f"kgnet {__version__}"),
    ]
    return [(name, value) for name, value in told if value]


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


def _judged(id: str, findings: Sequence[Finding], rule: Rule | None, about: About) -> Judged:
    return Judged(
        id=id,
        domain=domain(id, about),
        title=rule.title if rule else about.language.say(UNSEEN),
        why=rule.why if rule else "",
        severity=min((finding.severity for finding in findings), key=WORST_FIRST.index),
        references=rule.references if rule else (),
        findings=tuple(findings),
    )
