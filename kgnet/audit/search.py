"""expression, lines → which of them match; in a process of its own, which the kernel ends if need be.

An expression in an office's pack may search for ever (`(a+)+$`), and within a process nothing stops it:
Python's `re` does not let go of the interpreter. So a child searches, with a timer of its CPU time that
nobody handles.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from kgnet.errors import ReadError
from kgnet.findings import Row, read, row
from kgnet.model.outcome import Evidence, Status

MOST_CPU_S = 2.0  # for one expression on one device; 40,000 lines take a sane one some 20 ms
MOST_MEMORY_BYTES = 1 << 30
ENDLESS = f"searches for more than {MOST_CPU_S:g} s"
CHILD = f"""
import json, re, resource, signal, sys
resource.setrlimit(resource.RLIMIT_AS, ({MOST_MEMORY_BYTES}, {MOST_MEMORY_BYTES}))
lines = []
for request in sys.stdin:
    told = json.loads(request)
    if "lines" in told:
        lines = told["lines"]
        continue
    signal.setitimer(signal.ITIMER_PROF, {MOST_CPU_S})
    found = re.compile(told["expression"]).search
    places = [place for place, line in enumerate(lines) if found(line)]
    signal.setitimer(signal.ITIMER_PROF, 0)
    print(json.dumps(places), flush=True)
"""


def search(expression: str, lines: Sequence[str]) -> frozenset[int]:
    """Return the places of those *lines* in which *expression* is found, from 0.

    ReadError if that took too long here or, with the same expression, on a device before.
    """
    return _searcher(os.getpid()).search(expression, lines)


def carried(found: Iterable[Row]) -> Iterator[Row]:
    """End a rule whose expression took too long on the devices that follow, too, wherever they were judged.

    So the result does not hang on which process judged what; what was *found* comes in the order of devices.
    """
    skip, error = Status.SKIP.value, Status.ERROR.value
    ended: dict[str, str] = {}
    for each in found:
        if each.status != skip and each.rule in ended:
            yield each._replace(status=error, said=ended[each.rule])
            continue
        if each.status == error and ENDLESS in each.said:
            what = read(each).evidence[0].what
            if what.endswith(ENDLESS):
                evidence = (Evidence(f"{what} on a device before this one"),)
                ended[each.rule] = row(read(each)._replace(evidence=evidence)).said
        yield each


class _Searcher:
    """The child, begun when it is first needed, and again after it was ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._sent: Sequence[str] | None = None
        self._slow: dict[str, str] = {}  # expression → what was said of it

    def search(self, expression: str, lines: Sequence[str]) -> frozenset[int]:
        with self._lock:
            if expression in self._slow:
                raise ReadError(self._slow[expression])
            answer = self._asked(expression, lines)
            if not answer:
                self._slow[expression] = self._ended(expression)
                raise ReadError(self._slow[expression])
            return frozenset(json.loads(answer))

    def _asked(self, expression: str, lines: Sequence[str]) -> str:
        """Return the child's answer; empty: it was ended."""
        child = self._child = self._child or _begun()
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            if self._sent != lines:
                _tell(child.stdin, {"lines": list(lines)})
                self._sent = list(lines)
            _tell(child.stdin, {"expression": expression})
        except BrokenPipeError:
            return ""
        return child.stdout.readline()

    def _ended(self, expression: str) -> str:
        """Bury the child; return why it went."""
        code = self._child.wait() if self._child else 0
        self.close()
        if code == -signal.SIGPROF:
            return f"the expression {expression!r} {ENDLESS}"
        return f"the expression {expression!r} cannot be searched for: its search ended with {code}"

    def close(self) -> None:
        if self._child:
            self._child.kill()
            self._child.communicate()
        self._child = self._sent = None


def _begun() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,  # Ctrl-C is ours to hear
    )


def _tell(pipe: Any, what: dict[str, Any]) -> None:
    pipe.write(json.dumps(what) + "\n")
    pipe.flush()


@cache
def _searcher(process: int) -> _Searcher:
    """Return the one of this *process*: a fork must not speak to its parent's child."""
    found = _Searcher()
    atexit.register(found.close)
    return found
