"""What kgnet types into an IOS device makes it as wanted, and back again: on the emulated one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from mixed import FLEET
from plan_props import roundtrip

from kgnet import collect, paths
from kgnet.emulate import lab
from kgnet.emulate.cisco_ios import DIALECT
from kgnet.emulate.clock import Clock
from kgnet.emulate.device import Spec
from kgnet.emulate.terminal import Terminal
from kgnet.emulate.world import World
from kgnet.errors import ReadError
from kgnet.model.administration import LocalAccount
from kgnet.model.config import Config
from kgnet.model.facts import BfdPeers, BgpPeers
from kgnet.model.fleet import Device, Firewall, FlowRule
from kgnet.model.managed import Hardware, Logins, SnmpUser, SnmpUsers, TimeSources, Unsaved
from kgnet.plan import commands, plan, ways
from kgnet.platforms.cisco_ios import PLATFORM
from kgnet.platforms.cisco_ios.filter import packet_filter
from kgnet.platforms.cisco_ios.lines import blocks
from kgnet.plugins import one
from kgnet.ports import Candidate, Transaction
from kgnet.render import render
from kgnet.rules._permits import Permit, of_rule

(PART,) = PLATFORM.parts
PARTS = {PART.name: PART}
ACCOUNTS = (LocalAccount("admin", "admin", "login/admin"), LocalAccount("noc", "operator", "login/noc"))
DEVICES = {
    name: replace(device, accounts=ACCOUNTS)
    for name, device in FLEET.devices.items()
    if device.platform == "cisco_ios"
}
OLD, NEW = "0ld-Passphrase-", "n3w-Passphrase-"


def wanted(device: Device, phrase: str = OLD) -> Config:
    return render(device, paths.templates(), secret=lambda name: phrase + name.replace("/", "-"))


class Box:
    """An emulated device with somebody at its console; its web server is off, as in new releases."""

    def __init__(self, device: Device) -> None:
        ports = {name.partition(".")[0] for name in PLATFORM.ports(device).values()}
        spec = Spec(
            device.name,
            "cisco_ios",
            management=f"{device.management}/16",
            ports=tuple(sorted(name for name in ports if "Ethernet" in name)),
        )
        self.emulated = DIALECT(spec, Clock(0))
        self.emulated.boot()
        self.terminal = Terminal(self.emulated)
        self.type(("no ip http server", "no ip http secure-server"))
        if device.access:
            self.type(("interface Vlan1", "shutdown"))

    def type(self, lines: Iterable[str]) -> None:
        """Type configuration lines; a refused one fails the test."""
        self.terminal.run("configure terminal")
        for line in lines:
            said = self.terminal.type(line)
            if line.startswith("no username ") and self.terminal.ask:  # "remove all …? [confirm]"
                said += self.terminal.type("")
            assert not any(pattern.search(said) for pattern in PLATFORM.refusals), f"{line}: {said}"
        self.terminal.run("end")

    @property
    def config(self) -> Config:
        return Config(self.emulated.spec.name, {PART.name: PART.canonical(self.emulated.running())})


# ── there and back ──────────────────────────────────────────────────────────


@pytest.mark.parametrize("device", DEVICES.values(), ids=DEVICES)
def test_a_bare_device_becomes_as_wanted_and_bare_again(device: Device) -> None:
    """Plan after deploy is empty; deploy then roll back is the start."""
    box = Box(device)
    bare, want = box.config, wanted(device)
    todo = plan(want, bare, parts=PARTS)
    assert len(todo.changes) > 100
    both = ways(todo, bare)
    box.type(both.there)
    assert not plan(want, box.config, parts=PARTS)
    assert not plan(both.predicted, box.config, parts=PARTS)
    box.type(both.back)
    assert box.config == bare


@pytest.mark.parametrize("name", ["hub1", "r-911", "sw-899"])
def test_a_plan_and_its_reverse_are_each_others_undoing(name: str) -> None:
    device = DEVICES[name]
    roundtrip(PART, wanted(device).parts[PART.name], Box(device).config.parts[PART.name])
    roundtrip(PART, wanted(device, NEW).parts[PART.name], wanted(device).parts[PART.name])
    other = wanted(DEVICES["r-902"]).parts
    roundtrip(PART, other[PART.name], wanted(device).parts[PART.name])


def test_a_router_takes_over_the_intent_of_another() -> None:
    """Every kind of change at once: what goes, what comes, what moves from one port to the next."""
    here, there = DEVICES["r-899"], DEVICES["r-911"]
    box = Box(here)
    box.type(commands(plan(wanted(here), box.config, parts=PARTS), box.config))
    before = box.config
    todo = plan(wanted(there), before, parts=PARTS)
    both = ways(todo, before)
    box.type(both.there)
    assert not plan(wanted(there), box.config, parts=PARTS)
    box.type(both.back)
    assert box.config == before


# ── secrets that no configuration shows ─────────────────────────────────────


def test_a_user_of_snmp_is_made_changed_and_removed() -> None:
    """IOS never prints him: a key chain tells what he was made of."""
    device = DEVICES["r-899"]
    box = Box(device)
    bare = box.config
    first = ways(plan(wanted(device), bare, parts=PARTS), bare)
    box.type(first.there)
    reader = PLATFORM.state["show snmp user",]
    assert reader(box.terminal.run("show snmp user")) == (
        SnmpUsers((SnmpUser(device.snmp_user, "sha256", "aes128"),)),
    )
    before = box.config
    renewed = ways(plan(wanted(device, NEW), before, parts=PARTS), before)
    (made,) = (line for line in renewed.there if line.startswith("snmp-server user "))
    assert f"auth sha-2 256 {NEW}snmp-auth priv aes 128 {NEW}snmp-priv" in made
    (restored,) = (line for line in renewed.back if line.startswith("snmp-server user "))
    assert f"auth sha-2 256 {OLD}snmp-auth" in restored
    box.type(first.back)
    assert reader(box.terminal.run("show snmp user")) == (SnmpUsers(()),)


def test_every_key_is_renewed_in_place() -> None:
    """A new pass phrase is a line in place of another: no session is without a key in between."""
    device = DEVICES["r-911"]
    before = wanted(device)
    todo = plan(wanted(device, NEW), before, parts=PARTS)
    typed = commands(todo, before)
    assert not [line for line in typed if line.startswith("no ")]
    keys = [line for line in typed if " password 7 " in line or line.startswith("pre-shared-key ")]
    assert len(keys) == len({neighbor.address for neighbor in device.routing.neighbors}) + 1  # type: ignore[union-attr]


# ── access lists change without a gap ───────────────────────────────────────


def permits(config: Config, chain: str) -> set[Permit]:
    read = packet_filter(blocks(config.parts[PART.name]))
    assert read.policies[chain] == "drop"
    rules = (rule for rule in read.rules if rule.chain == chain and rule.verdict == "accept")
    return {permit for rule in rules for permit in of_rule(rule)}


CHAINS = ("input", "forward")


def test_a_filter_in_use_is_never_wider_than_both_nor_narrower_than_either() -> None:
    """After every single line that the device takes, what it lets through is wanted before or after."""
    device = DEVICES["r-30730"]
    assert device.firewall is not None
    firewall = replace(device.firewall, forward=device.firewall.forward[:6])
    device = replace(device, firewall=firewall)
    box = Box(device)
    box.type(commands(plan(wanted(device), box.config, parts=PARTS), box.config))
    other = replace(device, firewall=_changed(firewall))
    old, new = ([permits(wanted(each), chain) for chain in CHAINS] for each in (device, other))
    assert all(before - after and after - before for before, after in zip(old, new, strict=True))
    seen = 0

    def look() -> None:
        nonlocal seen
        seen += 1
        now = box.config
        for chain, before, after in zip(CHAINS, old, new, strict=True):
            assert before & after <= permits(now, chain) <= before | after

    box.emulated.watchers.append(look)
    box.type(commands(plan(wanted(other), box.config, parts=PARTS), box.config))
    assert seen > 20
    assert [permits(box.config, chain) for chain in CHAINS] == new


def _changed(firewall: Firewall) -> Firewall:
    """Return a filter without its second flow, with another one first, and two in another order."""

    def other(flows: tuple[FlowRule, ...]) -> tuple[FlowRule, ...]:
        first = replace(flows[0], flow="new-one", ports=((4711, 4711),), protocol="tcp")
        return (first, *reversed(flows[2:4]), flows[0], *flows[4:])

    return replace(firewall, inputs=other(firewall.inputs), forward=other(firewall.forward))


# ── the state of the emulated device, read by our readers ───────────────────


def test_what_the_emulated_device_shows_is_read() -> None:
    """Two who know IOS's tables, apart from each other, agree on how they look."""
    boxes = {name: Box(DEVICES[name]) for name in ("hub1", "hub2", "r-899")}
    world = World({name: box.emulated for name, box in boxes.items()})
    for name, each in boxes.items():
        each.type(commands(plan(wanted(DEVICES[name]), each.config, parts=PARTS), each.config))
        each.emulated.world = world
    device, box = DEVICES["r-899"], boxes["r-899"]
    read: dict[type, object] = {}
    for (command,), reader in PLATFORM.state.items():
        said = box.terminal.run(command)
        if any(pattern.search(said) for pattern in PLATFORM.refusals):
            continue
        try:
            read[reader.fact] = reader.read(said)
        except ReadError as reason:
            assert not said.strip(), f"{command}: {reason}"
    assert len(read) >= 9
    hardware, peers, clock = read[Hardware], read[BgpPeers], read[TimeSources]
    assert isinstance(hardware, Hardware)
    assert hardware.vendor == "Cisco"
    assert isinstance(peers, BgpPeers)
    assert device.routing is not None
    assert {each.address for each in peers.peers} == {each.address for each in device.routing.neighbors}
    up = {each.address for each in peers.peers if each.state == "Established"}
    assert up == {each.address for each in device.routing.neighbors if each.device in boxes}
    bfd = read[BfdPeers]
    assert isinstance(bfd, BfdPeers)
    assert {each.address for each in bfd.peers if each.up} == up
    assert isinstance(clock, TimeSources)
    assert {each.address for each in clock.sources} == set(device.ntp)


