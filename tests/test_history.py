"""History: since when a finding stands, what is new and fixed, whatever runs come in whatever order."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from postgres import PASSWORD, server

from kgnet.errors import HistoryError, KgnetError, NothingRecorded, UsageError
from kgnet.history import History, _place, _tables, place
from kgnet.model.history import Asked
from kgnet.model.identity import fingerprints, lasting
from kgnet.model.outcome import COLLECT, Evidence, Finding, Severity, Stand, State, Status

DAY = timedelta(days=1)
BEGIN = datetime(2026, 1, 1, 8, tzinfo=UTC)
RULE, DEVICE = "KG-RTG-01", "r-902"
BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.xdist_group("postgres"))]


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    with server() as url:
        yield url


@pytest.fixture
def url(database: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A schema of the test's own."""
    name = f"t{abs(hash(request.node.name))}"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        yield f"{database}&options={quote(f'-csearch_path={name}')}"
        connection.execute(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture(params=BOTH)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> History:
    """A history that is empty, in either kind of database."""
    if request.param == "sqlite":
        return History(place(str(tmp_path / "state" / "history.sqlite")))
    return History(place(request.getfixturevalue("url")))


def asked(days: float = 0, **more: Any) -> Asked:
    told = Asked("province · baseline · live", BEGIN + days * DAY, "province", "baseline", "live")
    return replace(told, **more)


def found(*texts: str, status: Status = Status.FAIL, rule: str = RULE, device: str = DEVICE) -> Finding:
    evidence = tuple(Evidence(text, f"{device}.cfg:{number}") for number, text in enumerate(texts, start=1))
    return Finding(rule, device, "902", status, Severity.HIGH, evidence)


PASSED, SKIPPED = found(status=Status.PASS), found("does not apply", status=Status.SKIP)
SILENT = found("no answer", status=Status.ERROR)


def stands(kept: History, run: str = "last") -> dict[str, int]:
    """Return what stands → since which day."""
    return {each.what: (each.since - BEGIN).days for each in kept.standing(run)}


# ── what makes a finding the same ───────────────────────────────────────────


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("it ends after 3600 s, at most 900 s wanted", "it ends after 60 s, at most 30 s wanted"),
        ("the lists are 9 days old: at most 7 wanted", "the lists are 10 days old: at most 7 wanted"),
        ("the prefix list A permits everything (line 12)", "the prefix list A permits everything (line 80)"),
        ("asks 2 NTP servers, at least 4 wanted", "asks 3 NTP servers, at least 4 wanted"),
        ("r1 is up for 12.5 s only", "r1 is up for 8 s only"),
        ("3 of 40 mailboxes had no login", "4 of 40 mailboxes had no login"),
    ],
)  # fmt: skip
def test_a_measured_value_makes_no_other_finding(one: str, other: str) -> None:
    """Else what stands for a year is new every day."""
    assert lasting(one) == lasting(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("neighbour 10.0.0.1 (hub1) has no key", "neighbour 10.0.0.3 (hub1) has no key"),
        ("VLAN 10 has no spanning tree", "VLAN 20 has no spanning tree"),
        ("neighbour fd00::1 (AS 65001) is extra", "neighbour fd00::1 (AS 65002) is extra"),
        ("port 25 stands open", "port 26 stands open"),
        ("Gi0/1 is in VLAN 1", "Gi0/2 is in VLAN 1"),
        ("sshd listens on 0.0.0.0 tcp/22", "sshd listens on 0.0.0.0 tcp/2222"),
    ],
)  # fmt: skip
def test_another_name_makes_another_finding(one: str, other: str) -> None:
    """Else a new hole would pass for an old one."""
    assert lasting(one) != lasting(other)


def test_the_second_of_two_alike_is_a_finding_of_its_own() -> None:
    """Two lines that say the same are two holes; the place does not count."""
    alike = [Evidence("no key", "a:1"), Evidence("no key", "a:9")]
    first, second = fingerprints(alike)
    assert first != second
    assert list(fingerprints([Evidence("no key", "a:7")])) == [first]


# ── a naive model ───────────────────────────────────────────────────────────

