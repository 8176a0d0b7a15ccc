"""What fuzzing found (`python tests/fuzz`), and what it begins with: facts, or one of our own errors."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz.targets import TARGETS, seeds, tried

KEPT = Path(__file__).parent / "cases" / "fuzz"
CASES = sorted(path for path in KEPT.glob("*/*") if path.is_file())


def test_there_are_cases_of_targets() -> None:
    assert CASES
    assert {path.parent.name for path in CASES} <= set(TARGETS)


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_was_found_stays_mended(case: Path) -> None:
    tried(case.parent.name, case.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_every_target_knows_what_it_begins_with(name: str) -> None:
    """Some of it is read without an error: else nothing behind the first look would be fuzzed."""
    told = [*seeds(name)]
    assert told
    for each in told:
        tried(name, each)
    whole = next(iter(told))
    if name in ("inventory", "waivers"):
        TARGETS[name](whole)
