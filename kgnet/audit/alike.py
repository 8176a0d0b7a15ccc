"""Devices that say the same are judged once: most lines of a fleet are an office's standard.

A rule judges facts, and facts are read from what the text answers to some questions.  Where a text gives the
answers that another gave, the rule comes to the same end, if that names no line: it passes, or is skipped.
What is of one device alone, as its addresses are, is judged by itself, and nobody goes on comparing it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from operator import itemgetter

from kgnet.model.facts import Snapshot
from kgnet.model.outcome import Evidence, Status
from kgnet.model.traced import Answers, Question, Questions, Traced

Verdict = tuple[Status, tuple[Evidence, ...]]
KEPT = 1 << 8  # different answers to the same questions
TRIED = 64  # devices after which it is known whether answers come again
SELDOM = 4  # one in so many is too few
MOST = 1 << 8  # times that a rule asked something else: there are some thirty where names are an office's


@dataclass(slots=True)
class _Asked:
    """What rules came to by the answers to the same questions, which *pick* picks from those to all."""

    pick: Callable[[Answers], Hashable]
    verdicts: dict[Hashable, dict[str, Verdict]] = field(default_factory=dict)
    tried: int = 0
    again: int = 0

    @property
    def pays(self) -> bool:
        return self.tried < TRIED or self.again * SELDOM >= self.tried


class Alike:
    """What rules came to on earlier devices of a kind, by what these said."""

    def __init__(self) -> None:
        self._always: dict[str, Verdict] = {}  # without a look at the text
        self._asked: dict[Questions, _Asked] = {}
        self._paying: dict[Questions, _Asked] = {}
        self._questions: set[Question] = set()  # of those that pay
        self._alone: set[str] = set()  # rules that look at what is of one device alone
        self._devices = 0

    def known(self, facts: Traced) -> dict[str, Verdict]:
        """Return the verdicts, by rule, that need no judging; of *facts* none is read."""
        found = dict(self._always)
        answers = facts.answers(self._questions)
        for asked in self._paying.values():
            asked.tried += 1
            if told := asked.verdicts.get(asked.pick(answers)):
                asked.again += 1
                found.update(told)
        self._devices += 1
        if self._devices % TRIED == 0:
            self._paying = {questions: asked for questions, asked in self._paying.items() if asked.pays}
            self._questions = {question for questions in self._paying for question in questions}
        return found

    def judged(self, rule: str, have: Snapshot, facts: Traced, judge: Callable[[], Verdict]) -> Verdict:
        """Return what *judge* says of *have*, and remember it if it holds for others as well."""
        if rule in self._alone:
            return judge()
        facts.watch()
        verdict = judge()
        if _is_of_all(verdict, have.device):
            self._remember(rule, facts, verdict)
        return verdict

    def _remember(self, rule: str, facts: Traced, verdict: Verdict) -> None:
        questions = facts.looked_at()
        if questions == ():
            self._always[rule] = verdict
            return
        asked = self._of(questions) if questions else None
        if questions is None or asked is None:
            self._alone.add(rule)
            return
        if not asked.pays:
            asked.verdicts.clear()
            self._alone.add(rule)
            return
        if len(asked.verdicts) >= KEPT:
            asked.verdicts.clear()
        asked.verdicts.setdefault(asked.pick(facts.answers(questions)), {})[rule] = verdict

    def _of(self, questions: Questions) -> _Asked:
        if questions not in self._asked:
            if len(self._asked) >= MOST:
                self._forget()
            self._asked[questions] = self._paying[questions] = _Asked(itemgetter(*questions))
            self._questions.update(questions)
        return self._asked[questions]

    def _forget(self) -> None:
        """Drop what does not pay; a rule that asks for a device's own names would be remembered for ever."""
        for questions in self._asked.keys() - self._paying.keys():
            self._alone.update(*self._asked.pop(questions).verdicts.values())


def _is_of_all(verdict: Verdict, device: str) -> bool:
    """Whether *verdict* tells of no line, and not of the *device*."""
    status, evidence = verdict
    return status is Status.PASS or (status is Status.SKIP and _unplaced(evidence, device))


def _unplaced(evidence: Iterable[Evidence], device: str) -> bool:
    return not any(each.where or device in each.what for each in evidence)
