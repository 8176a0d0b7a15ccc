"""Fault injection on emulated vendors' devices: whatever breaks at whatever step, nothing stays half done.

    python tests/campaign.py [RUNS] [FIRST] [WORKERS]       default: 1,000 runs, seeds from 0, two at a time

Each run deploys another configuration to a device of its own, over the real transport, while one thing goes
wrong: the deployer is killed, the session drops, the device restarts, its storage is full, a line is refused,
silently ignored, slow, somebody else holds the lock … at a random step. Afterwards, time passes for the
device, and then:

1. it runs the old or the new configuration, whole, and a restart would bring the same one;
2. what the outcome says is true, and the journal says the same, with every hash in place;
3. nobody is locked out: the very next deploy, without a fault, ends with the new configuration.
"""

from __future__ import annotations

import difflib
import json
import multiprocessing
import os
import random
import re
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import shipped

from kgnet import paths
from kgnet.box import Box
from kgnet.deploy import Timing, Tools, deploy, recover
from kgnet.emulate import lab
from kgnet.emulate.device import Spec
from kgnet.journal import KEY, journal
from kgnet.line import Line, terms
from kgnet.model.config import Config
from kgnet.model.fleet import Device, Fleet
from kgnet.model.outcome import Plan
from kgnet.plugins import one
from kgnet.ports import Access, Endpoint, Platform
from kgnet.secrets import Secrets

BAD = "BAD: "  # opens the story of a run that left something
VENDORS = (
    "cisco_ios",
    "arista_eos",
    "juniper_junos",
    "huawei_vrp",
    "mikrotik_routeros",
    "fortinet_fortios",
)
KINDS = (
    *("kill",) * 4,
    *("drop-before", "drop-after", "drop-output", "reboot-before", "reboot-after") * 2,
    *("full", "refuse", "ignore", "locked", "slow", "hang", "garbage", "more", "login", "privilege"),
)
TIMING = Timing(confirm_s=60, settle_s=0.0, retry_s=0.05, patience_s=4.0)
# by these a device without locks knows who holds it, and which change it kept last; they stay a while
MARKS = re.compile(r'^ +edit "kgnet-.*?^ +next\n|^ add .*name="?kgnet-.*\n', re.MULTILINE | re.DOTALL)
PASSES_S = 1500.0  # longer than any device waits for a confirmation, or restarts
LONGEST_S = 400.0  # a run that takes longer hangs


@cache
def province() -> Fleet:
    return shipped.fleet("kiengiang")


@cache
def subject(vendor: str) -> Device:
    """Return the first office router of *vendor*."""
    return next(
        each for each in province().devices.values() if each.platform == vendor and each.role == "branch"
    )


def variant(device: Device, number: int) -> Device:
    """Return the same device with something else wanted of it."""
    logs = ("10.0.40.41", f"10.0.40.{50 + number}")
    return replace(device, contact=f"noc{number}@kg.example", syslog=logs[: 1 + number % 2])


@dataclass(frozen=True)
class Desk:
    """From where one device is deployed to."""

    device: Device
    store: Secrets
    access: Access

    @property
    def box(self) -> Box:
        return Box(KEY, self.store.get(KEY))

    def tools(self, wanted: Device) -> Tools:
        line = Line(paths.templates(), self.store, self.access)
        return replace(line.tools(), render=lambda _: line.true(wanted))


# ── the devices, in a process of their own ──────────────────────────────────


def _serve(pipe: Connection, specs: list[Spec], folder: Path, seed: int) -> None:
    """Emulate *specs*; their clock goes with the real one, and on by `step`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with lab.running(specs, folder, speed=1.0, seed=seed) as net:
        places = {spec.name: net.fleet.endpoints[spec.name] for spec in specs}
        pipe.send((places, str(net.folder.known_hosts), str(net.folder.ca_file)))
        while True:
            try:
                verb, words, options = pipe.recv()
            except EOFError:
                return
            pipe.send(
                getattr(net, verb)(*words, **options) if verb != "fault" else _ordered(net, words, options)
            )


def _ordered(net: lab.Lab, words: Any, options: Any) -> None:
    net.fault(*words, **options)


class Net:
    """The devices as seen from here."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.places, self.known_hosts, self.ca_file = pipe.recv()

    def ask(self, verb: str, *words: Any, **options: Any) -> Any:
        self._pipe.send((verb, words, options))
        return self._pipe.recv()


@contextmanager
def emulated(specs: list[Spec], folder: Path, seed: int) -> Iterator[Net]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_serve, args=(theirs, specs, folder, seed))
    process.start()
    theirs.close()
    try:
        yield Net(ours)
    finally:
        ours.close()
        process.join(30)
        if process.is_alive():
            process.kill()


