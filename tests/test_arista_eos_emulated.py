"""An emulated EOS as its clients see it: NAPALM and pyeapi over HTTPS, Netmiko over SSH; its sessions."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import napalm
import pyeapi
import pytest
from arista import DEVICES, KNOWN, PART, ROUTERS, TEXTS, as_file, config
from napalm.base.exceptions import CommandErrorException, MergeConfigException
from napalm.base.exceptions import ConnectionException as NotConnected
from netmiko import ConnectHandler
from pyeapi.eapilib import CommandError, ConnectionError

from kgnet.emulate import lab
from kgnet.emulate.arista_eos import Eos
from kgnet.emulate.clock import Clock
from kgnet.emulate.device import Dropped, Spec
from kgnet.emulate.terminal import Terminal
from kgnet.plan import plan, ways
from kgnet.platforms.arista_eos import PLATFORM

NAME = "r-899"
MANAGEMENT = f"{DEVICES[NAME].management}/16"
OWN = "username admin privilege 15 role network-admin secret 0 admin\n"


@pytest.fixture
def net(tmp_path: Path) -> Iterator[lab.Lab]:
    """Two devices out of the box, in one management network; their clock moves by hand."""
    specs = [
        Spec(NAME, "arista_eos", management=MANAGEMENT),
        Spec("other", "arista_eos", management="172.20.200.9/16"),
    ]
    with lab.running(specs, tmp_path, speed=0) as running:
        yield running


def opened(net: lab.Lab, *, password: str = "admin", name: str = NAME) -> Any:
    """Return NAPALM's own driver, which verifies the certificate."""
    host, port = net.endpoint(name, "https")
    context = ssl.create_default_context(cafile=str(net.folder.ca_file))
    options = {"port": port, "context": context}
    driver = napalm.get_network_driver("eos")(host, "admin", password, optional_args=options)
    driver.open()
    return driver


@pytest.fixture
def driver(net: lab.Lab) -> Iterator[Any]:
    device = opened(net)
    yield device
    device.config_session = None
    device.close()


def running(driver: Any) -> str:
    return PART.canonical(driver.get_config(retrieve="running")["running"])


def way_to(driver: Any, want: str) -> str:
    have = config(running(driver))
    typed = ways(plan(config(want), have, parts=KNOWN), have, parts=KNOWN).there
    return "\n".join(line for line in typed if line != "no username admin")  # by whom we are logged in


def test_a_slow_command_has_its_effect_before_the_wait(net: lab.Lab, driver: Any) -> None:
    """Whoever dies while waiting has done it."""
    net.fault(NAME, "slow", "hostname late", value="3")
    driver.device.connection.transport.timeout = 1
    with pytest.raises(ConnectionError):
        driver.device.run_commands(["configure", "hostname late"])
    assert "hostname late" in net.running(NAME)


# ── NAPALM ──────────────────────────────────────────────────────────────────


def test_what_napalm_deploys_reads_back_equal(driver: Any) -> None:
    driver.load_merge_candidate(config=way_to(driver, TEXTS[NAME]))
    assert "+hostname" not in driver.compare_config()  # its name is right from the start
    driver.commit_config(revert_in=120)
    assert driver.has_pending_commit()
    driver.confirm_commit()
    left = plan(config(TEXTS[NAME]), config(running(driver)), parts=KNOWN)
    assert [change.line.split()[:2] for change in left.changes] == [["username", "admin"]]
    assert driver.get_config()["startup"] == driver.get_config()["running"].replace("running-", "startup-")


def test_a_commit_that_nobody_confirms_is_taken_back(net: lab.Lab, driver: Any) -> None:
    before = running(driver)
    driver.load_merge_candidate(config="hostname elsewhere\ninterface Ethernet1\n   description x\n")
    driver.commit_config(revert_in=120)
    net.step(119)
    assert driver.get_facts()["hostname"] == "elsewhere"
    net.step(2)
    driver.config_session = None
    assert not driver.has_pending_commit()
    assert running(driver) == before


def test_a_commit_that_waits_is_rolled_back_at_once(driver: Any) -> None:
    before = running(driver)
    driver.load_merge_candidate(config="hostname elsewhere\n")
    driver.commit_config(revert_in=120)
    driver.rollback()
    assert running(driver) == before


def test_a_whole_configuration_is_replaced_and_rolled_back(driver: Any) -> None:
    before = running(driver)
    driver.load_replace_candidate(config=as_file(before).replace(f"hostname {NAME}", "hostname other"))
    assert f"-hostname {NAME}" in driver.compare_config()
    driver.commit_config()
    assert driver.get_facts()["hostname"] == "other"
    driver.rollback()
    assert running(driver) == before


def test_a_line_that_it_does_not_know_is_refused_and_leaves_nothing(net: lab.Lab, driver: Any) -> None:
    before = running(driver)
    with pytest.raises(MergeConfigException, match="'frobnicate' failed: invalid command"):
        driver.load_merge_candidate(config="hostname x\nfrobnicate\n")
    assert running(driver) == before
    assert "pending" not in driver.cli(["show configuration sessions"])[
        "show configuration sessions"
    ].replace("of pending", "")


