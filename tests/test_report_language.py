"""Reports in Vietnamese: every text that a person reads has one, and it says what the English says."""

from __future__ import annotations

import ast
import csv
import re
from dataclasses import replace
from pathlib import Path
from string import Formatter

import pytest
import yaml
from test_report import ABOUT, REPORTS, in_vietnamese, text

from kgnet import language, paths, plugins
from kgnet.audit import pack as packs
from kgnet.errors import PluginError
from kgnet.model import domains
from kgnet.model.language import ENGLISH
from kgnet.model.outcome import Severity, Status
from kgnet.ports import Rule
from kgnet.reports import _judged
from kgnet.rules._control import BY_HEART, SECOND_HAND

RULES = plugins.found(Rule)
VIETNAMESE = language.load("vi")
CASES = Path(__file__).parent / "cases" / "rules"
DATA = paths.PACKAGE / "data"
REPORTS_FOLDER = paths.PACKAGE / "reports"


def controls() -> list[dict[str, str]]:
    with (DATA / "controls.csv").open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def said() -> set[str]:
    """Return every text that a report or dashboard says by itself: `say("…")` in code and page, tables."""
    found = {*domains.DOMAINS.values(), _judged.OWN, _judged.UNSEEN}
    found |= {each.value for each in (*Status, *Severity)}
    for page in REPORTS_FOLDER.rglob("*.j2"):
        found |= set(re.findall(r'\bsay\("([^"]+)"', page.read_text(encoding="utf-8")))
    for module in (*REPORTS_FOLDER.rglob("*.py"), *(paths.PACKAGE / "export/dashboards").glob("*.py")):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("say"):
                found |= {each.value for each in node.args[:1] if isinstance(each, ast.Constant)}
    return found


# ── nothing is left out ─────────────────────────────────────────────────────


def test_every_rule_has_both_languages() -> None:
    """Title and reason, of the English as it is now: an old text for a new rule would claim too much."""
    without = [
        f"{rule.id}: {told!r}"
        for rule in RULES.values()
        for told in (rule.title, rule.why)
        if told and (rule.id, told) not in VIETNAMESE.rules
    ]
    assert without == [], "\n".join(["no Vietnamese in kgnet/data/rules.vi.csv for", *without])


def test_every_pack_has_both_titles() -> None:
    """It stands at the head of every document."""
    titles = [packs.load(name, RULES)[0].title for name in packs.shipped()]
    assert titles
    assert [title for title in titles if language.sentence(title, VIETNAMESE) == title] == []


def test_every_control_has_both_titles() -> None:
    """Also those that no rule judges yet."""
    without = [
        row["id_kgnet"] for row in controls() if (row["id_kgnet"], row["title"]) not in VIETNAMESE.rules
    ]
    assert without == []


def test_no_text_is_for_what_is_gone() -> None:
    """A text that nobody asks for any more is taken out."""
    there = {(row["id_kgnet"], row["title"]) for row in controls()}
    there |= {(rule.id, told) for rule in RULES.values() for told in (rule.title, rule.why)}
    assert sorted(VIETNAMESE.rules.keys() - there) == []


def test_every_word_of_a_report_has_both_languages() -> None:
    """No page is half in English."""
    words = said()
    assert len(words) > 40
    assert sorted(words - VIETNAMESE.texts.keys()) == []


def test_the_holes_are_the_same() -> None:
    """What varies is told in both languages, each once."""

    def holes(told: str) -> list[str]:
        return sorted(name for _, name, _, _ in Formatter().parse(told) if name is not None)

    for english, vietnamese in VIETNAMESE.texts.items():
        assert vietnamese.strip(), english
        assert holes(english) == holes(vietnamese), english
        assert len({*holes(english)}) == len(holes(english)), english


def test_each_text_stands_once() -> None:
    """Of two for the same English one would never be shown."""
    for name, keys in (("texts.vi.csv", ["en"]), ("rules.vi.csv", ["id", "en"])):
        with (DATA / name).open(encoding="utf-8", newline="") as table:
            every = [tuple(row[key] for key in keys) for row in csv.DictReader(table)]
        assert len(every) == len({*every}), name


