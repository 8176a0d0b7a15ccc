"""what stood, findings → what is new, what is fixed, what stands: no clock, no database.

Only what was judged can be fixed. An error, a rule that was skipped or is not in the pack, a device that was
not asked: what was found there before still stands. To waive is not to fix.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

from kgnet.findings import Findings, kept, visible
from kgnet.model.history import Baseline, Stood
from kgnet.model.identity import fingerprints
from kgnet.model.outcome import COLLECT, Evidence, Finding, Severity, Stand, State, Status

NAMES = 1_000  # that are remembered: the same few are in every finding
LONGEST = 2000  # characters of evidence that are kept
Key = tuple[str, str]  # rule, device
Pieces = dict[str, Stood]  # fingerprint → the piece


@dataclass(slots=True)
class Seen:
    """What one audit says of a rule on a device."""

    judged: bool = True  # neither skipped nor an error: what it does not find is gone
    open: Pieces = field(default_factory=dict)


@dataclass(slots=True)
class Changes:
    """What the database is told of an audit."""

    opened: list[Stood] = field(default_factory=list)
    seen: list[Stood] = field(default_factory=list)  # stands as it stood
    reworded: list[Stood] = field(default_factory=list)  # stands, its text, place or severity has changed
    ended: list[Stood] = field(default_factory=list)


def seen(findings: Iterable[Finding], stood: Iterable[Stood], number: int, now: datetime) -> dict[Key, Seen]:
    """Return what the run *number* says of each rule on each device, all as if it were new.

    What passed or was skipped is in it only where it *stood*: most of a fleet passes, and always has.
    """
    known = {(each.rule, each.device) for each in stood}
    every: dict[Key, Seen] = {}
    devices: set[str] = set()
    for finding in findings:
        key = _key(finding)
        devices.add(key[1])
        if finding.status in (Status.PASS, Status.SKIP) and key not in known:
            continue
        held = every.setdefault(key, Seen())
        held.judged &= finding.status not in (Status.ERROR, Status.SKIP)
        held.open.update({each.fingerprint: each for each in _pieces(finding, key, number, now)})
    for device in devices:
        every.setdefault((COLLECT, device), Seen())  # it answered
    return every


def changes(stood: Iterable[Stood], run: Mapping[Key, Seen], number: int, now: datetime) -> Changes:
    """Return how what stands is carried on by the run; *stood* is what stands before it."""
    told, before = Changes(), by_key(stood)
    for key, held in run.items():
        was = before.get(key, {})
        failing = [each.finding_since for each in was.values() if each.status is not Status.ERROR]
        for each in held.open.values():
            old = was.get(each.fingerprint)
            if old and old.status is each.status:
                (told.seen if _same(old, each) else told.reworded).append(_carried(old, each))
                continue
            since = each.since if each.status is Status.ERROR else min(failing, default=now)
            told.opened.append(replace(each, since=old.since if old else now, finding_since=since))
            if old:
                told.ended.append(replace(old, until=number, until_at=now))
        if held.judged:
            gone = [each for print_, each in was.items() if print_ not in held.open]
            told.ended += [replace(each, until=number, until_at=now, fixed=True) for each in gone]
    return told


def annotated(
    findings: Sequence[Finding], now_open: Iterable[Stood], then: Iterable[Stood], when: datetime
) -> list[Finding]:
    """Return the findings with since when they stand, and whether they are new against *then*."""
    current, before = by_key(now_open), by_key(then)
    return [_annotated(finding, current, before, when) for finding in findings]


def fixed(run: Mapping[Key, Seen], then: Iterable[Stood]) -> list[Finding]:
    """Return what stood *then*, was judged by the run, and is gone; its status is PASS."""
    gone: dict[Key, list[Stood]] = {}
    for each in then:
        held = run.get((each.rule, each.device))
        if held and held.judged and each.fingerprint not in held.open:
            gone.setdefault((each.rule, each.device), []).append(each)
    return [_fixed(pieces) for pieces in gone.values()]


def news(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield what is new of each finding, and whatever could not be judged, new or not."""
    for finding in findings:
        if finding.status is Status.ERROR:
            yield finding
        elif finding.status in (Status.FAIL, Status.WAIVED):
            yield from _part(finding, State.NEW)


