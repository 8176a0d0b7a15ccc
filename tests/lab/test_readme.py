"""What the README tells a newcomer to type works as it stands."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Lab

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)\)")
PAGES = sorted([*ROOT.glob("README*.md"), *(ROOT / "docs").glob("*.md")])
RECAP = re.compile(r"changed=(\d+) +unreachable=(\d+) +failed=(\d+)")
BIN = str(Path(sys.executable).parent)
FINE = {"kgnet audit": (0, 2), "kgnet plan": (0, 2)}  # there may be something left to say


def blocks(page: Path) -> list[str]:
    found = [text for language, text in BLOCK.findall(page.read_text(encoding="utf-8")) if language == "sh"]
    assert found, f"{page} shows nothing to type"
    return found


def shell(command: str, cwd: Path, env: dict[str, str]) -> str:
    done = subprocess.run(
        shlex.split(command), cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=900
    )
    fine = next((codes for words, codes in FINE.items() if words in command), (0,))
    assert done.returncode in fine, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    plain = {key: value for key, value in os.environ.items() if not key.startswith(("KGNET_", "ANSIBLE_"))}
    return plain | {"PATH": f"{BIN}:{os.environ['PATH']}", "KGNET_TWIN_DIR": str(tmp_path / "twins")}


@pytest.mark.parametrize("page", ["README.md", "README.vi.md"])
def test_the_first_two_blocks_are_the_two_commands(page: str) -> None:
    assert [block.strip() for block in blocks(ROOT / page)[:2]] == ["make demo", "make test"]


def test_make_demo(env: dict[str, str]) -> None:
    """The first block: the whole line on real daemons, to the end and with nothing left behind."""
    done = subprocess.run(
        ["make", "demo"], cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=900
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "failed over" in done.stdout
    assert "902-1" in done.stdout
    assert not any((Path(env["KGNET_TWIN_DIR"]) / "demo").glob("state.json"))


def test_make_test_is_what_runs_now() -> None:
    """The second block runs this very test; here it is enough that it runs all of them."""
    told = subprocess.run(
        ["make", "--dry-run", "test"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert "pytest" in told
    assert "mypy" in told
    assert "ruff" in told


@pytest.mark.parametrize("page", ["README.md", "README.vi.md"])
def test_the_first_look(page: str, env: dict[str, str], tmp_path: Path) -> None:
    for name in ("inventories", "templates", "ansible.cfg", "kgnet", "roles", "playbooks"):
        (tmp_path / name).symlink_to(ROOT / name)
    for line in blocks(ROOT / page)[2].splitlines():
        shell(line, tmp_path, env)


def test_the_lab_alive(lab: Lab, env: dict[str, str]) -> None:
    """The fixture ran the first two lines and will run the last; here the second, again, changes nothing."""
    up, site, *between, down = blocks(ROOT / "README.md")[3].splitlines()
    assert (up, down) == ("kgnet twin up -i inventories/lab", "kgnet twin down")
    env |= {"KGNET_TWIN_DIR": str(lab.state.parent), "KGNET_TWIN": lab.name}
    again = shell(site, ROOT, env)
    assert RECAP.findall(again)
    assert set(RECAP.findall(again)) == {("0", "0", "0")}, again[-4000:]
    for line in between:
        shell(line, ROOT, env)


def test_every_block_of_the_readme_is_run_here() -> None:
    """A block that nobody runs is a block that will be wrong."""
    assert len(blocks(ROOT / "README.md")) == 4
    assert len(blocks(ROOT / "README.vi.md")) == 3


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_named_in_the_pages_exist(page: Path, env: dict[str, str]) -> None:
    """`kgnet word` in a page is a command of today."""
    words = set(re.findall(r"`kgnet ([a-z]+)", page.read_text(encoding="utf-8")))
    there = {path.stem for path in (ROOT / "kgnet/cli").glob("*.py")}
    assert words <= there, f"{page.name} names {sorted(words - there)}"
