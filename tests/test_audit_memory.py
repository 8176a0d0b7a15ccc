"""An audit of many files needs no more memory than one of few: findings lie on disk, reports stream."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = "from kgnet.cli import main; main()"
TEXT = """\
hostname {name}
service password-encryption
enable secret 9 $9$I2wQfcpyGB1b
interface Vlan1
 ip address 192.0.2.{number} 255.255.255.0
line vty 0 4
 transport input telnet
end
"""
FEW, MANY = 40, 240
SLACK = 1.15


def peak(folder: Path, files: int, *options: str) -> int:
    """Return the most memory, in KiB, of a process that audits so many files."""
    folder.mkdir()
    for number in range(files):
        text = TEXT.format(name=f"sw-{number}", number=number + 1)
        (folder / f"sw-{number}.cfg").write_text(text, encoding="utf-8")
    argv = [sys.executable, "-c", COMMAND, "audit", "--no-inventory", "--config-dir", str(folder)]
    argv += ["--platform", "cisco_ios", "-j", "2", "--output", os.devnull, *options]
    child = subprocess.Popen(argv, stderr=subprocess.PIPE)
    assert child.stderr is not None
    said = child.stderr.read()
    child.stderr.close()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 2, said.decode()
    return used.ru_maxrss


@pytest.mark.parametrize("form", ["json", "text"])
def test_memory_does_not_grow_with_the_files(tmp_path: Path, form: str) -> None:
    """Held in memory, the findings of a file were some 200 kB."""
    options = ("--format", form, "--history", str(tmp_path / "history.sqlite"))
    few, many = peak(tmp_path / "few", FEW, *options), peak(tmp_path / "many", MANY, *options)
    assert many < few * SLACK, f"{few} KiB for {FEW} files, {many} KiB for {MANY}"
