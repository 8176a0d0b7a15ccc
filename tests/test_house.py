"""The shape of the house: which floor may import which, how big a room may be, and what never comes in."""

from __future__ import annotations

import ast
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from kgnet.plugins import FOLDERS, found

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ROOT / "kgnet"

# From the ground up.  A module imports only from floors below its own, or from its own room.
FLOORS = (
    {"errors"},
    {"model"},
    {"findings"},  # nouns of `model` on disk: what a report is given, so it stands below the ports
    {"ports", "wire", "paths", "files", "community", "box"},
    {"plugins", "secrets", "passwords", "language", "checklist"},
    {"published", "environment"},
    {"design", "platforms", "drivers", "transactions", "rooms", "rules", "probes", "reports"},
    {
        "inventory",
        "limit",
        "render",
        "plan",
        "collect",
        "deploy",
        "audit",
        "measure",
        "backup",
        "export",
        "twin",
        "emulate",
        "journal",
        "remedies",
        "blast",
        "history",
    },
    {"line", "mend"},  # verbs joined for a device, once for the commands and for Ansible
    {"cli", "ansible"},
)
MODULES = sorted(path for path in HOUSE.rglob("*.py"))
LONGEST_FILE = 300
LONGEST_FUNCTION = 50


def room(path: Path) -> str:
    """Return the name of the room that a module belongs to: its first part below `kgnet`."""
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


def floor(name: str) -> int:
    for number, rooms in enumerate(FLOORS):
        if name in rooms:
            return number
    raise AssertionError(f"kgnet/{name} stands on no floor: place it in FLOORS, with a reason")


def imports(path: Path) -> Iterator[str]:
    """Yield the rooms that a module imports from, those for typing and inside functions included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "kgnet":
            names = [f"kgnet.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            parts = name.split(".")
            if parts[0] == "kgnet" and len(parts) > 1 and parts[1] != "__version__":
                yield parts[1]


def test_there_is_a_house() -> None:
    """An empty list of modules would let every test below pass."""
    assert len(MODULES) > 50


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_imports_run_down(path: Path) -> None:
    """Neighbours on a floor never import each other: a change stays where it is made."""
    here = room(path)
    if here == "__init__":
        return
    for there in imports(path):
        assert there == here or floor(there) < floor(here), f"{here} imports {there}"


# What plug-ins of one kind share stands under a name with a leading underscore, or in the package itself.
@pytest.mark.parametrize("folder", sorted({folder for _, folder in FOLDERS.values()} | {"emulate"}))
def test_plugins_do_not_import_each_other(folder: str) -> None:
    """A plug-in, be it one file or a folder of them, can be deleted without a trace."""
    here = HOUSE / folder
    plugins = {path.stem for path in here.iterdir() if not path.stem.startswith("_")}
    if folder == "emulate":
        plugins = {name for name in plugins if (here / name).is_dir()}
    for path in here.rglob("*.py"):
        own = path.relative_to(here).parts[0].removesuffix(".py")
        text = path.read_text(encoding="utf-8")
        told = re.findall(rf"from kgnet\.{folder}(?:\.(\w+)| import (\w+))", text)
        others = {deep or flat for deep, flat in told} & plugins - {own}
        assert own == "__init__" or not others, f"{path} imports {others}"


@pytest.mark.parametrize("kind", [kind for kind, _ in FOLDERS.values()], ids=FOLDERS)
def test_every_kind_has_plugins(kind: type) -> None:
    """An empty folder is no evidence."""
    assert found(kind)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_file_fits_two_screens_and_says_what_it_is_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_FILE
    tree = ast.parse(text)
    assert not tree.body or ast.get_docstring(tree), "the first line says what the file is for"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or 0) - node.lineno
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_bug_shows_its_traceback(path: Path) -> None:
    """No handler swallows what nobody foresaw."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else ""
            assert caught not in ("", "Exception", "BaseException"), f"line {node.lineno}"


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def test_no_two_test_files_share_a_name() -> None:
    """Pytest imports them by their bare names: the second of two would never be collected."""
    times = Counter(path.name for path in ROOT.glob("tests/**/*.py"))
    assert [name for name, count in times.items() if count > 1] == []


def test_no_secret_and_no_path_of_a_machine_is_in_the_repository() -> None:
    """What is pushed once is public for ever."""
    home = f"/{ROOT.parts[1]}/"
    files = tracked()
    assert files
    for path in files:
        text = path.read_bytes().decode("utf-8", "replace")
        assert "PRIVATE KEY-----\n" not in text, path
        if len(ROOT.parts) > 2 and home not in (
            "/home/",
            "/root/",
            "/tmp/",
            "/usr/",
            "/var/",
            "/opt/",
            "/srv/",
        ):
            assert home not in text, f"{path} names {home}"


def test_the_top_level_is_the_one_agreed_on() -> None:
    """A newcomer finds the same eight doors in every version, and beside them what any repository needs."""
    fixed = {
        "inventories",
        "playbooks",
        "roles",
        "kgnet",
        "templates",
        "tests",
        "pyproject.toml",
        "README.md",
    }
    beside = {
        *("Makefile", "ansible.cfg", "LICENSE", "CHANGELOG.md", "README.vi.md", "docs", "benchmarks", ".ci"),
        *("requirements.lock", ".gitignore", ".gitattributes", ".ansible-lint", ".yamllint", ".editorconfig"),
    }
    top = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert fixed <= top
    assert top <= fixed | beside
