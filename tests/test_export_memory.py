"""The exporter's memory: what a scrape takes, it gives back."""

from __future__ import annotations

import gc
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable
from dataclasses import replace
from ipaddress import IPv4Interface
from pathlib import Path

import shipped
from snmp_agents import CREDENTIALS, HOME, an_agent, served
from watched import until

from kgnet.export.collector import Collector
from kgnet.export.forms import PLAIN
from kgnet.export.scrapes import Scrapes
from kgnet.measure import measure
from kgnet.model.fleet import Fleet, Target
from kgnet.model.outcome import Sample
from kgnet.plugins import one
from kgnet.ports import Probe
from kgnet.wire.snmp import Agents

RECORDED = Path(__file__).parent / "recorded" / "snmp"
WARM, MANY = 8, 40
FEWER_THAN_SCRAPES = MANY // 2  # one object kept of each scrape is found
HEAPS = """\
import ctypes, sys, threading
from kgnet.export.memory import tidy
if sys.argv[1] == "tidied":
    assert tidy()
together = threading.Barrier(4)
def work():
    together.wait()
    kept = [bytes(2000 + each) for each in range(500)]
    together.wait()
threads = [threading.Thread(target=work) for _ in range(4)]
[each.start() for each in threads]
[each.join() for each in threads]
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
libc.fflush.argtypes = [ctypes.c_void_p]
libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
told = libc.fdopen(1, b"w")
libc.malloc_info(0, told)
libc.fflush(told)
"""


def small(listening: int) -> Fleet:
    """Return a fleet of one room that speaks SNMP and eight targets, all of it on loopback."""
    fleet = shipped.fleet("lab")
    room = fleet.rooms["room-899"]
    room = replace(
        room,
        row=room.row.model_copy(update={"system": "poly_group"}),
        address=IPv4Interface(f"{HOME}/8"),
    )
    targets = tuple(
        Target(
            "tcp",
            HOME,
            labels=(("shows", "mail_up"), ("device", f"x{number}")),
            options=(("port", str(listening)),),
        )
        for number in range(8)
    )
    return replace(fleet, devices={}, circuits={}, rooms={"room-899": room}, targets=targets)


def measured(target: Target) -> Iterable[Sample]:
    return measure(one(Probe, target.module), target.target, dict(target.options))


def test_many_scrapes_leave_no_objects_and_no_threads_behind() -> None:
    """Threads that stay keep what OpenSSL and others freed in them: megabytes within an hour."""
    lines = (RECORDED / "poly_group.snmprec").read_text("utf-8").splitlines()
    with served(an_agent(lines)) as port, socket.create_server((HOME, 0), backlog=64) as listening:
        fleet = small(listening.getsockname()[1])
        scrapes = Scrapes(Collector(fleet, measured, agents=Agents(CREDENTIALS, port=port)).collect)
        before, counts = threading.active_count(), []
        for many in (WARM, MANY):
            for _ in range(many):
                scrape = scrapes.get(4.0)
                assert scrape
                assert 'kgnet_mail_up{device="x7"} 1\n' in scrape.text(PLAIN)
                assert 'kgnet_room_scrape_success{room="room-899"} 1\n' in scrape.text(PLAIN)
                for _ in fleet.targets:
                    listening.accept()[0].close()
            gc.collect()
            counts.append(len(gc.get_objects()))
        until(lambda: threading.active_count() == before)
    assert counts[1] - counts[0] < FEWER_THAN_SCRAPES


def test_all_threads_share_one_heap() -> None:
    """Each of glibc's heaps keeps what its largest scrape needed: together half as much again as is used."""
    heaps = {}
    for how in ("as it is", "tidied"):
        done = subprocess.run([sys.executable, "-c", HEAPS, how], capture_output=True, text=True, check=True)
        heaps[how] = done.stdout.count("<heap nr=")
    assert heaps["tidied"] == 1
    assert heaps["as it is"] > 1
