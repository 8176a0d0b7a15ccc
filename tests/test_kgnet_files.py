"""The module `kgnet_files` on files; what it does to units is tested in the lab."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args

from kgnet.ansible.modules import kgnet_files

Run = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run the module as on a host; return its exit code and what it said."""
    scratch = str(tmp_path_factory.mktemp("ansible"))

    def run(files: list[dict[str, Any]], *, check: bool = False, **common: str) -> tuple[int, dict[str, Any]]:
        asked = {"files": files, **common, "_ansible_check_mode": check, "_ansible_tmpdir": scratch}
        told = io.StringIO()
        with patch_module_args(asked), redirect_stdout(told), pytest.raises(SystemExit) as end:
            kgnet_files.main()
        return int(end.value.code or 0), json.loads(told.getvalue())

    return run


def test_writes_what_differs_and_then_nothing(run: Run, tmp_path: Path) -> None:
    wanted = [
        {"path": str(tmp_path / "deep" / "a.conf"), "content": "a = 1"},
        {"path": str(tmp_path / "b.conf"), "content": "khóa = ế\n", "mode": "0600"},
    ]
    code, first = run(wanted, mode="0640")
    assert (code, first["changed"], first["paths"]) == (0, True, [each["path"] for each in wanted])
    assert (tmp_path / "deep" / "a.conf").read_text() == "a = 1\n"
    assert (tmp_path / "b.conf").read_text() == "khóa = ế\n"
    modes = [oct(Path(each["path"]).stat().st_mode & 0o777) for each in wanted]
    assert modes == ["0o640", "0o600"]
    code, second = run(wanted, mode="0640")
    assert (code, second["changed"], second["paths"]) == (0, False, [])


def test_check_mode_tells_the_same_and_changes_nothing(run: Run, tmp_path: Path) -> None:
    kept = tmp_path / "kept.conf"
    kept.write_text("old\n")
    wanted = [{"path": str(kept), "content": "new"}, {"path": str(tmp_path / "new.conf"), "content": "x"}]
    code, said = run(wanted, check=True)
    assert (code, said["changed"]) == (0, True)
    assert said["paths"] == [each["path"] for each in wanted]
    assert kept.read_text() == "old\n"
    assert not (tmp_path / "new.conf").exists()


def test_one_refused_candidate_keeps_all_files_back(run: Run, tmp_path: Path) -> None:
    """Two files that belong together must not end up as one new and one old."""
    good, bad = tmp_path / "good.conf", tmp_path / "bad.conf"
    good.write_text("old\n")
    wanted = [
        {"path": str(good), "content": "new"},
        {
            "path": str(bad),
            "content": "nonsense",
            "validate": f"{sys.executable} -c 'import sys; sys.exit(sys.argv[1])' %s",
        },
    ]
    code, said = run(wanted)
    assert code != 0
    assert str(bad) in said["msg"]
    assert good.read_text() == "old\n"
    assert not bad.exists()


def test_a_wrong_mode_alone_is_mended(run: Run, tmp_path: Path) -> None:
    """A private key that has become readable to all is a change, though its text is right."""
    key = tmp_path / "key.pem"
    key.write_text("k\n")
    key.chmod(0o644)
    code, said = run([{"path": str(key), "content": "k", "mode": "0600"}])
    assert (code, said["changed"]) == (0, True)
    assert key.stat().st_mode & 0o777 == 0o600


def test_a_command_applies_only_a_file_that_changed(run: Run, tmp_path: Path) -> None:
    file, witness = tmp_path / "f.conf", tmp_path / "witness"
    wanted = [{"path": str(file), "content": "x", "apply": f"cp %s {witness}"}]
    assert run(wanted)[0] == 0
    assert witness.read_text() == "x\n"
    witness.unlink()
    assert run(wanted)[0] == 0
    assert not witness.exists()


def test_what_strayed_from_its_file_is_applied_again(run: Run, tmp_path: Path) -> None:
    """Somebody set a kernel option by hand: the file is right, and yet not what counts."""
    file, running = tmp_path / "f.conf", tmp_path / "running"
    commands = {"apply": f"cp %s {running}", "proof": f"cmp -s %s {running}"}
    wanted = [{"path": str(file), "content": "a = 1", **commands}]
    assert run(wanted)[1]["changed"]
    assert not run(wanted)[1]["changed"]
    running.write_text("a = 0\n")
    code, said = run(wanted, check=True)
    assert (code, said["changed"], said["units"]) == (0, True, [f"apply {file}"])
    assert run(wanted)[1]["changed"]
    assert running.read_text() == "a = 1\n"


def test_a_command_that_fails_puts_the_former_files_back(run: Run, tmp_path: Path) -> None:
    """Settings that a daemon does not take must not lie in wait for its next start."""
    file, fresh = tmp_path / "f.conf", tmp_path / "fresh.conf"
    file.write_text("old\n")
    wanted = [
        {"path": str(file), "content": "new", "apply": "grep -q old %s"},
        {"path": str(fresh), "content": "x"},
    ]
    code, said = run(wanted)
    assert code != 0
    assert "the former files are in place again" in said["msg"]
    assert file.read_text() == "old\n"
    assert not fresh.exists()
