"""The languages of reports: `data/texts.vi.csv` and `data/rules.vi.csv` beside the English of the code.

A sentence of the engine or of a rule is made of a text with `{holes}`; it is found again by what stands
around them. What it wants stands after its word for `wanted` in each language.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from itertools import islice
from string import Formatter

from kgnet.errors import PluginError
from kgnet.model.language import ENGLISH, Language
from kgnet.model.outcome import Evidence, Finding
from kgnet.paths import PACKAGE
from kgnet.ports import Rule

DATA = PACKAGE / "data"
LONGEST = 4000  # characters; what is longer is a device's text, not a sentence of ours
MARK = re.compile(r"\[[^\[\]{}]+\]$")  # of a reference: [from memory, unverified]
DEEPEST = 3  # a hole may hold a sentence, in which a hole holds one
MOST_NAMES = 4  # colons or brackets that are looked at
SILENCE = ("nobody", "nothing", "nowhere", "somebody")
KEPT = 1 << 12  # sentences: most of a fleet's findings say the same

Shape = tuple[tuple[str, ...], tuple[str, ...]]  # the texts around the holes, and the holes' names


def codes() -> tuple[str, ...]:
    """Return the languages that there are."""
    return (ENGLISH.code, *sorted(path.name.split(".")[1] for path in DATA.glob("texts.*.csv")))


@cache
def load(code: str) -> Language:
    """Return the language *code*; PluginError names those that there are."""
    if code == ENGLISH.code:
        return ENGLISH
    if code not in codes():
        raise PluginError(f"no language is named {code!r} — known: {', '.join(codes())}")
    return Language(
        code,
        texts={row["en"]: row[code] for row in _rows(f"texts.{code}.csv")},
        rules={(row["id"], row["en"]): row[code] for row in _rows(f"rules.{code}.csv")},
    )


def told_rule(rule: Rule, language: Language) -> Rule:
    """Return *rule* with its title and reason in *language*, and how each reference is known."""
    title, why = (language.rules.get((rule.id, text), text) for text in (rule.title, rule.why))
    references = tuple(MARK.sub(lambda found: language.say(found[0]), each) for each in rule.references)
    return replace(rule, title=title, why=why, references=references)


def told_finding(finding: Finding, language: Language) -> Finding:
    """Return *finding* with its evidence in *language*, as far as there are words for it."""
    evidence = tuple(_told(each, finding.rule, language) for each in finding.evidence)
    remedy = replace(finding.remedy, notes=tuple(sentence(note, language) for note in finding.remedy.notes))
    return finding._replace(evidence=evidence, remedy=remedy)


def _told(each: Evidence, rule: str, language: Language) -> Evidence:
    """Return the evidence with its sentence told, and what was found and wanted, as that parts them."""
    what = sentence(each.what, language)
    if not each.wanted:
        return replace(each, what=what)
    if each.found == each.what:
        title = language.rules.get((rule, each.wanted), each.wanted)
        return replace(each, what=what, found=what, wanted=title)
    rest = each.what[len(each.found) :].partition(" wanted")[2]
    seen = "" if each.wanted.endswith(rest) else rest[rest.find(" (") :]
    parted = re.fullmatch(f"(.*)[:,;] {language.say('wanted')} (.*)", what.removesuffix(seen), re.DOTALL)
    return replace(each, what=what, found=parted[1], wanted=parted[2]) if parted else replace(each, what=what)


def sentence(english: str, language: Language) -> str:
    """Return a sentence in *language* that was made of one of its texts; any other as it is."""
    if language is ENGLISH or len(english) > LONGEST:
        return english
    return _sentence(english, language.code)


@lru_cache(KEPT)
def _sentence(english: str, code: str) -> str:
    return _known(english, code) or _beside_a_name(english, code) or english


def _known(english: str, code: str, deep: int = DEEPEST) -> str:
    """Return a text of the language with its holes filled, these told as well where they are known.

    One word in a hole is a device's, be it `error` or `high`, but for those that stand for its silence.
    """
    language = load(code)
    if english in language.texts and (deep == DEEPEST or " " in english or english in SILENCE):
        return language.texts[english]
    for text, (around, names) in _shapes(code).items():
        values = _between(around, english)
        if values is not None:
            told = [_known(value, code, deep - 1) or value if deep else value for value in values]
            return language.say(text, **dict(zip(names, told, strict=True)))
    return ""


def _beside_a_name(english: str, code: str) -> str:
    """Return `name: sentence` or `sentence (line)` with the sentence told; empty: it is neither."""
    for found in islice(re.finditer(": ", english), MOST_NAMES):
        told = _known(english[found.end() :], code)
        if told:
            return english[: found.end()] + told
    for found in islice(re.finditer(r" \(", english), MOST_NAMES):
        told = _known(english[: found.start()], code) if english.endswith(")") else ""
        if told:
            return told + english[found.start() :]
    return ""


@cache
def _shapes(code: str) -> Mapping[str, Shape]:
    """Return the texts with holes, those that say most first: a general one must not catch a closer one's."""
    shapes = {text: _shape(text) for text in load(code).texts if "{" in text}
    return dict(sorted(shapes.items(), key=lambda item: -sum(map(len, item[1][0]))))


def _shape(text: str) -> Shape:
    parts = list(Formatter().parse(text))
    around = [literal for literal, _, _, _ in parts]
    names = tuple(name for _, name, _, _ in parts if name is not None)
    return tuple(around if len(around) > len(names) else [*around, ""]), names


def _between(around: tuple[str, ...], text: str) -> list[str] | None:
    """Return what stands in the holes of *text*, each as short as can be; in one pass, whatever the text."""
    first, *middle, last = around
    if not text.startswith(first) or not text.endswith(last):
        return None
    values, start = [], len(first)
    for literal in middle:
        end = text.find(literal, start + 1)
        if end < 0:
            return None
        values.append(text[start:end])
        start = end + len(literal)
    end = len(text) - len(last)
    return [*values, text[start:end]] if end > start else None


def _rows(name: str) -> Iterator[Mapping[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as text:
        yield from csv.DictReader(text)
