"""What a platform prints is, to the letter, what real daemons then say that they run.

Four bare machines in namespaces of their own: a hub and an office with a circuit between them,
a border router, and a server.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import pytest
import shipped

from kgnet import paths
from kgnet.model.config import Config
from kgnet.model.facts import BfdPeers, BgpPeers, InterfaceStates, Listeners
from kgnet.model.fleet import Device
from kgnet.plan import lines, plan
from kgnet.plugins import found
from kgnet.ports import Part, Platform
from kgnet.render import render
from kgnet.twin import blueprint
from kgnet.twin.blueprint import Blueprint, Lan, Link, Node
from kgnet.twin.fleet import FRR_DAEMONS

pytestmark = pytest.mark.xdist_group("bench")  # its tests build on each other's device
LAB = shipped.fleet("lab")
NAMES = ("hub1", "r-899", "fw1", "dns1")
ROUTERS = NAMES[:3]
CIRCUIT = LAB.circuits["899-1"]
KGNET = str(Path(sys.executable).with_name("kgnet"))
CANDIDATES = "/root/candidates"
PATIENCE_S = 30.0


def key(name: str) -> str:
    """Stand for a secret store: the same key at both ends."""
    return f"key-of-{name.replace('/', '-')}"


def machines(name: str) -> Blueprint:
    ends = {(end.device, end.interface) for end in (CIRCUIT.inner, CIRCUIT.outer)}
    own = [
        Lan(f"{device}-{link.name}", ((device, link.name),))
        for device in NAMES
        for link in LAB.devices[device].interfaces
        if link.name != "lo" and (device, link.name) not in ends
    ]
    inner, outer = CIRCUIT.inner, CIRCUIT.outer
    cable = Link(CIRCUIT.id, (inner.device, inner.interface), (outer.device, outer.interface))
    return Blueprint(name, tuple(map(machine, NAMES)), (cable,), tuple(own))


def machine(name: str) -> Node:
    if name not in ROUTERS:
        return Node(name, services=())
    files = {"/etc/frr/daemons": FRR_DAEMONS, "/etc/frr/frr.conf": ""}
    return Node(name, services=("frr",), files=files)


# Does all steps of a list in one go: a step has a file to write first, words to run, or both.
STEPS = """
import json, os, subprocess, sys
told = []
for path, text, argv in json.load(sys.stdin):
    if path:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
    if argv:
        done = subprocess.run(argv, capture_output=True, text=True)
        told.append((done.returncode, done.stdout, done.stderr))