KEYS = [(rule, device) for rule in ("KG-A", "KG-B") for device in ("r-1", "r-2")]
TEXTS = ("neighbour 10.0.0.1 has no key", "neighbour 10.0.0.2 has no key")
SAID = st.one_of(
    st.none(),  # not asked
    st.just((Status.PASS, frozenset[str]())),
    st.just((Status.SKIP, frozenset[str]())),
    st.just((Status.ERROR, frozenset[str]())),
    st.tuples(
        st.sampled_from([Status.FAIL, Status.WAIVED]), st.frozensets(st.sampled_from(TEXTS), min_size=1)
    ),
)
Said = tuple[Status, frozenset[str]] | None
RUNS = st.lists(
    st.tuples(st.lists(SAID, min_size=len(KEYS), max_size=len(KEYS)), st.integers(1, 8)),
    min_size=1,
    max_size=7,
)
CONCLUSIVE = (Status.PASS, Status.FAIL, Status.WAIVED)


@dataclass(frozen=True)
class Naive:
    """Every audit that there was, whole; each question goes through all of them."""

    runs: Sequence[Mapping[tuple[str, str], Said]]

    def conclusive(self, key: tuple[str, str], run: int) -> list[tuple[int, Status, frozenset[str]]]:
        """Return which runs up to this one judged it, the latest first."""
        every = ((number, self.runs[number].get(key)) for number in range(run, -1, -1))
        return [(number, *said) for number, said in every if said and said[0] in CONCLUSIVE]

    def status(self, key: tuple[str, str], text: str, run: int) -> Status | None:
        last = next(iter(self.conclusive(key, run)), None)
        return last[1] if last and text in last[2] else None

    def since(self, key: tuple[str, str], text: str | None, run: int) -> int:
        """Return since which run the text, or anything at all, was there without a break."""
        first = run
        for number, _, texts in self.conclusive(key, run):
            if not (text in texts if text else texts):
                break
            first = number
        return first

    def error(self, key: tuple[str, str], run: int) -> bool:
        for number in range(run, -1, -1):
            said = self.runs[number].get(key)
            if said and said[0] is not Status.SKIP:
                return said[0] is Status.ERROR
        return False

    def stands(self, run: int) -> set[tuple[str, str, str, Status, datetime, datetime]]:
        return {
            (*key, text, status, day(self.since(key, text, run)), day(self.since(key, None, run)))
            for key in KEYS
            for text in TEXTS
            if (status := self.status(key, text, run))
        }


def day(number: int) -> datetime:
    return BEGIN + number * DAY


def as_findings(said: Mapping[tuple[str, str], Said]) -> list[Finding]:
    return [
        found(*sorted(told[1]), status=told[0], rule=rule, device=device)
        for (rule, device), told in said.items()
        if told
    ]


@given(RUNS)
@settings(max_examples=150)
def test_it_knows_what_a_naive_model_knows(drawn: Sequence[tuple[Sequence[Said], int]]) -> None:
    """Intervals are a short way to write down what the whole list of audits says."""
    naive = Naive([dict(zip(KEYS, said, strict=True)) for said, _ in drawn])
    with tempfile.TemporaryDirectory() as folder:
        kept = History(place(f"{folder}/history.sqlite"))
        ids: list[str] = []
        for number, (said, back) in enumerate(zip(naive.runs, (back for _, back in drawn), strict=True)):
            base = max(0, number - back)
            told = kept.remember(as_findings(said), asked(number), against=ids[base] if ids else "last")
            _held(naive, told.findings, told.gone, said, number, base if ids else None)
            ids.append(told.run.id)
        for number, name in enumerate(ids):
            every = kept.standing(name)
            open_ = {
                (each.rule, each.device, each.what, each.status, each.since, each.finding_since)
                for each in every
                if each.status is not Status.ERROR
            }
            assert open_ == naive.stands(number)
            errors = {(each.rule, each.device) for each in every if each.status is Status.ERROR}
            assert errors == {key for key in KEYS if naive.error(key, number)}


