"""The guard on a device, run here in a folder of its own: whose lock it is, what comes after a failure."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kgnet.transactions.guard import BEGIN, SCRIPT

OURS, THEIRS = "0123456789abcdef", "fedcba9876543210"


class Place:
    """The folder of a guard, as it is on a device."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "deploy"

    def begin(self, token: str, script: str = SCRIPT) -> subprocess.CompletedProcess[str]:
        words = [str(self.folder), token, "an on desk", "60", str(len(SCRIPT.encode()))]
        return self._run("sh", "-c", BEGIN, "sh", *words, stdin=script)

    def guard(self, *argv: str) -> subprocess.CompletedProcess[str]:
        return self._run("sh", str(self.folder / "guard"), *argv)

    def put(self, name: str, *parts: list[list[str]]) -> None:
        """Write the list *name* as the deployer does."""
        commands = ("".join("".join(f"{word}\n" for word in argv) + "\n" for argv in part) for part in parts)
        (self.folder / name).write_text("".join(f"{each}\n" for each in commands), encoding="utf-8")

    def _run(self, *argv: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(argv, input=stdin, capture_output=True, text=True, timeout=20, check=False)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    there = Place(tmp_path)
    yield there
    if there.folder.exists():
        there.put("restore")
        there.put("resave")
        there.guard("restore")


def test_a_deployer_that_died_while_it_locked_leaves_no_lock(place: Place) -> None:
    """Half a script would be a lock without a timer: nobody would ever take it away."""
    for length in (0, 10, len(SCRIPT) - 1):
        assert place.begin(OURS, SCRIPT[:length]).returncode == 1
        assert not place.folder.exists()
    assert place.begin(OURS).returncode == 0


def test_who_is_refused_takes_nobodys_lock_away(place: Place) -> None:
    """A lock has an owner; to find a device held by another does not free it."""
    assert place.begin(THEIRS).returncode == 0
    assert place.begin(OURS).returncode == 75
    for words in (["free", OURS], ["arm", OURS, "60"], ["load", OURS], ["restore", OURS], ["confirm", OURS]):
        answer = place.guard(*words)
        assert (answer.returncode, answer.stderr) == (3, "another deploy holds it by now\n"), words
    assert (place.folder / "held").exists()
    assert place.guard("free", THEIRS).returncode == 0
    assert not place.folder.exists()


def test_a_file_that_could_not_be_written_is_not_put_in_place(place: Place, tmp_path: Path) -> None:
    """On a full disk the startup configuration stays as it is; the parts that can be put back are."""
    for name in ("full.conf", "other.conf"):
        (tmp_path / name).write_text("old", encoding="utf-8")
    (tmp_path / "full.conf.new").write_text("ol", encoding="utf-8")
    assert place.begin(OURS).returncode == 0
    place.put("save", [["sh", "-c", f"echo new >{tmp_path}/other.conf; false"]])
    place.put("restore")
    place.put(
        "resave",
        [["false"], ["mv", f"{tmp_path}/full.conf.new", f"{tmp_path}/full.conf"]],
        [["sh", "-c", f"printf old >{tmp_path}/other.conf"]],
    )
    assert place.guard("arm", OURS, "60").returncode == 0
    assert place.guard("confirm", OURS).returncode == 4
    assert (tmp_path / "full.conf").read_text(encoding="utf-8") == "old"
    assert (tmp_path / "other.conf").read_text(encoding="utf-8") == "old"
    assert (tmp_path / "last" / "result").read_text(encoding="utf-8") == "restore failed\n"
