"""Deploys on VRP, RouterOS and FortiOS: old or new, never between; nothing is left behind."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

import pytest
import small

from kgnet.deploy import deploy
from kgnet.emulate.device import Device as Emulated
from kgnet.emulate.faults import DROPS
from kgnet.errors import Refused, Unreachable
from kgnet.model.outcome import Outcome, Result
from kgnet.plugins import one
from kgnet.ports import Ended, Platform, Transaction
from kgnet.transactions._held import refusal

STEPS = {  # the line that begins the loading, one in its middle, the one that ends the confirming
    "huawei_vrp": ("schedule reboot", "lldp enable", "rename kgnet"),
    "mikrotik_routeros": ("-timer", "strong-crypto", "kgnet-last"),
    "fortinet_fortios": ("set cfg-save revert", "set ntpsync", "execute cfg save"),
}


@pytest.fixture(params=small.PLATFORMS)
def device(request: pytest.FixtureRequest) -> Emulated:
    return small.emulated(request.param)


def deployed(device: Emulated, *, hook: object = None, **told: float) -> Outcome:
    want = small.wanted(device.dialect)
    tools = small.tools(device, want=small.text(want), hook=hook or (lambda: None))  # type: ignore[arg-type]
    return deploy(want, tools, terms=small.terms(**told))


def leftovers(device: Emulated) -> list[str]:
    """Locks, timers and files of changes that are on the device, the last confirmed one's old text aside."""
    files = [
        name for name in device.files if name.startswith("kgnet-") and not name.startswith("kgnet-last-")
    ]
    lines = [line.strip() for line in device.running().splitlines() if "kgnet-" in line]
    marks = [line for line in lines if "scheduler" in line or "interval=" in line or 'edit "kgnet-' in line]
    ours = (
        'edit "kgnet-last"',
        'edit "kgnet-1"',
        'edit "kgnet-admins"',
        'edit "kgnet-remote"',
        'edit "kgnet-monitor"',
    )
    modes = [line.strip() for line in device.running().splitlines() if "cfg-" in line]
    return [*files, *(mark for mark in marks if mark not in ours), *modes]


def timer(device: Emulated) -> bool:
    """Whether the device still waits for a confirmation."""
    return any(not each.cancelled for each in device.clock._timers)


def test_a_confirmed_change_stays(device: Emulated) -> None:
    outcome = deployed(device)
    assert outcome.result is Result.CHANGED, outcome.reason
    assert small.left(device, small.text(small.wanted(device.dialect))) == []
    assert leftovers(device) == []
    device.clock.step(3600)
    device.reboot("power cut")
    assert small.left(device, small.text(small.wanted(device.dialect))) == []
    assert not timer(device)


def test_a_device_that_is_as_wanted_is_only_read(device: Emulated) -> None:
    deployed(device)
    generation = device.generation
    assert deployed(device).result is Result.UNCHANGED
    assert device.generation == generation


def test_secrets_that_changed_are_sent(device: Emulated) -> None:
    """Their stored form cannot be compared; the stamp tells."""
    deployed(device)
    want = small.wanted(device.dialect)
    fresh = small.text(want, secret=lambda name: small.secret(f"{name}, another"))
    outcome = deploy(want, small.tools(device, want=fresh), terms=small.terms())
    assert outcome.result is Result.CHANGED, outcome.reason
    assert device.login("kgnet", small.secret("login/kgnet, another")) is not None
    assert device.login("kgnet", small.secret("login/kgnet")) is None


def test_an_unconfirmed_change_is_taken_back_by_the_device(device: Emulated) -> None:
    """The deployer dies after loading: nobody else touches the device."""
    old = small.lines(device)
    _loaded(device)
    assert small.lines(device) != old
    device.clock.step(600)
    assert small.lines(device) == old
    assert device.login("admin", "admin") is not None


def test_who_took_it_back_is_told(device: Emulated) -> None:
    """The timer's work is its own; what safe mode undid is not."""
    _loaded(device)
    device.clock.step(600)
    transaction, candidate = _candidate(device)
    with small.session(device) as session:
        assert transaction.ended(session, candidate) is Ended.TIMED_OUT  # type: ignore[arg-type]


def test_what_safe_mode_undid_is_not_told_as_the_timers_work() -> None:
    device = small.emulated("mikrotik_routeros")
    device.order("drop-before", "strong-crypto")
    transaction, candidate = _candidate(device)
    with small.session(device) as session, pytest.raises(Unreachable):
        transaction.hold(session, candidate)  # type: ignore[arg-type]
        transaction.load(session, candidate, 120)  # type: ignore[arg-type]
    with small.session(device) as session:
        assert transaction.ended(session, candidate) is Ended.RESTORED  # type: ignore[arg-type]
    assert leftovers(device) == []


def test_a_power_cut_takes_an_unconfirmed_change_back(device: Emulated) -> None:
    old = small.lines(device)
    _loaded(device)
    device.reboot("power cut")
    device.clock.step(10)
    assert small.lines(device) == old


def _loaded(device: Emulated) -> None:
    transaction, candidate = _candidate(device)
    with small.session(device) as session:
        transaction.hold(session, candidate)
        transaction.load(session, candidate, 120)