def _held(
    naive: Naive,
    findings: Iterable[Finding],
    gone: Iterable[Finding],
    said: Mapping[tuple[str, str], Said],
    number: int,
    base: int | None,
) -> None:
    """Hold what one audit is told against the model."""
    for finding in findings:
        if finding.status not in (Status.FAIL, Status.WAIVED):
            continue
        key = finding.rule, finding.device
        for each in finding.evidence:
            before = naive.status(key, each.what, base) if base is not None else None
            known = before is finding.status or (before and finding.status is Status.WAIVED)
            state = State.STANDING if known else State.NEW
            assert each.stand == Stand(state, day(naive.since(key, each.what, number)))
        assert finding.stand
        assert finding.stand.since == day(naive.since(key, None, number))
    fixed = {
        (finding.rule, finding.device, each.what)
        for finding in gone
        for each in finding.evidence
        if each.fingerprint
    }
    assert fixed == {
        (*key, text)
        for key in KEYS
        for text in TEXTS
        if base is not None and naive.status(key, text, base)
        and (now := said.get(key)) and now[0] in CONCLUSIVE and text not in now[1]
    }  # fmt: skip


# ── what is fixed, and what is not ──────────────────────────────────────────


def test_only_what_was_judged_can_be_fixed(kept: History) -> None:
    """Neither silence, nor a rule that was skipped or left out, nor another device's pass mends anything."""
    kept.remember([found("no key")], asked(0))
    other = found(status=Status.PASS, device="r-903")
    for number, findings in enumerate(([SILENT], [SKIPPED], [], [other]), start=1):
        told = kept.remember(findings, asked(number))
        assert ([*told.gone], told.run.fixed) == ([], 0)
        assert stands(kept)["no key"] == 0
    told = kept.remember([PASSED], asked(9))
    assert [each.what for finding in told.gone for each in finding.evidence] == ["no key", "no answer"]
    assert stands(kept) == {}
    assert stands(kept, kept.runs()[1].id) == {"no key": 0, "no answer": 1}


def test_to_waive_is_not_to_fix(kept: History) -> None:
    """Its day stays; when nobody answers for it any more, it is new, and its day is still the first."""
    kept.remember([found("no key")], asked(0))
    waived = found("no key", status=Status.WAIVED)
    waived = waived._replace(evidence=(*waived.evidence, Evidence("waived until 2026-02-01", note=True)))
    told = kept.remember([waived], asked(1))
    assert [[*each] for each in (told.gone, told.news, told.baseline.standing)] == [[], [], [*told.findings]]
    expired = waived._replace(status=Status.FAIL)
    (new,) = kept.remember([expired], asked(2)).news
    assert new.stand == Stand(State.NEW, BEGIN)
    assert stands(kept) == {"no key": 0}


def test_what_comes_back_is_new(kept: History) -> None:
    """Its day is the day when it came back."""
    for number, finding in enumerate([found("no key"), PASSED, found("no key")]):
        told = kept.remember([finding], asked(number))
    assert next(iter(told.findings)).stand == Stand(State.NEW, BEGIN + 2 * DAY)


def test_another_evidence_of_the_same_rule_is_new(kept: History) -> None:
    """The rule stood on that device; the hole is another."""
    kept.remember([found("neighbour 10.0.0.1 has no key")], asked(0))
    told = kept.remember([found("neighbour 10.0.0.1 has no key", "neighbour 10.0.0.9 has no key")], asked(1))
    (new,) = told.news
    assert [each.what for each in new.evidence] == ["neighbour 10.0.0.9 has no key"]
    assert next(iter(told.findings)).stand == Stand(State.STANDING, BEGIN)
    told = kept.remember([found("neighbour 10.0.0.9 has no key")], asked(2))
    assert [each.what for finding in told.gone for each in finding.evidence] == [
        "neighbour 10.0.0.1 has no key"
    ]
    assert [*told.news] == [*told.gone]


def test_a_device_that_answers_again(kept: History) -> None:
    """Whatever its rules say, it could be looked at."""
    kept.remember([SILENT._replace(rule=COLLECT)], asked(0))
    told = kept.remember([SILENT._replace(rule=COLLECT)], asked(1))
    assert [each.stand for each in told.news] == [Stand(State.STANDING, BEGIN)], "always told"
    told = kept.remember([found("no key")], asked(2))
    assert [finding.rule for finding in told.gone] == [COLLECT]