def test_what_napalm_asks_is_answered(driver: Any) -> None:
    facts = driver.get_facts()
    assert (facts["vendor"], facts["hostname"]) == ("Arista", NAME)
    assert driver.get_interfaces()["Management1"]["is_up"]
    assert driver.get_interfaces_ip()["Management1"]["ipv4"]
    assert driver.get_lldp_neighbors() == {"Management1": [{"hostname": "other", "port": "Management1"}]}
    assert driver.get_lldp_neighbors_detail()["Management1"][0]["remote_system_name"] == "other"
    assert driver.ping("172.20.200.9", vrf="MGMT")["success"]["packet_loss"] == 0
    assert driver.ping("172.20.200.99", vrf="MGMT")["success"]["packet_loss"] == 5
    assert driver.get_bgp_neighbors() == {}
    assert driver.get_vlans()["1"]["name"] == "default"


@pytest.mark.parametrize("command", PLATFORM.state)
def test_every_command_of_the_platform_is_answered_so_that_it_can_be_read(
    net: lab.Lab, driver: Any, command: tuple[str, ...]
) -> None:
    """On a device with all that is written: sessions, tunnels, queues."""
    net.do(lambda: net.device(NAME).read(as_file(TEXTS[NAME]) + OWN, net.device(NAME).root))
    (text,) = driver.cli(list(command)).values()
    assert isinstance(PLATFORM.state[command].read(text), PLATFORM.state[command].fact)


def test_sessions_of_both_ends_are_seen(tmp_path: Path) -> None:
    """A session is up if both ends agree on keys and AS numbers, and gone when one port is shut."""
    names = ("r-902", "r-30787")
    specs = [
        Spec(
            name,
            "arista_eos",
            startup=as_file(TEXTS[name]) + OWN,
            management=f"{ROUTERS[name].management}/16",
        )
        for name in names
    ]
    with lab.running(specs, tmp_path, speed=0) as net:
        driver = opened(net, name="r-30787")
        peers = driver.get_bgp_neighbors()["global"]["peers"]
        assert {address for address, peer in peers.items() if peer["is_up"]} == set(peers)
        (bfd,) = driver.cli(["show bfd peers detail | json"]).values()
        read = PLATFORM.state[("show bfd peers detail | json",)].read(bfd)
        assert {str(peer.address) for peer in read.peers if peer.up} == set(peers)  # type: ignore[attr-defined]
        driver.load_merge_candidate(config="interface Ethernet1\nshutdown\n")
        driver.commit_config()
        peers = driver.get_bgp_neighbors()["global"]["peers"]
        assert not any(peer["is_up"] for peer in peers.values())
        driver.close()


# ── eAPI ────────────────────────────────────────────────────────────────────


def test_a_wrong_password_is_told(net: lab.Lab) -> None:
    with pytest.raises(ConnectionError, match="Unauthorized"):
        opened(net, password="wrong")


def test_who_does_not_know_the_authority_does_not_connect(net: lab.Lab) -> None:
    host, port = net.endpoint(NAME, "https")
    options = {"port": port, "enforce_verification": True}
    driver = napalm.get_network_driver("eos")(host, "admin", "admin", optional_args=options)
    with pytest.raises((ConnectionError, NotConnected)):
        driver.open()


def test_pyeapi_is_told_what_failed_and_what_went_before(net: lab.Lab) -> None:
    host, port = net.endpoint(NAME, "https")
    context = ssl.create_default_context(cafile=str(net.folder.ca_file))
    connection = pyeapi.connect(host=host, port=port, username="admin", password="admin", context=context)
    with pytest.raises(CommandError) as caught:
        connection.execute(["show hostname", "show nonsense"])
    assert caught.value.error_code == 1002
    assert caught.value.output[0]["hostname"] == NAME
    assert caught.value.output[1]["errors"] == ["Invalid input (at token 1: 'nonsense')"]
    with pytest.raises(CommandError) as caught:
        connection.execute(["show users"])
    assert caught.value.error_code == 1003  # there is no JSON of it


@pytest.mark.parametrize(
    ("fault", "at", "raised"),
    [
        ("refuse", "hostname", MergeConfigException),
        ("locked", "", CommandError),  # NAPALM then throws away what it never had
        ("drop-before", "hostname", ConnectionError),
        ("drop-after", "hostname", ConnectionError),
        ("privilege", "admin", CommandError),
    ],
)
def test_a_fault_in_the_middle_leaves_the_old_configuration(
    net: lab.Lab, driver: Any, fault: str, at: str, raised: type[Exception]
) -> None:
    before = running(driver)
    net.fault(NAME, fault, at, times=0)
    with pytest.raises(raised):
        driver.load_merge_candidate(config="hostname elsewhere\n")
    net.well(NAME)
    assert running(driver) == before


def test_a_line_that_is_silently_ignored_is_not_there(net: lab.Lab, driver: Any) -> None:
    net.fault(NAME, "ignore", "^description")
    driver.load_merge_candidate(config="interface Ethernet7\ndescription lost\nmtu 9000\n")
    driver.commit_config()
    assert "mtu 9000" in running(driver)
    assert "lost" not in running(driver)