# ── sentences ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("english", "vietnamese"),
    [
        ("the rule is for hub, border; this is a mail", "quy tắc dành cho hub, border; thiết bị này là mail"),
        (
            "cannot judge: no line matches '^x {0}'",
            "không đánh giá được: không có dòng nào khớp '^x {0}'",
        ),
        (
            "waived until 2027-03-31 by STTTT (KG-17): old {router}",
            "được miễn trừ đến 2027-03-31, người chịu trách nhiệm STTTT (KG-17): old {router}",
        ),
        ("a sentence that nobody knows", "a sentence that nobody knows"),
        ("", ""),
    ],
)
def test_a_sentence_is_found_again_by_what_stands_around_its_holes(english: str, vietnamese: str) -> None:
    """Names, numbers and a device's own text stay as they are."""
    assert language.sentence(english, VIETNAMESE) == vietnamese
    assert language.sentence(english, ENGLISH) == english


def test_a_word_of_a_device_stays_its_own() -> None:
    """`error` is a level of logs, not the end of a rule."""
    told = language.sentence("logs error and what is more urgent: informational wanted", VIETNAMESE)
    assert told == "ghi mức error và khẩn hơn: cần informational"
    told = language.sentence("logs to nowhere (logging host x)", VIETNAMESE)
    assert told == "không ghi nhật ký vào đâu cả (logging host x)"


def test_what_rules_say_has_both_languages() -> None:
    """Of all sentences that the cases of the rules hold, nine of ten at the least; the rest stays English."""
    every = {
        told
        for file in CASES.glob("*/*.yml")
        for told in yaml.safe_load(file.read_text(encoding="utf-8")).get("evidence") or ()
    }
    without = sorted(told for told in every if language.sentence(told, VIETNAMESE) == told)
    assert len(every) > 100
    assert len(without) <= len(every) / 10, "\n".join(["no Vietnamese in texts.vi.csv for", *without])


def test_a_long_text_takes_no_long_time() -> None:
    """Whoever writes a device's banner does not decide how long an audit lasts."""
    hostile = "the rule is for " + "; this is a " * 300
    assert language.sentence(hostile * 1000, VIETNAMESE) == hostile * 1000
    assert language.sentence(hostile, VIETNAMESE).startswith("quy tắc dành cho ")


# ── reports ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", sorted(REPORTS.keys() - {"json", "jsonl"}))
def test_a_report_speaks_vietnamese(name: str) -> None:
    """The rule's title and reason, and the words around them; for programs the words stay what they are."""
    title = VIETNAMESE.rules["KG-RTG-01", RULES["KG-RTG-01"].title]
    assert title in text(REPORTS[name], about=in_vietnamese())
    assert title not in text(REPORTS[name], about=ABOUT)
    assert RULES["KG-RTG-01"].title not in text(REPORTS[name], about=in_vietnamese())


@pytest.mark.parametrize("name", ["json", "jsonl"])
def test_programs_read_the_same_words(name: str) -> None:
    """Only the evidence is for people."""
    told = text(REPORTS[name], about=in_vietnamese())
    assert '"status": "waived"' in told
    assert "được miễn trừ đến 2027-03-31" in told


def test_a_rule_that_was_changed_is_told_as_it_is() -> None:
    """An old Vietnamese title may claim more than the rule judges by now."""
    changed = replace(RULES["KG-RTG-01"], title="Half of the BGP sessions have a key")
    assert language.told_rule(changed, VIETNAMESE).title == changed.title


def test_every_reference_carries_its_mark_in_both_languages() -> None:
    """What is not known at first hand is nobody's fact, in no language."""
    for rule in RULES.values():
        for english, told in zip(
            rule.references, language.told_rule(rule, VIETNAMESE).references, strict=True
        ):
            for mark in (BY_HEART, SECOND_HAND):
                assert (f"[{mark}]" in english) == (f"[{VIETNAMESE.texts[f'[{mark}]'][1:-1]}]" in told)


def test_an_unknown_language_is_told() -> None:
    """With those that there are."""
    with pytest.raises(PluginError, match="no language is named 'fr' — known: en, vi"):
        language.load("fr")
