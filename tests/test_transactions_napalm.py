"""The NAPALM transaction on emulated IOS, EOS and Junos: old or new, never between; nothing stays behind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from kgnet import environment
from kgnet.drivers.napalm import DRIVER
from kgnet.emulate import lab
from kgnet.emulate.device import Spec
from kgnet.errors import DeviceError, Refused, Unreachable
from kgnet.model.config import Config
from kgnet.model.fleet import Device
from kgnet.model.province import Role
from kgnet.plugins import one
from kgnet.ports import Access, Candidate, Ended, Platform
from kgnet.transactions.napalm import TRANSACTION


@dataclass(frozen=True)
class Vendor:
    """What to change on a platform, and the steps at which things break."""

    name: str
    commands: tuple[str, ...]
    edits: tuple[tuple[str, str], ...]  # the same in the canonical text
    steps: tuple[str, ...]  # what the emulator is asked, in order
    reboots: tuple[str, ...] = ()

    @property
    def device(self) -> Device:
        return Device("r1", "DC", Role.BRANCH, self.name, 1, IPv4Address("10.0.0.1"))


IOS = Vendor(
    "cisco_ios",
    ("hostname renamed", "interface GigabitEthernet0", " description to hub1", "exit"),
    (
        ("hostname r1", "hostname renamed"),
        ("interface GigabitEthernet0\n", "interface GigabitEthernet0\n description to hub1\n"),
    ),
    ("^configure terminal revert", "^end", "^copy ", "^write memory", "^configure confirm", "^delete"),
    ("^copy ", "^write memory", "^configure confirm"),
)
EOS = Vendor(
    "arista_eos",
    ("hostname renamed", "interface Management1", "   description to hub1", "exit"),
    (
        ("hostname r1", "hostname renamed"),
        ("interface Management1\n", "interface Management1\n   description to hub1\n"),
    ),
    ("^configure session kgnet-\\S+$", "commit timer", "^write memory", "commit$"),
    ("commit timer", "^write memory", "commit$"),
)
JUNOS = Vendor(
    "juniper_junos",
    ("set system host-name renamed",),
    (("host-name r1;", "host-name renamed;"),),
    ("load-configuration", "commit-configuration", "get-commit-information"),
    ("commit-configuration",),
)
VENDORS = {vendor.name: vendor for vendor in (IOS, EOS, JUNOS)}
BREAKS = [
    *(
        (vendor, kind, at)
        for vendor in VENDORS.values()
        for kind in ("drop-before", "drop-after")
        for at in vendor.steps
    ),
    *((vendor, "reboot-after", at) for vendor in VENDORS.values() for at in vendor.reboots),
    (IOS, "drop-output", "^copy "),
]
every_vendor = pytest.mark.parametrize("vendor", VENDORS.values(), ids=VENDORS)
ios_only = pytest.mark.parametrize("vendor", [IOS], ids=["cisco_ios"])


@pytest.fixture
def net(vendor: Vendor, tmp_path: Path) -> Iterator[lab.Lab]:
    spec = Spec("r1", vendor.name, management="10.0.0.1/24")
    with lab.running([spec], tmp_path / "emulated", speed=0) as net:
        yield net


@pytest.fixture
def access(vendor: Vendor, net: lab.Lab, tmp_path: Path) -> Access:
    """The way in to a device that has saved what it runs."""
    secret = tmp_path / "password"
    secret.write_text("admin\n", encoding="utf-8")
    secret.chmod(0o600)
    access = environment.access(
        {
            "KGNET_SSH_USER": "admin",
            "KGNET_SSH_PASSWORD_FILE": str(secret),
            "KGNET_KNOWN_HOSTS": str(net.folder.known_hosts),
            "KGNET_CA_FILE": str(net.folder.ca_file),
            "KGNET_ENDPOINTS": str(net.folder.endpoints),
        }
    )
    if vendor is not JUNOS:
        with DRIVER.open(vendor.device, access) as session:
            assert session.run(("write memory",)).code == 0
    return access


@pytest.fixture
def candidate(vendor: Vendor, net: lab.Lab, access: Access) -> Candidate:
    platform = one(Platform, vendor.name)
    (part,) = platform.parts
    have = want = shown(vendor, net)
    for old, new in vendor.edits:
        assert old in want
        want = want.replace(old, new)
    return Candidate(
        device=vendor.device,
        platform=platform,
        parts=platform.parts,
        want=Config("r1", {part.name: want}),
        have=Config("r1", {part.name: have}),
        commands=vendor.commands,
        undo=(),
        token="0123456789abcdef",
        owner=f"operator on desk since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC",
        save=True,
        hide=lambda text: text.replace("hunter2", "<secret>"),
    )


def shown(vendor: Vendor, net: lab.Lab, which: str = "running") -> str:
    """Return the text that the device runs, or would start with."""
    (part,) = one(Platform, vendor.name).parts
    return part.canonical(net.running("r1") if which == "running" else net.startup("r1"))


def wanted(candidate: Candidate) -> str:
    return candidate.want.parts[candidate.platform.name]


def before(candidate: Candidate) -> str:
    return candidate.have.parts[candidate.platform.name]


def loaded(access: Access, candidate: Candidate, confirm_s: int = 60) -> None:
    with DRIVER.open(candidate.device, access) as session:
        TRANSACTION.hold(session, candidate)
        TRANSACTION.load(session, candidate, confirm_s)


def step(access: Access, name: str, candidate: Candidate) -> Ended | None:
    with DRIVER.open(candidate.device, access) as session:
        result: Ended | None = getattr(TRANSACTION, name)(session, candidate)
        return result


def nothing_is_left(access: Access, candidate: Candidate) -> None:
    """Another deploy can begin at once, and finds no file of this one."""
    other = replace(candidate, token="f" * 16, commands=candidate.commands[:1])
    with DRIVER.open(candidate.device, access) as session:
        if candidate.platform.dialect == "ios":
            assert candidate.token not in session.run(("dir flash:",)).out
        TRANSACTION.hold(session, other)
        TRANSACTION.free(session, other)


# ── every platform ──────────────────────────────────────────────────────────


@every_vendor
def test_a_change_that_is_confirmed_stays(
    vendor: Vendor, net: lab.Lab, access: Access, candidate: Candidate
) -> None:
    loaded(access, candidate)
    assert step(access, "ended", candidate) is Ended.PENDING
    step(access, "confirm", candidate)
    assert step(access, "ended", candidate) is Ended.CONFIRMED
    net.step(3600)
    assert shown(vendor, net) == shown(vendor, net, "startup") == wanted(candidate)
    nothing_is_left(access, candidate)


@every_vendor
def test_a_change_that_is_taken_back_is_gone(
    vendor: Vendor, net: lab.Lab, access: Access, candidate: Candidate
) -> None:
    loaded(access, candidate)
    assert shown(vendor, net) == wanted(candidate)
    step(access, "restore", candidate)
    assert step(access, "ended", candidate) is Ended.RESTORED
    assert shown(vendor, net) == shown(vendor, net, "startup") == before(candidate)
    nothing_is_left(access, candidate)


@every_vendor
def test_a_change_that_nobody_confirms_goes_by_itself(
    vendor: Vendor, net: lab.Lab, access: Access, candidate: Candidate
) -> None:
    """Seconds are rounded up to minutes where a device counts in them."""
    loaded(access, candidate, confirm_s=119)
    net.step(118)
    assert step(access, "ended", candidate) is Ended.PENDING
    net.step(3)
    with pytest.raises(Refused, match="its timer was faster"):
        step(access, "confirm", candidate)
    assert step(access, "ended", candidate) is Ended.RESTORED
    assert shown(vendor, net) == before(candidate)
    nothing_is_left(access, candidate)


@every_vendor
def test_a_refused_line_is_told_without_its_secret(
    vendor: Vendor, net: lab.Lab, access: Access, candidate: Candidate
) -> None:
    line = "set system nonsense hunter2" if vendor is JUNOS else "nonsense of hunter2"
    wrong = replace(candidate, commands=(*candidate.commands, line))
    with pytest.raises(DeviceError, match="refuses a line") as caught:
        loaded(access, wrong)
    assert isinstance(caught.value, Refused) == (vendor is not IOS), "on IOS some of it runs"
    assert "nonsense" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    step(access, "restore", wrong)
    assert shown(vendor, net) == before(candidate)
    nothing_is_left(access, candidate)


@every_vendor
def test_another_deploy_is_told(vendor: Vendor, net: lab.Lab, access: Access, candidate: Candidate) -> None:
    """Who it is and since when, and no way to keep or throw away what it has not verified."""
    other = replace(candidate, token="f" * 16, owner="somebody else")
    since = _minutes(candidate.owner.partition(" since ")[2])
    with DRIVER.open(vendor.device, access) as ours:
        TRANSACTION.hold(ours, candidate)
        with pytest.raises(Refused, match=r"another deploy holds it|locked by") as caught:
            step(access, "hold", other)
        if vendor is not JUNOS:  # which knows no more than the user
            assert re.search(since, str(caught.value))
            assert "its lock falls after ten minutes" in str(caught.value)
            assert re.search("operator.on.desk since", str(caught.value))
        TRANSACTION.load(ours, candidate, 60)
    with pytest.raises(Refused, match="waits to be confirmed") as caught:
        step(access, "hold", other)
    assert re.search(f"operator.on.desk since {since}", str(caught.value))
    assert "`kgnet deploy --resume RUN` settles it" in str(caught.value)
    assert not re.search("abort|revert now|rollback", str(caught.value))
    step(access, "restore", candidate)
    assert shown(vendor, net) == before(candidate)


def _minutes(since: str) -> str:
    """Return what finds the time *since*, or the minute after it: a device may have heard of it then."""
    begun = datetime.strptime(since[:16], "%Y-%m-%d %H:%M")  # noqa: DTZ007 - as it is written
    return f"(?:{begun:%Y-%m-%d %H:%M}|{begun + timedelta(minutes=1):%Y-%m-%d %H:%M})"


@every_vendor
def test_another_persons_lock_is_told_apart_from_a_refused_line(
    vendor: Vendor, net: lab.Lab, access: Access, candidate: Candidate
) -> None:
    net.fault("r1", "locked", value="ghost")
    with pytest.raises(Refused, match=r"^r1: somebody else holds its configuration — wait.*ghost") as caught:
        loaded(access, candidate)
    assert not re.search(r"severity|bad_element|Error\(", str(caught.value))
    step(access, "free", candidate)
    nothing_is_left(access, candidate)
    assert shown(vendor, net) == before(candidate)


@every_vendor
def test_a_hold_that_is_freed_leaves_nothing(
    vendor: Vendor, net: lab.Lab, access: Access, candidate: Candidate
) -> None:
    with DRIVER.open(vendor.device, access) as session:
        TRANSACTION.hold(session, candidate)
        TRANSACTION.free(session, candidate)
    assert shown(vendor, net) == before(candidate)
    nothing_is_left(access, candidate)


@pytest.mark.parametrize(("vendor", "kind", "at"), BREAKS)
def test_it_is_old_or_new_whatever_breaks(
    vendor: Vendor, kind: str, at: str, net: lab.Lab, access: Access, candidate: Candidate
) -> None:
    """The steps of the engine: after trouble it is taken back, until the device says how it ended."""
    fault = net.fault("r1", kind, at)
    confirmed = False
    try:
        loaded(access, candidate)
        step(access, "confirm", candidate)
        confirmed = True
    except DeviceError:
        step(access, "free", candidate)
    assert fault.done, "it broke somewhere"
    net.well("r1")
    end = step(access, "ended", candidate)
    if end is Ended.PENDING:
        step(access, "restore", candidate)
        end = step(access, "ended", candidate)
    assert end in (Ended.CONFIRMED, Ended.RESTORED)
    expected = wanted(candidate) if end is Ended.CONFIRMED else before(candidate)
    assert end is Ended.CONFIRMED or not confirmed
    assert shown(vendor, net) == shown(vendor, net, "startup") == expected
    nothing_is_left(access, candidate)
    net.step(7200)
    assert shown(vendor, net) == expected, "nothing was pending any more"


# ── IOS ─────────────────────────────────────────────────────────────────────


@ios_only
def test_without_saving_a_restart_brings_the_old_text(
    net: lab.Lab, access: Access, candidate: Candidate
) -> None:
    candidate = replace(candidate, save=False)
    loaded(access, candidate)
    step(access, "confirm", candidate)
    assert shown(IOS, net) == wanted(candidate)
    assert shown(IOS, net, "startup") == before(candidate)


@ios_only
def test_a_full_flash_is_told_before_anything_changes(
    net: lab.Lab, access: Access, candidate: Candidate
) -> None:
    net.fault("r1", "full", times=0)
    with pytest.raises(Refused, match=r"does not take the file: .* — free its flash"):
        loaded(access, candidate)
    assert shown(IOS, net) == before(candidate)


@ios_only
def test_what_cannot_be_saved_is_not_confirmed(net: lab.Lab, access: Access, candidate: Candidate) -> None:
    loaded(access, candidate)
    net.fault("r1", "full", "startup", times=0)
    with pytest.raises(Refused, match="cannot save its configuration"):
        step(access, "confirm", candidate)
    net.well("r1")
    step(access, "restore", candidate)
    assert shown(IOS, net) == shown(IOS, net, "startup") == before(candidate)


@ios_only
def test_a_dead_deploys_lock_falls(
    net: lab.Lab, access: Access, candidate: Candidate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kgnet.transactions._held.LEASE", timedelta(-1))
    with DRIVER.open(IOS.device, access) as session:
        TRANSACTION.hold(session, candidate)
        TRANSACTION.hold(session, replace(candidate, token="f" * 16))
        names = session.run(("dir flash:",)).out
    assert "kgnet-ffffffffffffffff.cfg" in names
    assert candidate.token not in names


@ios_only
def test_a_device_without_archive_is_left_alone(net: lab.Lab, access: Access, candidate: Candidate) -> None:
    with DRIVER.open(IOS.device, access) as session:
        for line in ("configure terminal", "no archive", "end"):
            session.run((line,))
        with pytest.raises(Refused, match="configure its archive"):
            TRANSACTION.hold(session, candidate)


@pytest.mark.parametrize("vendor", [JUNOS], ids=["juniper_junos"])
def test_a_candidate_that_another_person_holds_is_told(access: Access, candidate: Candidate) -> None:
    with DRIVER.open(JUNOS.device, access) as ours, DRIVER.open(JUNOS.device, access) as theirs:
        theirs.driver.device.cu.lock()  # type: ignore[attr-defined]
        with pytest.raises(Refused, match=r"^r1: somebody else holds its configuration .* locked by"):
            TRANSACTION.hold(ours, candidate)


@pytest.mark.parametrize("vendor", [JUNOS], ids=["juniper_junos"])
def test_a_whole_that_is_not_accepted_is_no_refused_line(access: Access, candidate: Candidate) -> None:
    wrong = replace(candidate, commands=("delete system root-authentication",))
    with pytest.raises(Refused, match=r"^r1: does not accept the whole: .*root-authentication"):
        step(access, "hold", wrong)


@pytest.mark.parametrize("vendor", [JUNOS], ids=["juniper_junos"])
def test_bytes_that_are_no_text_end_a_change_before_it_begins(
    net: lab.Lab, access: Access, candidate: Candidate
) -> None:
    net.fault("r1", "garbage", "get-commit", times=0)
    with pytest.raises(Refused, match=r"^r1: an answer holds a byte that is no UTF-8 \(0xff\) — "):
        step(access, "hold", candidate)
    net.well("r1")
    nothing_is_left(access, candidate)


@pytest.mark.parametrize("vendor", [JUNOS], ids=["juniper_junos"])
def test_a_lock_ends_with_a_session_that_hangs(net: lab.Lab, access: Access, candidate: Candidate) -> None:
    net.fault("r1", "hang", "ping")
    with pytest.raises(Unreachable), DRIVER.open(JUNOS.device, access) as session:
        TRANSACTION.hold(session, candidate)
        session.run(("ping 10.0.0.9 count 1",), timeout_s=1)
    nothing_is_left(access, candidate)


@ios_only
def test_a_ping_tells_who_answers(net: lab.Lab, access: Access) -> None:
    with DRIVER.open(IOS.device, access) as session:
        for line in (
            "configure terminal",
            "interface Loopback0",
            "ip address 10.9.9.9 255.255.255.255",
            "end",
        ):
            session.run((line,))
        assert TRANSACTION.reaches(session, ["10.9.9.9", "203.0.113.9"]) == {"10.9.9.9"}


@ios_only
def test_a_broken_line_is_no_refusal(net: lab.Lab, access: Access, candidate: Candidate) -> None:
    net.fault("r1", "drop-after", "^copy ")
    with pytest.raises(Unreachable, match="the connection broke during `copy"):
        loaded(access, candidate)