def standing(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield what stood before of each failure."""
    for finding in findings:
        if finding.status in (Status.FAIL, Status.WAIVED):
            yield from _part(finding, State.STANDING)


def against(baseline: Baseline, findings: Findings, gone: Findings) -> Baseline:
    """Return the baseline with how many findings are new and fixed, and those that stand."""
    open_ = findings.where(status=(Status.FAIL, Status.WAIVED, Status.ERROR))
    fresh = sum(1 for each in news(open_) if each.stand and each.stand.state is State.NEW)
    return replace(baseline, new=fresh, fixed=len(gone), standing=kept(standing(open_)))


_name = lru_cache(NAMES)(visible)


def _key(finding: Finding) -> Key:
    return _name(finding.rule), _name(finding.device)


def by_key(stood: Iterable[Stood]) -> dict[Key, Pieces]:
    every: dict[Key, Pieces] = {}
    for each in stood:
        every.setdefault((each.rule, each.device), {})[each.fingerprint] = each
    return every


def _pieces(finding: Finding, key: Key, number: int, now: datetime) -> Iterator[Stood]:
    def piece(print_: str, evidence: Evidence) -> Stood:
        what, where = (visible(text)[:LONGEST] for text in (evidence.what, evidence.where))
        return Stood(
            rule=key[0],
            device=key[1],
            site=_name(finding.site),
            fingerprint=print_,
            status=finding.status,
            severity=Severity(finding.severity),
            what=what,
            where=where,
            since=now,
            finding_since=now,
            first=number,
            last=number,
            last_at=now,
        )

    if finding.status is Status.ERROR:
        yield piece("", finding.evidence[0] if finding.evidence else Evidence(""))
    elif finding.status in (Status.FAIL, Status.WAIVED):
        told = _told(finding)
        for print_, each in zip(_prints(told), told, strict=True):
            yield piece(print_, each)


def _told(finding: Finding) -> list[Evidence]:
    """Return what was seen; a failure without a word is one piece, too."""
    return [each for each in finding.evidence if not each.note] or [Evidence("")]


def _prints(told: Sequence[Evidence]) -> list[str]:
    """Return the fingerprint of each, by the words that a rule said: what is cleaned keeps that."""
    marked = [each.fingerprint for each in told]
    return marked if all(marked) else [*fingerprints(told)]


def _same(old: Stood, new: Stood) -> bool:
    return (old.what, old.where, old.severity, old.site) == (new.what, new.where, new.severity, new.site)


def _carried(old: Stood, new: Stood) -> Stood:
    return replace(new, id=old.id, since=old.since, finding_since=old.finding_since, first=old.first)


def _annotated(
    finding: Finding, current: Mapping[Key, Pieces], before: Mapping[Key, Pieces], when: datetime
) -> Finding:
    if finding.status is Status.PASS or finding.status is Status.SKIP:
        return finding
    key = _key(finding)
    now, then = current.get(key, {}), before.get(key, {})
    if finding.status is Status.ERROR:
        stand = _stand(now.get(""), then.get(""), Status.ERROR, when)
        return finding._replace(stand=stand)
    prints = _prints(_told(finding))
    stands = [_stand(now.get(each), then.get(each), finding.status, when) for each in prints]
    state = State.NEW if all(stand.state is State.NEW for stand in stands) else State.STANDING
    since = min((each.finding_since for print_, each in now.items() if print_), default=when)
    left = iter(stands)
    evidence = tuple(each if each.note else replace(each, stand=next(left)) for each in finding.evidence)
    return finding._replace(evidence=evidence, stand=Stand(state, since))


def _stand(now: Stood | None, then: Stood | None, status: Status, when: datetime) -> Stand:
    """A failure that was waived is new: nobody answers for it any more."""
    known = then is not None and (then.status is status or status is Status.WAIVED)
    return Stand(State.STANDING if known else State.NEW, now.since if now else when)


def _part(finding: Finding, state: State) -> Iterator[Finding]:
    """Yield the finding with that evidence alone which has this state, if it has any."""
    if all(each.note for each in finding.evidence):
        yield from [finding] if finding.stand and finding.stand.state is state else []
        return
    held = [each for each in finding.evidence if each.stand and each.stand.state is state]
    if held:
        notes = [each for each in finding.evidence if each.note]
        since = min(each.stand.since for each in held if each.stand)
        yield finding._replace(evidence=(*held, *notes), stand=Stand(state, since))


def _fixed(pieces: Sequence[Stood]) -> Finding:
    one = pieces[0]
    evidence = tuple(
        Evidence(each.what, each.where, stand=Stand(State.FIXED, each.since), fingerprint=each.fingerprint)
        for each in pieces
    )
    stand = Stand(State.FIXED, min(each.since for each in pieces))
    return Finding(one.rule, one.device, one.site, Status.PASS, one.severity, evidence, stand)