def _candidate(device: Emulated, token: str = "0123456789abcdef") -> tuple[Transaction, object]:
    from kgnet.deploy.candidate import candidate
    from kgnet.model.config import Config

    want = small.wanted(device.dialect)
    texts = small.text(want), small.running(device)
    configs = [Config(want.name, {device.dialect: text}) for text in texts]
    tools = small.tools(device, want=texts[0])
    return one(Transaction, one(Platform, device.dialect).transaction), candidate(
        want, tools, *configs, token=token
    )


@pytest.mark.parametrize("step", [0, 1, 2])
@pytest.mark.parametrize("kind", ["drop-before", "drop-after", "reboot-before", "reboot-after"])
def test_whatever_breaks_leaves_the_old_or_the_new_text(device: Emulated, step: int, kind: str) -> None:
    old, want = small.lines(device), small.text(small.wanted(device.dialect))
    device.order(kind, STEPS[device.dialect][step])
    outcome = deployed(device)
    device.faults.clear()
    device.clock.step(600)
    device.clock.step(600)
    ends = {True: Result.CHANGED, False: Result.ROLLED_BACK}
    is_new = small.left(device, want) == []
    assert is_new or small.lines(device) == old
    assert outcome.result in (ends[is_new], Result.FAILED, Result.LOST)
    assert (outcome.result is Result.CHANGED) == is_new, outcome.reason
    if outcome.result in ends.values():
        assert leftovers(device) == []
    assert not timer(device)


@pytest.mark.parametrize("seed", range(10))
def test_any_fault_at_any_command_leaves_the_old_or_the_new_text(device: Emulated, seed: int) -> None:
    random = Random(f"{seed}/{device.dialect}")
    old, want = small.lines(device), small.text(small.wanted(device.dialect))
    device.order(random.choice((*DROPS, "refuse", "full")), skip=random.randrange(130))
    outcome = deployed(device, confirm_s=3)
    device.faults.clear()
    device.clock.step(700)
    is_new = small.left(device, want) == []
    assert is_new or small.lines(device) == old
    assert (outcome.result is Result.CHANGED) == is_new, outcome.reason
    if outcome.result in (Result.CHANGED, Result.ROLLED_BACK):
        assert leftovers(device) == []
    assert not timer(device)


def test_a_refused_line_is_told_and_all_is_taken_back(device: Emulated) -> None:
    old = small.lines(device)
    device.order("refuse", STEPS[device.dialect][1])
    outcome = deployed(device)
    assert outcome.result is Result.ROLLED_BACK
    assert STEPS[device.dialect][1] in outcome.reason
    assert "refuses line" in outcome.reason
    assert "by its own timer" not in outcome.reason
    assert small.lines(device) == old
    assert leftovers(device) == []


def test_a_line_that_is_silently_ignored_is_noticed(device: Emulated) -> None:
    old = small.lines(device)
    device.order("ignore", STEPS[device.dialect][1])
    outcome = deployed(device, confirm_s=2)
    assert outcome.result is Result.ROLLED_BACK
    assert "reads back differently" in outcome.reason
    assert small.lines(device) == old


@pytest.mark.parametrize(
    "line", ["set cfg-save revert", "set cfg-revert-timeout", "set cfg-save automatic", "unset cfg-revert"]
)
def test_a_device_that_swallows_how_it_saves_is_told_again(line: str) -> None:
    device = small.emulated("fortinet_fortios")
    device.order("ignore", line)
    assert deployed(device).result is Result.CHANGED
    assert leftovers(device) == []
    assert "cfg-" not in device.running()


def test_a_device_that_will_not_promise_to_go_back_is_left_alone() -> None:
    device = small.emulated("fortinet_fortios")
    old = small.lines(device)
    device.order("ignore", "set cfg-save revert", times=0)
    outcome = deployed(device)
    assert outcome.result is Result.FAILED
    assert "does not take `cfg-save revert`, however often it is typed" in outcome.reason
    assert small.lines(device) == old
    assert "cfg-" not in device.running()


def test_a_full_disk_refuses_the_change_or_its_confirmation(device: Emulated) -> None:
    old = small.lines(device)
    device.order("full", times=0)
    outcome = deployed(device)
    assert outcome.result in (Result.FAILED, Result.ROLLED_BACK)
    assert "pace" in outcome.reason
    assert "free its flash" in outcome.reason
    device.faults.clear()
    device.clock.step(600)
    assert small.lines(device) == old


def test_two_runs_exclude_each_other_by_name(device: Emulated) -> None:
    transaction, candidate = _candidate(device, "fedcba9876543210")
    with small.session(device) as session:
        transaction.hold(session, candidate)  # type: ignore[arg-type]
        outcome = deployed(device)
        assert outcome.result is Result.FAILED
        assert "another deploy holds it: " in outcome.reason
        assert candidate.owner.split()[0] in outcome.reason  # type: ignore[attr-defined]
        transaction.free(session, candidate)  # type: ignore[arg-type]
    assert leftovers(device) == []
    assert deployed(device).result is Result.CHANGED