# ── one run ─────────────────────────────────────────────────────────────────


def attempt(desk: Desk, number: int, folder: Path, name: str) -> None:
    """Deploy as `kgnet deploy` does, and leave the outcome in a file."""
    wanted, device = variant(desk.device, number), desk.device
    with journal(folder / f"{name}.sqlite", box=desk.box) as kept:
        run = kept.begin(who="campaign", why="deploy")
        kept.planned(run, Plan(device.name, ()))
        outcome = deploy(device, desk.tools(wanted), terms=terms(kept, run, device, timing=TIMING))
        kept.ended(run, outcome)
    (folder / f"{name}.json").write_text(json.dumps({"result": outcome.result, "reason": outcome.reason}))


def settle(desk: Desk, folder: Path, name: str) -> None:
    """Do for a killed run what `kgnet deploy --resume` does first."""
    device = desk.device
    with journal(folder / f"{name}.sqlite", box=desk.box) as kept:
        for past in kept.runs():
            if past.devices and (token := past.token(device.name)):
                old = Config.parse(device.name, kept.kept(past.id, device.name), default=device.platform)
                recover(device, desk.tools(device), token=token, old=old)


def in_a_child(work: Callable[[], None], errors: Path, *, kill_after_s: float | None = None) -> str:
    """Do *work* in a process that can be killed; return "" if it came to its end."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            sys.stderr = errors.open("w")
            work()
            code = 0
        finally:
            if code:
                traceback.print_exc()
                sys.stderr.flush()
            os._exit(code)
    end = time.monotonic() + (LONGEST_S if kill_after_s is None else kill_after_s)
    while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0):
        if time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "hangs" if kill_after_s is None else "killed"
        time.sleep(0.005)
    return f"crashed: {errors.read_text()}" if ended[1] else ""


def deployed(
    desk: Desk, number: int, folder: Path, name: str, kill_after_s: float | None = None
) -> dict[str, str]:
    """Deploy a variant in a child; return its outcome, which may be that it was killed."""
    bad = in_a_child(
        lambda: attempt(desk, number, folder, name), folder / f"{name}.err", kill_after_s=kill_after_s
    )
    if bad:
        return {"result": bad, "reason": ""}
    told: dict[str, str] = json.loads((folder / f"{name}.json").read_text())
    return told


def state(net: Net, vendor: str, name: str) -> tuple[str, str]:
    """Return what a device runs and what a restart would bring, as one compares them."""
    (part,) = one(Platform, vendor).parts
    running, startup = (part.canonical(net.ask(which, name)) for which in ("running", "startup"))
    return MARKS.sub("", running), MARKS.sub("", startup)


def run(seed: int, net: Net, desk: Desk, vendor: str, texts: dict[int, str], folder: Path) -> str:
    """Let one thing go wrong in one deploy; return what it came to. AssertionError if something is left."""
    dice = random.Random(seed)
    name, number, kind = f"d{seed}", dice.randrange(1, len(texts)), dice.choice(KINDS)
    at = "" if dice.random() < 0.5 else dice.choice((r"commit|confirm|copy|save|write|schedule", r"."))
    kill, times = dice.uniform(0.0, 4.0) if kind == "kill" else None, dice.choice((1, 1, 2))
    if kind != "kill":
        value = str(dice.choice((1, 3))) if kind == "slow" else ""
        where = "" if kind in ("full", "locked", "login", "privilege") else at
        net.ask("fault", name, kind, where, skip=dice.randrange(0, 12), times=times, value=value)
    told = deployed(desk, number, folder, name, kill)
    story = f"seed {seed}: {vendor}, {kind} {at!r}: {told['result']}: {told['reason']}"
    net.ask("well", name)
    net.ask("step", PASSES_S)
    running, startup = state(net, vendor, name)
    old, new = texts[0], texts[number]
    assert running in (old, new), f"{story}\nruns a mixture:\n{_apart(old, running)}"
    assert startup == running, f"{story}\na restart would bring something else"
    due = {"changed": new, "rolled back": old, "failed": old}
    unsure = ("killed", "lost") if times > 1 else ("killed",)  # two faults may leave nobody to look
    assert told["result"] in (*due, *unsure), story
    assert running == due.get(told["result"], running), f"{story}\nis not what it runs"
    _journal_is_true(folder / f"{name}.sqlite", told, story)
    if told["result"] == "killed" or times > 1:  # who takes up the run need not wait for a lock's lease
        left = in_a_child(lambda: settle(desk, folder, name), folder / f"{name}-settle.err")
        assert not left, f"{story}\nresuming: {left}"
    again = deployed(desk, number, folder, f"{name}-again")
    assert again["result"] in ("changed", "unchanged"), f"{story}\nthe next deploy: {again}"
    assert state(net, vendor, name) == (new, new), f"{story}\nthe next deploy left something else"
    return f"{kind}: {told['result']}"


def _apart(old: str, running: str) -> str:
    """Return where a text is not the old one, for who has to find out why."""
    lines = difflib.unified_diff(old.splitlines(), running.splitlines(), "old", "running", n=1, lineterm="")
    return "\n".join(lines)[:3000]


def _journal_is_true(path: Path, told: dict[str, str], story: str) -> None:
    with journal(path) as kept:
        kept.verify()
        if told["result"] != "killed":
            (past,) = kept.runs()
            assert past.result(next(iter(past.devices))) == told["result"], story


# ── many runs ───────────────────────────────────────────────────────────────


def chunk(vendor: str, seeds: list[int]) -> Counter[str]:
    """Do the runs of one vendor, one after another; return what they came to, by vendor and fault."""
    device = subject(vendor)
    with tempfile.TemporaryDirectory(prefix="campaign-") as place:
        folder = Path(place)
        store = Secrets(folder / "secrets")
        store.make(device.secrets)
        account = device.accounts[0]
        password = folder / "password"
        password.write_text(store.get(account.secret))
        password.chmod(0o600)
        template = Spec(
            "model",
            vendor,
            management=f"{device.management}/16",
            user=account.name,
            password=store.get(account.secret),
            aaa={account.name: store.get(account.secret)},
        )
        first, texts = _texts(vendor, template, store, password, folder)
        specs = [replace(template, name=f"d{seed}", startup=first) for seed in seeds]
        with emulated(specs, folder / "net", seeds[0]) as net:
            came: Counter[str] = Counter()
            for seed in seeds:
                desk = _desk(net, f"d{seed}", device, store, password)
                try:
                    came[f"{vendor}: {run(seed, net, desk, vendor, texts, folder)}"] += 1
                except AssertionError as reason:
                    came[f"{BAD}{reason}"] += 1
            return came


def _desk(net: Net, name: str, device: Device, store: Secrets, password: Path) -> Desk:
    places = {(device.name, service): Endpoint(*place) for service, place in net.places[name].items()}
    access = Access(
        user=device.accounts[0].name,
        known_hosts=net.known_hosts,
        password_file=str(password),
        ca_file=net.ca_file,
        endpoints=places,
    )
    return Desk(device, store, access)


def _texts(
    vendor: str, template: Spec, store: Secrets, password: Path, folder: Path
) -> tuple[str, dict[int, str]]:
    """Return the startup text of a provisioned device, and what it runs as each variant, without a fault."""
    with emulated([template], folder / "model", 0) as net:
        desk = _desk(net, "model", subject(vendor), store, password)
        first, texts = "", {}
        for number in (0, 1, 2, 3):
            told = deployed(desk, number, folder, f"model-{number}")
            assert told["result"] in ("changed", "unchanged"), f"{vendor} without a fault: {told}"
            running, startup = state(net, vendor, "model")
            assert running == startup
            texts[number] = running
            first = first or net.ask("startup", "model")
        return first, texts


def campaign(runs: int, first: int = 0, *, workers: int = 2, size: int = 25) -> Counter[str]:
    """Do *runs* runs, spread evenly over the vendors; return what they came to."""
    seeds = {vendor: range(first + place, first + runs, len(VENDORS)) for place, vendor in enumerate(VENDORS)}
    chunks = [
        (vendor, list(every[at : at + size]))
        for vendor, every in seeds.items()
        for at in range(0, len(every), size)
    ]
    total: Counter[str] = Counter()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        for came in pool.map(chunk, *zip(*chunks, strict=True)):
            total += came
            print(f"{total.total()} of {runs} runs", file=sys.stderr, flush=True)
    return total


def main() -> None:
    words = [int(word) for word in sys.argv[1:]]
    runs, first, workers = [*words, *(1000, 0, 2)[len(words) :]]
    started = time.monotonic()
    came = campaign(runs, first, workers=workers)
    for what, count in sorted(came.items()):
        print(f"{count:5} {what}")
    bad = sum(count for what, count in came.items() if what.startswith(BAD))
    if bad:
        sys.exit(f"{bad} of {came.total()} runs left something half done")
    print(f"{came.total()} runs in {time.monotonic() - started:.0f} s, nothing left half done")


if __name__ == "__main__":
    main()