def test_a_full_flash_is_told(net: lab.Lab, driver: Any) -> None:
    net.fault(NAME, "full", "startup-config", times=0)
    with pytest.raises(CommandErrorException):
        driver.cli(["write memory"])


def test_a_restart_forgets_what_was_not_saved_and_what_waited(net: lab.Lab, driver: Any) -> None:
    before = running(driver)
    driver.load_merge_candidate(config="hostname elsewhere\n")
    driver.commit_config(revert_in=600)
    net.reboot(NAME)
    driver.config_session = None
    assert running(driver) == before
    assert not driver.has_pending_commit()


# ── the command line ────────────────────────────────────────────────────────


def test_netmiko_works_over_ssh(net: lab.Lab) -> None:
    host, port = net.endpoint(NAME, "ssh")
    with ConnectHandler(
        device_type="arista_eos", host=host, port=port, username="admin", password="admin"
    ) as line:
        assert line.find_prompt() == f"{NAME}#"
        assert "hostname" in line.send_command("show running-config")
        line.send_config_set(["interface Ethernet9", "description by hand"])
        assert "Copy completed" in line.save_config()
    assert "by hand" in net.startup(NAME)


def terminal(text: str = "") -> Terminal:
    device = Eos(Spec("sw1", "arista_eos"), Clock(0))
    device.boot()
    device.read(text, device.root)
    return Terminal(device)


def test_a_draft_is_nobodys_configuration_until_it_is_committed() -> None:
    line = terminal()
    line.run("configure session one", "hostname draft")
    assert line.prompt == "sw1(config-s-one)#"
    assert "+hostname draft" in line.type("show session-config diffs")
    line.run("abort")
    assert "draft" not in line.device.running()
    line.run("configure session two", "hostname kept", "commit")
    assert line.prompt == "kept#"


def test_a_second_timer_is_refused_while_one_runs() -> None:
    line = terminal()
    line.run("configure session a", "hostname a", "commit timer 00:05:00")
    line.run("configure session b", "hostname b")
    assert line.type("commit").startswith("% Commit timer is running for session a")
    assert line.type("configure session a commit") == ""
    line.device.clock.step(600)
    assert line.device.running().count("hostname a") == 1


def test_a_checkpoint_brings_back_what_was() -> None:
    line = terminal("hostname first\n")
    line.run("configure checkpoint save good", "configure", "hostname second", "end")
    assert line.type("configure replace checkpoint:good") == ""
    assert line.prompt == "first#"
    assert line.type("configure replace flash:nothing").startswith("% Error")


def test_an_access_list_knows_what_stands_in_it() -> None:
    line = terminal()
    line.run("configure", "ip access-list A", "permit tcp any any eq 22", "20 deny ip any any")
    assert line.type("20 permit ip any any") == "% Error: Duplicate sequence number"
    assert line.type("permit tcp any any eq ssh") == ""  # it is there already
    line.run("no 10", "15 permit udp any any eq 161", "end")
    assert "   15 permit udp any any eq snmp\n   20 deny ip any any\n" in line.device.running()
    assert line.device.trace[-1].endswith("15 permit udp any any eq snmp")


def test_a_port_that_moves_into_a_vrf_loses_its_addresses() -> None:
    line = terminal("vrf instance RED\ninterface Ethernet1\n   no switchport\n   ip address 10.0.0.1/31\n")
    line.run("configure", "interface Ethernet1", "vrf RED", "end")
    assert "10.0.0.1" not in line.device.running()
    line.run("configure", "interface Ethernet1")
    assert line.type("vrf BLUE").startswith("% ")


def test_passwords_are_never_kept_in_clear() -> None:
    line = terminal()
    line.run("configure", "username eve secret hello", "router bgp 65001", "neighbor 10.0.0.1 password hello")
    line.run("tacacs-server host 10.0.0.9 key hello", "end")
    assert "hello" not in line.device.running()
    assert line.device.login("eve", "hello") == 1
    assert line.device.login("eve", "hullo") is None


def test_an_operator_may_look_and_not_change() -> None:
    line = terminal("username eve privilege 1 role network-operator secret x\n")
    guest = Terminal(line.device, "eve", privilege=1)
    assert "Arista" in guest.type("show version")
    assert guest.run("enable", "configure").startswith("% Authorization denied")


def test_commands_can_be_chosen_from() -> None:
    line = terminal("router bgp 65001\n   router-id 10.0.0.1\nip routing\n")
    assert line.type("show running-config | section router bgp").splitlines()[1] == "   router-id 10.0.0.1"
    assert line.type("show running-config | include ^hostname") == "hostname sw1"
    assert line.type("show running-config | begin ^ip routing").startswith("ip routing")
    assert line.type("show nonsense") == "% Invalid input"


def test_a_reload_asks_and_then_closes_the_line() -> None:
    line = terminal()
    line.run("configure", "hostname lost", "end", "reload")
    assert line.prompt.startswith("System configuration has been modified")
    line.type("no")
    line.type("y")
    assert "lost" not in line.device.running()
    with pytest.raises(Dropped):
        line.type("show version")