def test_subjects_are_apart(kept: History) -> None:
    """Another pack asks otherwise, and files are not the device."""
    kept.remember([found("no key")], asked(0))
    told = kept.remember([PASSED], asked(1, subject="province · strict · live"))
    assert not told.gone
    assert told.baseline.run == ""
    assert [run.asked.subject for run in kept.runs(1)] == ["province · strict · live"]
    with pytest.raises(HistoryError, match="cannot be compared"):
        kept.diff(kept.runs()[1].id, kept.runs()[0].id)


def test_a_clock_that_was_set_back_mixes_nothing_up(kept: History) -> None:
    """Order is counted; that the clock is odd is told."""
    kept.remember([found("no key")], asked(5))
    told = kept.remember([PASSED], asked(0))
    assert [each.rule for each in told.gone] == [RULE]
    assert "is it right?" in told.baseline.notes[0]
    assert stands(kept) == {}


@pytest.mark.parametrize(
    ("since", "base"),
    [
        ("last", 9),
        ("2026-01-04T08:00+00:00", 3),
        ("2026-01-04T07:59:59Z", 2),
        ("3d", 7),
        ("1w", 3),
        ("99d", None),
    ],
)
def test_since_means_an_audit(tmp_path: Path, since: str, base: int | None) -> None:
    """The last one that had begun by then; if none is so old, everything is new, and that is told."""
    kept = History(place(str(tmp_path / "h")))
    ids = [kept.remember([found("no key")], asked(number)).run.id for number in range(10)]
    told = kept.remember([found("no key")], asked(10), against=since)
    assert told.baseline.run == ("" if base is None else ids[base])
    assert [each.stand.state for each in told.findings if each.stand] == [
        State.NEW if base is None else State.STANDING
    ]
    assert bool(told.baseline.notes) is (base is None)


@pytest.mark.parametrize(
    "since", ["yesterday", "7", "-1d", "2026-13-01", "20260101-080000-ffff", "99999999d"]
)
def test_what_no_audit_can_be_meant_by_is_refused(tmp_path: Path, since: str) -> None:
    """Before any device is asked."""
    kept = History(place(str(tmp_path / "h")))
    kept.remember([PASSED], asked(0))
    with pytest.raises(UsageError, match=f"--since '?{since}"):
        kept.check(asked().subject, since, BEGIN)


def test_two_audits_are_compared(kept: History) -> None:
    """What came, what went, what stayed."""
    first = kept.remember([found("a"), found("b", device="r-1")], asked(0)).run.id
    second = kept.remember([found("c"), found("b", device="r-1")], asked(1)).run.id
    told = kept.diff(first, second)
    assert {state: [each.what for each in told[state]] for state in State} == {
        State.NEW: ["c"],
        State.FIXED: ["a"],
        State.STANDING: ["b"],
    }


def test_what_is_old_is_forgotten(kept: History) -> None:
    """But not what stands, its day, nor the audit that the next one is held against."""
    kept.remember([found("old"), found("stands", rule="KG-A"), found("unseen", device="r-1")], asked(0))
    kept.remember([PASSED, found("stands", rule="KG-A")], asked(1))
    kept.remember([found("stands", rule="KG-A")], asked(50))
    pruned = kept.prune(BEGIN + 40 * DAY)
    assert (pruned.runs, pruned.findings) == (2, 2)
    assert len(kept.runs()) == 1
    assert stands(kept) == {"stands": 0}
    assert kept.prune(BEGIN + 400 * DAY).runs == 0
    told = kept.remember([found("stands", rule="KG-A")], asked(500))
    assert next(iter(told.findings)).stand == Stand(State.STANDING, BEGIN)


def test_strange_texts_are_kept(kept: History) -> None:
    """PostgreSQL takes no NUL, no database half a character."""
    odd = "\x00\x1b[31m\ud800 ấp \U0001f525 " + "x" * 90_000
    for number in range(2):
        told = kept.remember([found(odd, rule=odd, device=f"r-1{odd[:9]}")], asked(number))
    assert next(iter(told.findings)).stand == Stand(State.STANDING, BEGIN)
    (each,) = kept.standing()
    assert len(each.what) == 2000
    assert "\x1b" not in each.what


