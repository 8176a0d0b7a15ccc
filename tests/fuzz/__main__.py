"""Fuzz a target with atheris: `python tests/fuzz cisco_ios -max_total_time=300`.

What is found is written as `crash-…`, `timeout-…` or `oom-…` to the folder that one is in; kept as a file in
`tests/cases/fuzz/<target>/`, it is tried by `tests/test_fuzz.py` for ever.  Options are libFuzzer's.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["kgnet"]):
    from targets import TARGETS, seeds, tried

LONGEST_BYTES = 8192
KEPT = Path(__file__).parents[1] / "cases" / "fuzz"


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"usage: {sys.argv[0]} TARGET [libFuzzer's options] — targets: {', '.join(TARGETS)}")
    name, options = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory(prefix="fuzz-corpus-") as folder:
        words: set[bytes] = set()
        kept = [path.read_bytes() for path in sorted((KEPT / name).glob("*"))]
        for number, seed in enumerate([*seeds(name), *kept]):
            Path(folder, f"seed-{number:04}").write_bytes(seed)
            words.update(re.findall(rb"[\w.:/-]{2,24}", seed))
        dictionary = Path(folder).with_suffix(".dict")
        dictionary.write_text("".join(f'"{word.decode()}"\n' for word in sorted(words) if word.isascii()))
        bounds = [f"-max_len={LONGEST_BYTES}", "-timeout=20", "-rss_limit_mb=3072", f"-dict={dictionary}"]
        try:
            atheris.Setup([sys.argv[0], *bounds, *options, folder], lambda told: tried(name, told))
            atheris.Fuzz()
        finally:
            dictionary.unlink()


if __name__ == "__main__":
    main()