def test_there_is_something_to_deploy() -> None:
    assert len(list(product(DEVICES, (OLD, NEW)))) >= 2 * 12


# ── over the wire ───────────────────────────────────────────────────────────


def test_a_device_is_deployed_and_saved_through_napalm(tmp_path: Path) -> None:
    """NAPALM's own client, SSH, a revert timer, the configuration read back: as it will be done."""
    device = DEVICES["r-30730"]
    password = tmp_path / "password"
    password.write_text("admin\n")
    password.chmod(0o600)
    spec = Spec(device.name, "cisco_ios", management=f"{device.management}/16")
    with lab.running([spec], tmp_path / "net", speed=0) as net:
        environ = {
            "KGNET_SSH_USER": "admin",
            "KGNET_SSH_PASSWORD_FILE": str(password),
            "KGNET_KNOWN_HOSTS": str(net.folder.known_hosts),
            "KGNET_ENDPOINTS": str(net.folder.endpoints),
        }
        access, napalm = collect.access(environ), one(Transaction, PLATFORM.transaction)

        def secret(name: str) -> str:
            return "admin" if name == "login/admin" else OLD + name.replace("/", "-")

        want = render(device, paths.templates(), secret=secret)
        with collect.session(device, access) as session:
            have = collect.configuration(device, session)
            both = ways(plan(want, have), have)
            change = Candidate(
                device, PLATFORM, PLATFORM.parts, want, have, both.there, both.back,
                token="0123456789abcdef", owner="a test", save=True, hide=str,
            )  # fmt: skip
            napalm.hold(session, change)
            napalm.load(session, change, 120)
        with collect.session(device, access) as session:
            napalm.confirm(session, change)
        with collect.session(device, access) as session:
            assert not plan(want, collect.configuration(device, session))
            snapshot = collect.collect(device, session)
        assert not snapshot.get(Unsaved).unsaved
        assert [login.user for login in snapshot.get(Logins).logins] == ["admin"]
        assert [user.name for user in snapshot.get(SnmpUsers).users] == [device.snmp_user]