# ── the file, the server ────────────────────────────────────────────────────


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    """It tells where the network is weak."""
    kept = History(place(str(tmp_path / "new" / "h.sqlite")))
    kept.remember([PASSED], asked())
    assert stat.S_IMODE((tmp_path / "new" / "h.sqlite").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_to_look_makes_no_file(tmp_path: Path) -> None:
    """Nothing is recorded where nobody recorded anything."""
    with pytest.raises(NothingRecorded, match="no audit is recorded there yet"):
        History(place(str(tmp_path / "h"))).runs()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"hello, this is no database at all " * 99, "it is no database — name another by --history"),
        (b"SQLite format 3\0" + b"\xff" * 4096, "database"),
    ],
)
def test_what_is_no_history_is_left_alone(tmp_path: Path, content: bytes, told: str) -> None:
    """One line, with what to do; the file stays as it is."""
    file = tmp_path / "h"
    file.write_bytes(content)
    with pytest.raises(HistoryError, match=told) as reason:
        History(place(str(file))).remember([PASSED], asked())
    assert str(reason.value).startswith(f"the history {file}: ")
    assert "\n" not in str(reason.value)
    assert file.read_bytes() == content


def _sqlite(file: Path, *statements: str) -> None:
    import sqlite3

    with sqlite3.connect(file) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_another_program_s_database_is_left_alone(tmp_path: Path) -> None:
    """The journal stands in the same folder: a slip of the tab key mixes nothing up."""
    _sqlite(tmp_path / "h", "CREATE TABLE entry (number INTEGER)")
    with pytest.raises(HistoryError, match="is another program's database"):
        History(place(str(tmp_path / "h"))).remember([PASSED], asked())


def test_a_newer_history_is_left_alone(kept: History) -> None:
    """What is written there may mean something else by now."""
    kept.remember([PASSED], asked())
    with _place.opened(kept.where, writes=True) as connection:
        connection.execute(_tables.VERSION.update().values(version=99))
    for act in (kept.runs, lambda: kept.remember([PASSED], asked())):
        with pytest.raises(HistoryError, match=r"written by a newer kgnet \(version 99 .* use that one"):
            act()


def test_an_older_history_is_brought_up(kept: History, monkeypatch: pytest.MonkeyPatch) -> None:
    """By looking, too; each step once, and a step that fails leaves all as it was."""
    kept.remember([found("no key")], asked())
    steps: list[int] = []

    def second(connection: Any) -> None:
        steps.append(2)
        connection.exec_driver_sql("ALTER TABLE kgnet_run ADD COLUMN who TEXT")

    def third(connection: Any) -> None:
        connection.exec_driver_sql("ALTER TABLE nowhere ADD COLUMN who TEXT")

    monkeypatch.setattr(_tables, "STEPS", (*_tables.STEPS, second, third))
    with pytest.raises(HistoryError):
        kept.runs()
    monkeypatch.setattr(_tables, "STEPS", _tables.STEPS[:2])
    assert len(kept.runs()) == 1
    assert len(kept.runs()) == 1
    assert steps == [2, 2], "once in vain"
    assert stands(kept) == {"no key": 0}


def test_tables_that_were_changed_are_told(tmp_path: Path) -> None:
    """Somebody's hand, or a torn copy."""
    kept = History(place(str(tmp_path / "h")))
    kept.remember([PASSED], asked())
    _sqlite(tmp_path / "h", "ALTER TABLE kgnet_finding DROP COLUMN what")
    with pytest.raises(HistoryError, match="it is not as kgnet wrote it"):
        kept.remember([PASSED], asked())


def test_a_folder_is_no_history(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="is a folder — name a file in it"):
        place(str(tmp_path))


def test_a_disk_that_nobody_may_write(tmp_path: Path) -> None:
    """Not even root can make a file below one."""
    (tmp_path / "file").write_text("")
    with pytest.raises(HistoryError, match=r"Not a directory|File exists"):
        History(place(str(tmp_path / "file" / "h"))).remember([PASSED], asked())


