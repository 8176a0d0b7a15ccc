"""Fault injection on real routers: whatever breaks at whatever moment, the old or the new text runs, whole.

    pytest -n 0 -s tests/lab/test_faults_live.py

does six runs, which is what the suite does; `KGNET_FAULT_RUNS=50` does more, and `KGNET_FAULT_SEED=0` begins
with seed 0, not 10. A failure prints its seed. Each run deploys another text to an office's router, several
routers at a time, while one thing goes wrong: the deployer is killed, the sessions drop, the router restarts
or its disk is full, its daemons stand still, somebody else deploys, too. Afterwards:

1. the router runs the old or the new text, whole, and a restart would bring the same one;
2. no lock and no timer is left, and the journal says what is so, with every hash in place;
3. a killed run can be resumed and undone, and the very next deploy ends with the new text.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random

from conftest import KGNET, LAB, Lab
from faults import Fault, coming, drawn, killed
from test_deploy_live import until

from kgnet import paths
from kgnet.collect import configuration
from kgnet.ports import Output

ROUTERS = ("r-30730", "r-30787", "r-30790", "r-31081", "r-stc", "r-stttt")  # none carries another's traffic
RUNS = int(os.environ.get("KGNET_FAULT_RUNS", "6"))
FIRST = int(os.environ.get("KGNET_FAULT_SEED", "10"))
CONFIRM_S = 15
PATIENT = ("--confirm-timeout", "300")  # of deploys that nothing disturbs but the others' load
LONGEST_S = 400.0
STARTUP = (
    "cat /etc/frr/frr.conf /etc/nftables.conf /etc/kgnet/qos.tc; cat /etc/wireguard/*.conf 2>/dev/null; true"
)
LEFT = "[ ! -e /run/kgnet/deploy ] && ! pgrep -f '^sh /run/kgnet/deploy/guard'"
EDITS = (
    ("frr.j2", "log syslog informational", "log syslog notifications"),
    ("qos.j2", "limit {{ each.limit_packets }}", "limit {{ each.limit_packets + 1 }}"),
    ("nftables.j2", "burst 10 packets", "burst 11 packets"),
)
Text = tuple[str, str]  # running, startup


@dataclass(frozen=True)
class Console:
    """A router as one sees it from beside it: neither its network nor its SSH is needed."""

    lab: Lab
    name: str

    def run(self, argv: Sequence[str], *, stdin: str = "", timeout_s: float = 30.0) -> Output:
        done = self.lab.exec(self.name, *argv, stdin=stdin, timeout_s=timeout_s + LONGEST_S)
        return Output(done.returncode, done.stdout, done.stderr)

    def text(self) -> Text:
        """Return what the router runs, canonical, and what a restart would bring."""
        running = configuration(self.lab.fleet.devices[self.name], self)
        return str(running), self.lab.must(self.name, "sh", "-c", STARTUP)

    def free(self) -> bool:
        return self.lab.exec(self.name, "sh", "-c", LEFT).returncode == 0


@dataclass(frozen=True)
class Desk:
    """From where one router is deployed to: by either of two *templates*; *texts* is what comes of each."""

    lab: Lab
    router: str
    templates: tuple[Path, Path]
    texts: tuple[Text, Text]

    def deploy(self, number: int, *options: str) -> subprocess.Popen[str]:
        words = ["deploy", "--yes", *options, "--templates", str(self.templates[number])]
        place = ["twin", "exec", "--name", self.lab.name, "operator", "--", str(KGNET)]
        return subprocess.Popen(
            [str(KGNET), *place, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | {"KGNET_INVENTORY": str(LAB), "NO_COLOR": "1"},
        )

    def deployed(self, number: int, *options: str) -> tuple[int, str]:
        """Deploy, and return exit code and what was said."""
        process = self.deploy(number, *options)
        out, _ = process.communicate(timeout=LONGEST_S)
        return process.returncode, out

    def result(self, run: str) -> str:
        """Return how the journal says that *run* ended for the router; "" if it does not."""
        told = self.lab.run(str(KGNET), "journal", run, "--format", "json")
        assert told.returncode == 0, told.stderr
        return str(json.loads(told.stdout)["devices"][self.router]["result"] or "")


def desk(lab: Lab, router: str, templates: tuple[Path, Path]) -> Desk:
    """Deploy either text without a fault: that is what the others are compared with."""
    bare = Desk(lab, router, templates, (("", ""), ("", "")))
    texts: list[Text] = []
    for number in (1, 0):
        code, out = bare.deployed(number, "--limit", router, *PATIENT)
        assert code == 0, out
        texts.append(Console(lab, router).text())
    assert all(new != old for new, old in zip(*texts, strict=True)), "the two texts are one"
    return Desk(lab, router, templates, (texts[1], texts[0]))


# ── one run ─────────────────────────────────────────────────────────────────


def attempt(at: Desk, fault: Fault, number: int) -> tuple[int, str]:
    """Deploy text *number* while *fault* comes; return exit code and what was said."""
    options = ("--limit", at.router, "--confirm-timeout", str(CONFIRM_S))
    with coming(at.lab, fault) as trouble, ThreadPoolExecutor(1) as beside:
        process = at.deploy(number, *options)

        def come() -> str:
            came = trouble.stdout and trouble.stdout.readline()
            if came and fault.kind == "kill":
                killed(process)
            return at.deployed(number, *options)[1] if came and fault.kind == "second" else ""

        other = beside.submit(come)
        out, _ = process.communicate(timeout=LONGEST_S)
        if not other.done() and fault.kind != "second":
            trouble.terminate()  # the deploy was faster
        second = other.result(LONGEST_S)
    if fault.kind == "second":
        _two(at, out, second)
    return process.returncode, out + second


def _two(at: Desk, first: str, second: str) -> None:
    """Of two deploys at the same time at most one changes anything, and the other says why it does not."""
    changed = [out for out in (first, second) if re.search(rf"^{at.router} +changed", out, re.M)]
    assert len(changed) < 2, f"both changed it:\n{first}\n{second}"
    for out in (first, second):
        said = ("1 changed", "1 unchanged", "another deploy holds it", "changed since", "1 rolled back")
        assert any(words in out for words in said), out


def run(at: Desk, seed: int, old: int) -> str:
    """Let one thing go wrong in one deploy from text *old* to the other; return what it came to."""
    dice = Random(seed)
    fault, new = drawn(dice, at.router), 1 - old
    code, out = attempt(at, fault, new)
    story = f"seed {seed}: {at.router}, {fault}: exit code {code}\n{out}"
    told = re.search(r"^run (\S+)$", out, re.MULTILINE)
    result = at.result(told[1]) if told else "nothing begun"
    way = ""
    if told and not result:
        way, more = taken_up(at, told[1], dice.choice(("--resume", "--undo", "wait")), new)
        story += more
    until(Console(at.lab, at.router).free, within_s=CONFIRM_S + 60)
    text = Console(at.lab, at.router).text()
    _whole(at, text, story)
    due = {"--resume": (new,), "--undo": (old,), "wait": (old, new)}.get(way)
    due = due or ((new,) if re.search(rf"^{at.router} +changed", out, re.MULTILINE) else (old,))
    assert text in [at.texts[number] for number in due], f"{story}\n{result} is not what is so"
    verified = at.lab.run(str(KGNET), "journal", "--verify")
    assert verified.returncode == 0, verified.stderr
    code, out = at.deployed(new, "--limit", at.router, *PATIENT)
    assert code == 0, f"{story}\nthe next deploy: {out}"
    assert Console(at.lab, at.router).text() == at.texts[new], f"{story}\nthe next deploy left something else"
    return f"{fault.kind}: {result or 'left behind'} {way}".rstrip()


def taken_up(at: Desk, name: str, way: str, number: int) -> tuple[str, str]:
    """Take up or take back a killed run, or let the router help itself; return how, and what was said."""
    if way == "wait" and at.lab.exec(at.router, "test", "-e", "/run/kgnet/deploy/held").returncode != 0:
        return way, ""
    way = "--undo" if way == "wait" else way  # a lock on which nothing is loaded falls by itself, but late
    code, out = at.deployed(number, way, name, *PATIENT)
    assert code == 0, f"{way}: {out}"
    return way, f"then {way}: {out}"


def _whole(at: Desk, text: Text, story: str) -> None:
    """Either half of *text* is one of the two, whole, and both are the same one."""
    known = [[each[half] for each in at.texts] for half in (0, 1)]
    places = [known[half].index(text[half]) if text[half] in known[half] else -1 for half in (0, 1)]
    assert -1 not in places, f"{story}\nruns or saved a mixture: {places}\n{text[places.index(-1)]}"
    assert places[0] == places[1], f"{story}\na restart would bring something else"


# ── many runs ───────────────────────────────────────────────────────────────


def campaign(lab: Lab, runs: int, first: int, folder: Path) -> tuple[Counter[str], list[str]]:
    """Do *runs* runs, each router one after another; return what they came to, and what was wrong."""
    templates = _templates(folder)

    def work(number: int) -> tuple[Counter[str], list[str]]:
        came, router, old = Counter[str](), ROUTERS[number], 0
        try:
            at = desk(lab, router, templates)
            for seed in range(first + number, first + runs, len(ROUTERS)):
                what = run(at, seed, old)
                print(f"seed {seed}: {router}, {what}", flush=True)
                came[what] += 1
                old = 1 - old
            code, out = at.deployed(0, "--limit", router, *PATIENT)
            return came, [] if code == 0 else [out]
        except (AssertionError, subprocess.TimeoutExpired) as reason:
            print(f"{router}: {reason}", flush=True)
            return came, [f"{router}: {reason}"]

    count = min(runs, len(ROUTERS))
    with ThreadPoolExecutor(count) as pool:
        every = list(pool.map(work, range(count)))
    return sum((came for came, _ in every), Counter[str]()), [line for _, wrong in every for line in wrong]


def _templates(folder: Path) -> tuple[Path, Path]:
    """Return the templates that come along, and others that differ in every part."""
    edited = Path(shutil.copytree(paths.templates(), folder / "templates"))
    for name, old, new in EDITS:
        path = edited / "frr" / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name} has changed: mend this test"
        path.write_text(text.replace(old, new), encoding="utf-8")
    return paths.templates(), edited


def test_whatever_breaks_nothing_stays_half_done(lab: Lab, tmp_path: Path) -> None:
    assert RUNS > 0
    print(f"seeds {FIRST} to {FIRST + RUNS - 1}")
    came, wrong = campaign(lab, RUNS, FIRST, tmp_path)
    for what, count in sorted(came.items()):
        print(f"{count:4} {what}")
    assert not wrong, "\n\n".join(wrong)
    assert came.total() == RUNS