print(json.dumps(told))
"""
Step = tuple[str, str, tuple[str, ...]]
Told = tuple[int, str, str]  # exit code, output, complaints


@dataclass(frozen=True)
class Bench:
    """The machines, and how one works at them."""

    name: str

    def run(self, device: str, *argv: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [KGNET, "twin", "exec", "--name", self.name, device, "--", *argv],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def steps(self, device: str, steps: list[Step]) -> list[Told]:
        done = self.run(device, "python3", "-c", STEPS, stdin=json.dumps(steps))
        assert done.returncode == 0, done.stderr
        return [(code, out, complaints) for code, out, complaints in json.loads(done.stdout)]

    def check(self, config: Config) -> dict[str, Told]:
        """Let the device judge the texts of *config*; return what it says of each part."""
        every = [part for part in parts(config.device) if part.name in config.parts]
        told = self.steps(config.device, [step(part, config.parts[part.name], part.check) for part in every])
        return {part.name: said for part, said in zip(every, told, strict=True)}

    def load(self, config: Config) -> None:
        every = [step(part, config.parts[part.name], part.load) for part in parts(config.device)]
        for code, out, complaints in self.steps(config.device, every):
            assert code == 0, out + complaints

    def save(self, device: str) -> None:
        every = [step(part, None, argv) for part in parts(device) for argv in part.save]
        for code, out, complaints in self.steps(device, every):
            assert code == 0, out + complaints

    def shown(self, device: str) -> Config:
        told = self.steps(device, [("", "", part.show) for part in parts(device)])
        texts = {
            part.name: part.canonical(out) for part, (_, out, _) in zip(parts(device), told, strict=True)
        }
        return Config(device, texts)


def step(part: Part, text: str | None, argv: tuple[str, ...]) -> Step:
    file = f"{CANDIDATES}/{part.name}.conf"
    words = (word.replace("{file}", file).replace("{folder}", CANDIDATES) for word in argv)
    return file if text is not None else "", text or "", tuple(words)


def refused(part: Part, told: Told) -> bool:
    return told[0] != 0 or (part.silent_check and bool(told[2]))


def parts(device: str) -> tuple[Part, ...]:
    return found(Platform)[LAB.devices[device].platform].parts


def wanted(device: str) -> Config:
    return render(LAB.devices[device], paths.templates(), secret=key)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("bench")
    name = f"bench-{os.getpid()}"
    (folder / "blueprint.json").write_text(blueprint.dumps(machines(name)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KGNET_TWIN_DIR", str(folder))
        up = [KGNET, "twin", "up", "--blueprint", str(folder / "blueprint.json"), "--name", name]
        subprocess.run(up, check=True, capture_output=True, timeout=60)
        try:
            yield Bench(name)
        finally:
            subprocess.run([KGNET, "twin", "down", "--name", name], check=True, timeout=60)


@pytest.fixture(scope="module")
def bare(bench: Bench) -> dict[str, Config]:
    """What the machines said before anything was loaded."""
    return {name: bench.shown(name) for name in NAMES}


@pytest.fixture(scope="module")
def loaded(bench: Bench, bare: dict[str, Config]) -> Bench:
    """The bench with every machine as wanted."""
    for name in NAMES:
        bench.load(wanted(name))
    return bench


@pytest.mark.parametrize("name", NAMES)
def test_a_device_accepts_its_own_text_before_it_is_loaded(
    bench: Bench, bare: dict[str, Config], name: str
) -> None:
    told = bench.check(wanted(name))
    assert not [part.name for part in parts(name) if refused(part, told[part.name])], told
    assert bench.shown(name).parts == bare[name].parts


BAD = {
    "frr": "router ospfx\n neighbor 10.0.0.1 remote-as 1\n",
    "nftables": "table inet kgnet {\n\tchain input {\n\t\tno such thing\n\t}\n}\n",
    "qos": "qdisc replace dev wan1 root handle 1: htb default 0x60 and more\n",
}


@pytest.mark.parametrize("name", ["r-899", "dns1"])
def test_a_bad_text_is_refused_and_nothing_changes(loaded: Bench, name: str) -> None:
    before = loaded.shown(name)
    bad = {part.name: BAD[part.name] for part in parts(name) if part.name in BAD}
    told = loaded.check(Config(name, bad))
    assert [
        part.name for part in parts(name) if part.name in bad and not refused(part, told[part.name])
    ] == []
    assert loaded.shown(name).parts == before.parts


@pytest.mark.parametrize("name", NAMES)
def test_a_device_says_to_the_letter_what_was_written(loaded: Bench, name: str) -> None:
    """So a plan after a deploy is empty, and a file of a backup compares with a rendered one."""
    want, have = wanted(name), loaded.shown(name)
    assert list(lines(plan(want, have))) == []
    assert have.parts == want.parts


@pytest.mark.parametrize("name", ["r-899", "dns1"])
def test_loading_once_more_changes_nothing(loaded: Bench, name: str) -> None:
    loaded.load(wanted(name))
    assert loaded.shown(name).parts == wanted(name).parts


def test_no_secret_is_left_when_a_text_is_redacted(loaded: Bench) -> None:
    have = loaded.shown("hub1").parts["frr"]
    assert "key-of-bgp-899-1" in have
    assert (
        found(Platform)["frr"].redacted(have) == render(LAB.devices["hub1"], paths.templates()).parts["frr"]
    )


def eventually(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.5)
    return True


def ask(bench: Bench, device: Device, fact: type) -> object:
    state = found(Platform)[device.platform].state
    command, reader = next((argv, reader) for argv, reader in state.items() if reader.fact is fact)
    done = bench.run(device.name, *command)
    assert done.returncode == 0, done.stderr
    return reader.read(done.stdout)


def test_neighbours_come_up_through_filter_key_and_bfd(loaded: Bench) -> None:
    """BGP with a key and TTL security, BFD, both families, and both packet filters in between."""
    office = LAB.devices["r-899"]
    hub = LAB.devices["hub1"].interface(CIRCUIT.inner.interface)
    ours = {address.ip for address in hub.addresses}

    def up() -> bool:
        peers, bfd = ask(loaded, office, BgpPeers), ask(loaded, office, BfdPeers)
        assert isinstance(peers, BgpPeers)
        assert isinstance(bfd, BfdPeers)
        established = {peer.address for peer in peers.peers if peer.state == "Established"}
        detected = {peer.address for peer in bfd.peers if peer.up}
        return ours <= established and ours <= detected

    def learnt() -> bool:
        routes = json.loads(loaded.run("r-899", "vtysh", "-c", "show ip route bgp json").stdout)
        return str(LAB.devices["hub1"].loopback.ipv4) in routes

    assert eventually(up)
    assert eventually(learnt), "established, but the routes do not come"


def test_marked_packets_find_their_queue(loaded: Bench) -> None:
    """A packet marked EF leaves by class 1:20, for nftables writes the class and HTB reads it."""
    address = str(CIRCUIT.inner_ipv4)

    def sent() -> int:
        shown = loaded.run("r-899", "tc", "-s", "class", "show", "dev", "wan1", "classid", "1:20").stdout
        return int(shown.partition("Sent ")[2].split()[2])

    before = sent()
    loaded.run("r-899", "ping", "-c", "5", "-i", "0.05", "-W", "1", "-Q", "0xb8", address)
    assert sent() - before >= 5


def test_only_who_may_gets_in(loaded: Bench) -> None:
    """The router answers pings of its neighbour, and drops what no flow is for."""
    hub = str(ip_address(CIRCUIT.inner_ipv4))
    assert loaded.run("r-899", "ping", "-c", "1", "-W", "2", hub).returncode == 0
    knock = f"import socket; socket.create_connection(({hub!r}, 2601), 1)"
    assert "timed out" in loaded.run("r-899", "python3", "-c", knock).stderr


def test_state_of_links_and_sockets_is_read_live(loaded: Bench) -> None:
    states = ask(loaded, LAB.devices["r-899"], InterfaceStates)
    assert isinstance(states, InterfaceStates)
    assert {"lo", "wan1", "eth0"} <= {state.name for state in states.interfaces if state.up}
    sockets = ask(loaded, LAB.devices["r-899"], Listeners)
    assert isinstance(sockets, Listeners)
    assert ("tcp", "0.0.0.0", 179, "bgpd") in sockets.sockets


@pytest.mark.parametrize("name", ["fw1", "dns1"])
def test_saved_is_what_was_loaded(loaded: Bench, name: str) -> None:
    loaded.load(wanted(name))  # whatever another test tried last
    loaded.save(name)
    if name in ROUTERS:
        assert loaded.run(name, "cat", "/etc/frr/frr.conf").stdout == wanted(name).parts["frr"]
    again = loaded.run(name, "nft", "-f", "/etc/nftables.conf")
    assert again.returncode == 0, again.stderr
    assert loaded.shown(name).parts == wanted(name).parts


@pytest.mark.parametrize("name", ["r-899", "dns1"])
def test_going_back_ends_where_it_began(loaded: Bench, bare: dict[str, Config], name: str) -> None:
    """Deploy, then roll back: nothing of the new is left."""
    loaded.load(bare[name])
    try:
        assert list(lines(plan(bare[name], loaded.shown(name)))) == []
    finally:
        loaded.load(wanted(name))
    assert loaded.shown(name).parts == wanted(name).parts