@pytest.mark.parametrize(
    "told",
    [
        f"postgresql://kgnet:{PASSWORD}@db/kgnet",
        f"postgresql://kgnet@db/kgnet?password={PASSWORD}",
        f"postgres://kgnet@db/kgnet?sslpassword={PASSWORD}",
        f"postgresql+psycopg://:{PASSWORD}@/kgnet",
        f"postgresql://kgnet:{PASSWORD}@db:port/kgnet",
        f"mysql://kgnet:{PASSWORD}@db/kgnet",
        f"postgresql://kgnet@db/kgnet?options=-c%20x&PASSWORD={PASSWORD}",
    ],
)
def test_a_password_is_no_part_of_a_url(told: str) -> None:
    """The list of processes shows it to everybody; the refusal does not."""
    with pytest.raises(KgnetError) as reason:
        place(told)
    assert PASSWORD not in str(reason.value)


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    """One line."""
    kept = History(place(f"postgresql://kgnet@/kgnet?host={tmp_path}&connect_timeout=3"))
    with pytest.raises(
        HistoryError, match=r"the history postgresql://kgnet@/kgnet\?.*: connection"
    ) as reason:
        kept.runs()
    assert "\n" not in str(reason.value)


@pytest.mark.xdist_group("postgres")
def test_a_wrong_password_is_told_and_not_shown(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By libpq's own file, which is where it comes from."""
    wrong = tmp_path / "pgpass"
    wrong.write_text("*:*:*:kgnet:wr0ng\n")
    wrong.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(wrong))
    with pytest.raises(HistoryError, match="password authentication failed") as reason:
        History(place(url)).runs()
    assert "wr0ng" not in str(reason.value)


# ── killed, and two at once ─────────────────────────────────────────────────

WRITER = """
import sys
from datetime import datetime
from kgnet.history import History, place, _rows
from test_history import asked, found
where, name, many, hangs = sys.argv[1:]
record = _rows.record
def slow(*given):
    record(*given)
    print("written", flush=True)
    sys.stdin.read()
if hangs == "hangs":
    _rows.record = slow
kept = History(place(where))
for number in range(int(many)):
    kept.remember([found("no key", device=f"{name}-{number}")], asked(number))
"""


def writer(kept: History, name: str, many: int, how: str = "") -> subprocess.Popen[str]:
    where = str(kept.where.file) if kept.where.file else kept.where.name
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, where, name, str(many), how],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent,
        env={**os.environ, "PYTHONPATH": f"{Path(__file__).parent}:{os.environ.get('PYTHONPATH', '')}"},
    )  # fmt: skip


def test_an_audit_that_is_killed_is_not_recorded(kept: History) -> None:
    """Not by half either, and the next one goes on as if it had not been."""
    kept.remember([found("no key")], asked(0))
    killed = writer(kept, "x", 1, "hangs")
    assert killed.stdout
    assert killed.stdout.readline() == "written\n"
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=60)
    assert len(kept.runs()) == 1
    told = kept.remember([found("no key")], asked(2))
    assert told.run.number == 2
    assert stands(kept) == {"no key": 0}


def test_two_write_at_once(kept: History) -> None:
    """Each audit is there whole, and their numbers have no gap."""
    writers = [writer(kept, name, 15) for name in ("a", "b", "c")]
    assert [each.wait(300) for each in writers] == [0, 0, 0]
    for each in writers:
        each.communicate()
    runs = kept.runs()
    assert sorted(run.number for run in runs) == list(range(1, 46))
    assert len({each.device for each in kept.standing()}) == 45


def test_one_that_holds_it_for_too_long(kept: History, monkeypatch: pytest.MonkeyPatch) -> None:
    """The audit is not lost by it: somebody is told."""
    kept.remember([PASSED], asked(0))
    monkeypatch.setattr(_place, "BUSY_S", 1)
    hangs = writer(kept, "x", 1, "hangs")
    assert hangs.stdout
    hangs.stdout.readline()
    began = time.monotonic()
    with pytest.raises(HistoryError, match=r"another audit writes it: try again|lock timeout"):
        kept.remember([PASSED], asked(1))
    assert time.monotonic() - began < 60, "as long as the other one holds it"
    hangs.kill()
    hangs.communicate(timeout=60)
