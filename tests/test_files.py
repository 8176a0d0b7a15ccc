"""Files that are there whole or not at all, and what is no file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kgnet import files


def test_what_is_no_file_is_written_to_and_never_replaced(tmp_path: Path) -> None:
    """`-o /dev/full` as root must not make a file of the device."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    files.write(pipe, "told")
    assert os.read(reader, 10) == b"told"
    os.close(reader)
    assert pipe.is_fifo()
    with pytest.raises(OSError, match="No space left on device"):
        files.write(Path("/dev/full"), "told")
    assert Path("/dev/full").is_char_device()


def test_a_link_stays_one(tmp_path: Path) -> None:
    target, link = tmp_path / "there" / "report.txt", tmp_path / "report.txt"
    target.parent.mkdir()
    target.write_text("old")
    link.symlink_to(target)
    files.write(link, "new", mode=0o640)
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in target.parent.iterdir()] == ["report.txt"]


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file is no folder")
    with pytest.raises(OSError, match="file") as refused:
        files.write(tmp_path / "file" / "report.txt", "new")
    assert refused.value.filename == str(tmp_path / "file" / "report.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
