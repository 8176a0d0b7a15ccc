"""The emulated Junos: NAPALM's own client works against it, and it says what Junos says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import shipped
from jnpr.junos.exception import CommitError, ConnectClosedError, RpcError, RpcTimeoutError
from napalm import get_network_driver
from napalm.base.exceptions import LockError, MergeConfigException

from kgnet import paths
from kgnet.emulate import lab
from kgnet.emulate.device import Spec
from kgnet.model.config import Config
from kgnet.plan import plan, ways
from kgnet.platforms.juniper_junos import PLATFORM
from kgnet.render import render

(PART,) = PLATFORM.parts
R1 = Spec("r1", "juniper_junos", management="10.0.0.1/24")
NEIGHBORS = """
set interfaces ge-0/0/0 unit 0 family inet address 10.9.0.{own}/31
set routing-options autonomous-system 6500{own}
set protocols lldp interface all
set policy-options policy-statement ALL then accept
set protocols bgp group E type external
set protocols bgp group E neighbor 10.9.0.{far} peer-as 6500{far}
set protocols bgp group E neighbor 10.9.0.{far} description "towards r{far}"
set protocols bgp group E neighbor 10.9.0.{far} import ALL
set protocols bgp group E neighbor 10.9.0.{far} authentication-key "{key}"
set protocols bgp group E neighbor 10.9.0.{far} bfd-liveness-detection minimum-interval 300
"""
SAME = ("$9$LbHX-wg4Z", "lc")  # the same key, hidden and in clear


@contextmanager
def napalm(net: lab.Lab, name: str = "r1", *, user: str = "admin", password: str = "admin") -> Iterator[Any]:
    host, port = net.endpoint(name, "netconf")
    options = {"port": port, "config_lock": False}
    driver = get_network_driver("junos")(host, user, password, optional_args=options)
    driver.open()
    try:
        yield driver
    finally:
        driver.close()


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[lab.Lab]:
    with lab.running([R1], tmp_path_factory.mktemp("junos"), speed=0) as running:
        yield running


# ── NAPALM ──────────────────────────────────────────────────────────────────


def test_napalm_reads_facts(net: lab.Lab) -> None:
    net.step(90)
    with napalm(net) as driver:
        found = driver.get_facts()
        assert (found["vendor"], found["model"], found["hostname"]) == ("Juniper", "SRX345", "r1")
        assert found["os_version"] == "21.4R3.15"
        assert found["uptime"] >= 90
        assert found["interface_list"] == ["fxp0"]
        assert "host-name r1;" in driver.get_config()["running"]
        assert driver.get_interfaces()["fxp0.0"]["is_up"]
        assert "10.0.0.1" in driver.get_interfaces_ip()["fxp0.0"]["ipv4"]


@pytest.mark.parametrize(
    "config", ["set system login message hello", "system {\n    login {\n        message hello;\n    }\n}\n"]
)
def test_napalm_merges_commands_and_text(net: lab.Lab, config: str) -> None:
    with napalm(net) as driver:
        driver.load_merge_candidate(config=config)
        assert driver.compare_config() == "[edit system login]\n+    message hello;"
        driver.discard_config()
        assert driver.compare_config() == ""
        assert not driver.has_pending_commit()


def test_napalm_replaces_the_whole(net: lab.Lab) -> None:
    with napalm(net) as driver:
        before = driver.get_config()["running"]
        driver.load_replace_candidate(config=before.replace("host-name r1", "host-name other"))
        driver.commit_config()
        assert "host-name other;" in net.running("r1")
        driver.rollback()
        assert net.running("r1") == before


def test_a_commit_that_nobody_confirms_is_taken_back(net: lab.Lab) -> None:
    before = net.running("r1")
    with napalm(net) as driver:
        driver.load_merge_candidate(config="set system host-name late")
        driver.commit_config(message="token 1", revert_in=120)
        assert driver.has_pending_commit()
        net.step(119)
        assert "host-name late;" in net.running("r1")
        net.step(2)
        assert net.running("r1") == before
        assert not driver.has_pending_commit()


def test_a_commit_that_is_confirmed_stays(net: lab.Lab) -> None:
    with napalm(net) as driver:
        driver.load_merge_candidate(config="set system host-name kept")
        driver.commit_config(message="token 2", revert_in=60)
        driver.confirm_commit()
        net.step(600)
        assert "host-name kept;" in net.running("r1")
        assert net.startup("r1") == net.running("r1")
        driver.load_merge_candidate(config="set system host-name r1")
        driver.commit_config()


def test_a_slow_commit_has_its_effect_before_the_wait(net: lab.Lab) -> None:
    """Whoever dies while waiting has done it."""
    with napalm(net) as driver:
        driver.load_merge_candidate(config="set system host-name late")
        net.fault("r1", "slow", "commit-configuration", value="3")
        driver.device.timeout = 1
        with pytest.raises(RpcTimeoutError):
            driver.commit_config()
        assert "host-name late;" in net.running("r1")
        driver.device.timeout = 30
    with napalm(net) as driver:
        driver.load_merge_candidate(config="set system host-name r1")
        driver.commit_config()


def test_a_wrong_line_is_refused_with_its_words(net: lab.Lab) -> None:
    before = net.running("r1")
    with napalm(net) as driver:
        with pytest.raises(MergeConfigException, match=r"set system hostname x.*syntax error"):
            driver.load_merge_candidate(config="set system host-name y\nset system hostname x")
        assert net.running("r1") == before
        assert driver.compare_config() == ""


def test_what_stands_for_nothing_is_not_committed(net: lab.Lab) -> None:
    with napalm(net) as driver:
        driver.load_merge_candidate(
            config="set routing-options autonomous-system 1\n"
            "set protocols bgp group X neighbor 10.1.1.1 import NONE"
        )
        with pytest.raises(
            CommitError, match=r"Policy NONE referenced but not defined.*\n*.*check-out failed"
        ):
            driver.commit_config()
        driver.discard_config()
    assert "NONE" not in net.running("r1")


def test_a_lock_of_another_is_told(net: lab.Lab) -> None:
    with napalm(net) as first, napalm(net) as second:
        first.load_merge_candidate(config="set system host-name mine")
        with pytest.raises(LockError, match="configuration database locked by"):
            second.load_merge_candidate(config="set system host-name yours")
        first.discard_config()
        second.load_merge_candidate(config="set system host-name yours")
        second.discard_config()


def test_a_lock_ends_with_its_session(net: lab.Lab) -> None:
    with napalm(net) as first:
        first.load_merge_candidate(config="set system host-name mine")
    with napalm(net) as second:
        assert second.compare_config() == ""
        second.load_merge_candidate(config="set system host-name yours")
        second.discard_config()


def test_commands_are_answered(net: lab.Lab) -> None:
    with napalm(net) as driver:
        said = driver.cli(["show version", "show configuration system services"])
        assert "Junos: 21.4R3.15" in said["show version"]
        assert said["show configuration system services"].split() == ["ssh;", "netconf", "{", "ssh;", "}"]
        with pytest.raises(RpcError, match="syntax error"):
            driver.cli(["show nonsense"])


@pytest.mark.parametrize("command", PLATFORM.state, ids=" ".join)
def test_what_the_platform_asks_the_emulator_answers(net: lab.Lab, command: tuple[str, ...]) -> None:
    with napalm(net) as driver:
        if "bfd" in command[0] or "lldp" in command[0] or "ntp" in command[0]:
            driver.load_merge_candidate(config="set system ntp server 10.7.0.1")
            driver.commit_config()
        assert PLATFORM.state[command](driver.cli(list(command))[command[0]])


@pytest.mark.parametrize("role", ["border", "branch"])
def test_what_is_rendered_is_deployed_and_read_back(net: lab.Lab, role: str) -> None:
    """The plan after the deploy is empty; the reverse plan leads back to the start."""
    fleet = shipped.fleet("kiengiang")
    device = next(d for d in fleet.devices.values() if d.platform == PLATFORM.name and d.role == role)
    want = render(device, paths.templates(), secret=lambda name: f"{name}-0123456789").parts[PART.name]
    assert PART.commands is not None
    with napalm(net) as driver:
        have = PART.canonical(driver.cli(["show configuration"])["show configuration"])
        driver.load_merge_candidate(config="\n".join(PART.commands((), have, _together(want, have))))
        driver.commit_config()
        after = PART.canonical(driver.cli(["show configuration"])["show configuration"])
        assert not plan(Config("r1", {PART.name: want}), Config("r1", {PART.name: after}))
        driver.load_merge_candidate(config="\n".join(PART.commands((), after, have)))
        driver.commit_config()
        assert PART.canonical(driver.get_config()["running"]) == have


def test_the_whole_can_be_replaced(net: lab.Lab) -> None:
    """What every Junos must have stays, although the intent does not speak for it."""
    fleet = shipped.fleet("kiengiang")
    device = next(d for d in fleet.devices.values() if d.platform == PLATFORM.name)
    want = Config(
        "r1", {PART.name: render(device, paths.templates(), secret=lambda name: name).parts[PART.name]}
    )
    with napalm(net) as driver:
        have = Config("r1", {PART.name: PART.canonical(driver.get_config()["running"])})
        todo = plan(want, have, whole=True)
        driver.load_merge_candidate(config="\n".join(ways(todo, have).there))
        driver.device.cu.commit_check()
        after = PART.canonical(driver.get_config(retrieve="candidate")["candidate"])
        driver.discard_config()
    assert "user admin" not in after
    assert not plan(want, Config("r1", {PART.name: after}), whole=True)


def _together(want: str, have: str) -> str:
    """Return what is wanted, with the account and the root password of the bare device."""
    account = have[have.index("    root-authentication") : have.index("    management-instance")]
    return PART.canonical(want + "system {" + account + "}")


def test_neighbours_agree_or_not(tmp_path: Path) -> None:
    specs = [Spec(name, "juniper_junos", management=f"10.0.0.{n}/24") for n, name in ((1, "r1"), (2, "r0"))]
    with lab.running(specs, tmp_path, speed=0) as running:
        for name, own, far, key in (("r1", 1, 0, SAME[0]), ("r0", 0, 1, SAME[1])):
            with napalm(running, name) as driver:
                driver.load_merge_candidate(config=NEIGHBORS.format(own=own, far=far, key=key))
                driver.commit_config()
        with napalm(running, "r1") as driver:
            peer = driver.get_bgp_neighbors()["global"]["peers"]["10.9.0.0"]
            assert (peer["is_up"], peer["remote_as"], peer["description"]) == (True, 65000, "towards r0")
            assert driver.get_lldp_neighbors()["ge-0/0/0"] == [{"hostname": "r0", "port": "ge-0/0/0.0"}]
            assert driver.ping("10.9.0.0")["success"]["packet_loss"] == 0
            assert "error" in driver.ping("192.0.2.1")
            text = driver.cli(["show bgp summary"])["show bgp summary"]
            (found,) = PLATFORM.state[("show bgp summary",)](text)[0].peers  # type: ignore[attr-defined]
            assert (found.state, found.remote_as) == ("Established", 65000)
            driver.load_merge_candidate(
                config="set protocols bgp group E neighbor 10.9.0.0 authentication-key other"
            )
            driver.commit_config()
            assert not driver.get_bgp_neighbors()["global"]["peers"]["10.9.0.0"]["is_up"]


# ── what goes wrong to order ────────────────────────────────────────────────


@pytest.mark.parametrize(("kind", "stored"), [("drop-before", False), ("drop-after", True)])
def test_a_line_that_breaks_at_the_commit(tmp_path: Path, kind: str, *, stored: bool) -> None:
    with lab.running([R1], tmp_path, speed=0) as running:
        with napalm(running) as driver:
            driver.load_merge_candidate(config="set system host-name torn")
            running.fault("r1", kind, "^commit-configuration")
            with pytest.raises(ConnectClosedError):
                driver.commit_config(revert_in=60)
        assert ("host-name torn;" in running.running("r1")) is stored
        running.step(61)
        assert "host-name r1;" in running.running("r1")
        with napalm(running) as driver:
            driver.load_merge_candidate(config="set system host-name free")
            driver.discard_config()


def test_a_restart_takes_back_what_was_not_confirmed(tmp_path: Path) -> None:
    with lab.running([R1], tmp_path, speed=0) as running:
        with napalm(running) as driver:
            driver.load_merge_candidate(config="set system host-name gone")
            driver.commit_config(revert_in=600)
        running.reboot("r1")
        assert "host-name r1;" in running.running("r1")


def test_a_full_disk_changes_nothing(net: lab.Lab) -> None:
    before = net.running("r1")
    with napalm(net) as driver:
        driver.load_merge_candidate(config="set system host-name full")
        net.fault("r1", "full")
        with pytest.raises(CommitError, match="No space left on device"):
            driver.commit_config()
        driver.discard_config()
    assert net.running("r1") == before


@pytest.mark.parametrize(("kind", "shown"), [("refuse", MergeConfigException), ("ignore", None)])
def test_a_line_is_refused_or_ignored_to_order(
    net: lab.Lab, kind: str, shown: type[Exception] | None
) -> None:
    with napalm(net) as driver:
        net.fault("r1", kind, "host-name")
        if shown:
            with pytest.raises(shown):
                driver.load_merge_candidate(config="set system host-name odd")
        else:
            driver.load_merge_candidate(config="set system host-name odd")
            assert driver.compare_config() == ""
            driver.discard_config()


def test_who_may_only_look_changes_nothing(net: lab.Lab) -> None:
    net.fault("r1", "privilege", "admin")
    with napalm(net) as driver, pytest.raises(LockError, match="permission denied"):
        driver.load_merge_candidate(config="set system host-name no")


TORN = {"garbage": UnicodeDecodeError, "drop-output": ConnectClosedError}


@pytest.mark.filterwarnings("ignore:An unknown exception")
@pytest.mark.parametrize(("kind", "raised"), TORN.items(), ids=TORN)
def test_an_answer_that_is_torn_is_no_answer(tmp_path: Path, kind: str, raised: type[Exception]) -> None:
    with lab.running([R1], tmp_path, speed=0) as running, napalm(running) as driver:
        running.fault("r1", kind, "^command show version")
        with pytest.raises(raised):
            driver.cli(["show version"])