def test_a_loaded_change_is_told_with_its_owner_and_no_way_to_keep_it(device: Emulated) -> None:
    transaction, candidate = _candidate(device, "fedcba9876543210")
    _, other = _candidate(device)
    with small.session(device) as session:
        transaction.hold(session, candidate)  # type: ignore[arg-type]
        transaction.load(session, candidate, 120)  # type: ignore[arg-type]
    with small.session(device) as session, pytest.raises(Refused) as caught:
        transaction.hold(session, other)  # type: ignore[arg-type]
    told = str(caught.value)
    assert "another deploy's change waits to be confirmed: " in told
    assert candidate.owner.split()[0] in told  # type: ignore[attr-defined]
    assert "`kgnet deploy --resume RUN` settles it" in told
    assert not re.search("cfg save|loaded: ", told)


def test_of_two_that_come_at_the_same_time_the_first_has_the_router() -> None:
    """Each has typed its lock before either looks who else is there."""
    device = small.emulated("mikrotik_routeros")
    transaction, first = _candidate(device, "fedcba9876543210")
    _, second = _candidate(device, "0123456789abcdef")
    with small.session(device) as one_, small.session(device) as two:
        typed = one_.run

        def run(argv: tuple[str, ...], **told: object) -> object:
            output = typed(argv, **told)  # type: ignore[arg-type]
            if "scheduler add" in argv[0]:
                with pytest.raises(Refused, match="another deploy holds it"):
                    transaction.hold(two, second)  # type: ignore[arg-type]
            return output

        one_.run = run  # type: ignore[assignment, method-assign]
        transaction.hold(one_, first)  # type: ignore[arg-type]


def test_a_dead_run_loses_its_lock(device: Emulated) -> None:
    transaction, candidate = _candidate(device, "fedcba9876543210")
    dead = replace(candidate, owner="root on noc since 2026-01-01 00:00:00 UTC")  # type: ignore[type-var]
    with small.session(device) as session:
        transaction.hold(session, dead)  # type: ignore[arg-type]
    assert deployed(device).result is Result.CHANGED
    assert leftovers(device) == []


def test_no_secret_is_told_in_a_reason(device: Emulated) -> None:
    device.order("refuse", small.secret("login/kgnet"))
    outcome = deployed(device)
    assert outcome.result is Result.ROLLED_BACK
    assert small.secret("login/kgnet") not in outcome.reason
    assert "<secret>" in outcome.reason


def test_somebody_elses_safe_mode_is_left_alone() -> None:
    device = small.emulated("mikrotik_routeros")
    with small.session(device, "colleague") as other:
        other.run(("\x18",))
        outcome = deployed(device)
        assert outcome.result is Result.FAILED
        assert "safe mode" in outcome.reason
        assert "`/user active print` shows who" in outcome.reason
        assert device.safe is other.terminal.session  # type: ignore[attr-defined]


def test_a_refused_timer_leaves_nothing_behind_when_safe_mode_ends() -> None:
    device = small.emulated("mikrotik_routeros")
    old = small.lines(device)
    device.order("refuse", "scheduler add interval")
    outcome = deployed(device)
    assert outcome.result in (Result.FAILED, Result.ROLLED_BACK)
    assert small.lines(device) == old
    assert leftovers(device) == []
    assert not re.search("kgnet-[0-9a-f]{16}", device.running())
    assert device.safe is None  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["huawei_vrp", "fortinet_fortios"])
@pytest.mark.parametrize("who", ["lan", ""])
def test_a_system_that_somebody_has_locked_is_told_before_anything_is_done(name: str, who: str) -> None:
    device = small.emulated(name)
    files = set(device.files)
    device.order("locked", value=who)
    outcome = deployed(device)
    assert outcome.result is Result.FAILED
    assert "somebody else holds its configuration — wait" in outcome.reason
    assert f"locked by {who or 'another'}" in outcome.reason
    assert set(device.files) == files
    assert not timer(device)


def test_somebody_elses_scheduled_restart_is_left_alone() -> None:
    device = small.emulated("huawei_vrp")
    with small.session(device, "colleague") as other:
        other.run(("schedule reboot delay 60",), stdin="y\n")
    outcome = deployed(device)
    assert outcome.result is Result.FAILED
    assert "scheduled a restart" in outcome.reason
    assert device.restart is not None  # type: ignore[attr-defined]


def test_somebody_elses_unsaved_change_is_left_alone() -> None:
    device = small.emulated("fortinet_fortios")
    with small.session(device, "colleague") as other:
        for line in ("config system global", "set cfg-save manual", "end"):
            other.run((line,))
    outcome = deployed(device)
    assert outcome.result is Result.FAILED
    assert "cfg-save is manual" in outcome.reason


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        ("failure: not enough disk space", " — free its flash"),
        ("Error: There is not enough space", " — free its flash"),
        ("no permission: not enough permissions", "permissions"),
        ("value parse error before 'full'", "'full'"),
    ],
)
def test_only_a_full_storage_is_told_to_be_freed(words: str, ends: str) -> None:
    assert refusal("does not take it", words).endswith(ends)
