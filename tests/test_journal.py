"""The journal of runs: chained, whole after a kill, old configurations only for who has the key."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from kgnet.box import Box
from kgnet.errors import JournalError
from kgnet.journal import journal
from kgnet.model.outcome import Action, Change, Outcome, Plan, Result

PLAN = Plan("hub1", (Change(Action.ADD, "frr", ("router bgp 1",), "network x", 3),))
BOX = Box("journal/key", "a pass phrase")


def test_a_run_tells_what_became_of_every_device(tmp_path: Path) -> None:
    with journal(tmp_path / "j") as kept:
        run = kept.begin(who="an", why="deploy")
        kept.planned(run, PLAN)
        kept.note(run, "hub1", "hold", detail="00ff")
        kept.ended(run, Outcome("hub1", Result.CHANGED, PLAN, seconds=1.234))
        kept.note(run, "hub2", "planned", changes=[])
        told = kept.run(run)
    assert told.begun.detail == {"who": "an", "why": "deploy", "pid": os.getpid()}
    assert (told.result("hub1"), told.result("hub2")) == ("changed", "")
    assert told.plan("hub1") == PLAN
    assert (told.token("hub1"), told.token("hub2")) == ("00ff", "")
    assert not told.over


def test_an_entry_that_was_changed_is_found(tmp_path: Path) -> None:
    """Whoever edits the file would have to compute every later hash anew."""
    path = tmp_path / "j"
    with journal(path) as kept:
        run = kept.begin(who="an", why="deploy")
        for device in ("a", "b", "c"):
            kept.note(run, device, "ended", result="failed")
        assert kept.verify() == 4
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE entry SET detail = '{\"result\": \"changed\"}' WHERE device = 'b'")
    with journal(path) as kept, pytest.raises(JournalError, match="entry 3 is not as it was written"):
        kept.verify()


def test_an_entry_that_was_removed_is_found(tmp_path: Path) -> None:
    path = tmp_path / "j"
    with journal(path) as kept:
        run = kept.begin(who="an", why="deploy")
        kept.note(run, "a", "ended", result="changed")
        kept.note(run, "", "end")
    with sqlite3.connect(path) as raw:
        raw.execute("DELETE FROM entry WHERE device = 'a'")
    with journal(path) as kept, pytest.raises(JournalError, match="one is missing"):
        kept.verify()


def test_an_old_configuration_is_readable_with_the_key_only(tmp_path: Path) -> None:
    path = tmp_path / "j"
    with journal(path, box=BOX) as kept:
        run = kept.begin(who="an", why="deploy")
        kept.keep(run, "hub1", "neighbor password swordfish\n")
        assert kept.kept(run, "hub1") == "neighbor password swordfish\n"
    assert all(b"swordfish" not in file.read_bytes() for file in tmp_path.iterdir())
    assert path.stat().st_mode & 0o077 == 0
    with sqlite3.connect(path) as raw:
        raw.execute("INSERT INTO kept SELECT run, 'hub2', body FROM kept")
    with journal(path, box=BOX) as kept, pytest.raises(JournalError, match="is not the one that was kept"):
        kept.kept(run, "hub2")
    other = Box("journal/key", "another")
    with journal(path, box=other) as kept, pytest.raises(JournalError, match="another secret than"):
        kept.kept(run, "hub1")
    with journal(path) as kept, pytest.raises(JournalError, match="kept no old configuration of hub1"):
        kept.kept(run, "hub1")


def test_many_may_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "j"

    def write() -> None:
        with journal(path) as own:
            run = own.begin(who="an", why="deploy")
            for number in range(20):
                own.note(run, f"d{number}", "ended", result="changed")

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with journal(path) as kept:
        assert kept.verify() == 4 * 21
        assert len(kept.runs()) == 4


WRITER = """
import sys
from pathlib import Path
from kgnet.journal import journal
with journal(Path(sys.argv[1])) as kept:
    run = kept.begin(who="an", why="deploy")
    while True:
        kept.note(run, "hub1", "load")
"""


def test_a_killed_writer_leaves_a_whole_journal(tmp_path: Path) -> None:
    path = tmp_path / "j"
    for _ in range(3):
        before = _count(path)
        with subprocess.Popen([sys.executable, "-c", WRITER, path]) as writer:
            end = time.monotonic() + 30
            while _count(path) <= before + 5 and time.monotonic() < end:
                time.sleep(0.02)
            os.kill(writer.pid, signal.SIGKILL)
    with journal(path) as kept:
        assert kept.verify() > 15
        assert len(kept.runs()) == 3


def _count(path: Path) -> int:
    with journal(path) as kept:
        return kept.verify()


def test_an_unknown_run_is_told_with_those_there_are(tmp_path: Path) -> None:
    with journal(tmp_path / "j") as kept:
        run = kept.begin(who="an", why="deploy")
        with pytest.raises(JournalError, match=f"no run is named 'x' — the latest: {run}"):
            kept.run("x")


def test_what_is_no_journal_is_refused(tmp_path: Path) -> None:
    (tmp_path / "j").write_text("hello " * 1000)
    with pytest.raises(JournalError, match="is it a journal"), journal(tmp_path / "j"):
        pass
