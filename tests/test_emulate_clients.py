"""The unmodified clients of NAPALM, Netmiko and OpenSSH's protocols work against the emulated IOS."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paramiko
import pytest
from napalm import get_network_driver
from napalm.base.exceptions import MergeConfigException, ReplaceConfigException
from netmiko import ConnectHandler, NetmikoAuthenticationException, file_transfer

from kgnet.emulate import lab
from kgnet.emulate.device import Spec
from kgnet.emulate.lab import Lab

PORT = "interface GigabitEthernet0/0/1"
MERGE = f"{PORT}\n description merged\n ip address 10.3.0.1 255.255.255.0\n"


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A few routers: a test takes one of its own, so that none meets what another has left."""
    specs = [Spec(f"r{n}", "cisco_ios", management=f"10.0.0.{n}/24") for n in range(1, 25)]
    with lab.running(specs, tmp_path_factory.mktemp("emulated"), speed=0) as running:
        yield running


@pytest.fixture
def name(net: Lab) -> Iterator[str]:
    """The name of a router that nobody has used."""
    unused = next(name for name, device in net.fleet.devices.items() if not device.log)
    yield unused
    net.well(unused)


def napalm(net: Lab, name: str) -> Any:
    host, port = net.endpoint(name)
    known = {"ssh_strict": True, "alt_host_keys": True, "alt_key_file": str(net.folder.known_hosts)}
    return get_network_driver("ios")(host, "admin", "admin", optional_args={"port": port, **known})


def netmiko(net: Lab, name: str, **more: Any) -> Any:
    host, port = net.endpoint(name)
    login = {"host": host, "port": port, "username": "admin", "password": "admin", "device_type": "cisco_xe"}
    return ConnectHandler(**login | more)


def test_napalm_merges_confirms_and_rolls_back(net: Lab, name: str) -> None:
    with napalm(net, name) as device:
        assert device.get_facts()["hostname"] == name
        device.load_merge_candidate(config=MERGE)
        assert "description merged" in device.compare_config()
        device.commit_config(revert_in=60)
        assert device.has_pending_commit()
        assert "merged" in net.running(name)
        device.confirm_commit()
        assert not device.has_pending_commit()
        assert "merged" in net.startup(name)
        device.rollback()
    assert "merged" not in net.running(name)


def test_napalm_sees_the_change_taken_back_when_nobody_confirms(net: Lab, name: str) -> None:
    before = net.running(name)
    with napalm(net, name) as device:
        device.load_merge_candidate(config=MERGE)
        device.commit_config(revert_in=120)
        net.step(119)
        assert "merged" in net.running(name)
        net.step(2)
        assert not device.has_pending_commit()
    assert net.running(name) == before


def test_napalm_is_told_of_a_line_that_the_device_refuses(net: Lab, name: str) -> None:
    with napalm(net, name) as device:
        device.load_merge_candidate(config=f"{MERGE}no such line\n")
        with pytest.raises(MergeConfigException, match="Invalid input"):
            device.commit_config()
    assert "merged" not in net.running(name)


def test_napalm_replaces_and_is_refused_what_is_no_configuration(net: Lab, name: str) -> None:
    with napalm(net, name) as device:
        whole = device.get_config()["running"]
        device.load_replace_candidate(config=whole.replace(f"hostname {name}", "hostname other"))
        assert "+hostname other" in device.compare_config()
        device.commit_config()
        assert "hostname other" in net.startup(name)
        device.load_replace_candidate(config="hostname fragment\n")
        with pytest.raises(ReplaceConfigException):
            device.commit_config()
    assert "hostname other" in net.running(name)


def test_napalm_reads_a_configured_device(net: Lab, name: str) -> None:
    with napalm(net, name) as device:
        config = ["router bgp 65001", "neighbor 10.5.0.2 remote-as 65002",
                  "neighbor 10.5.0.2 description far",
                  "ntp server 192.0.2.9", PORT, "description here", "ip address 10.5.0.1 255.255.255.0",
                  "no shutdown"]  # fmt: skip
        device.device.send_config_set(config)
        peers = device.get_bgp_neighbors()["global"]["peers"]
        assert peers["10.5.0.2"]["is_up"] is False
        assert peers["10.5.0.2"]["description"] == "far"
        assert device.get_ntp_servers() == {"192.0.2.9": {}}
        assert device.get_interfaces_ip()["GigabitEthernet0/0/1"] == {
            "ipv4": {"10.5.0.1": {"prefix_length": 24}}
        }
        assert device.get_interfaces()["GigabitEthernet0/0/1"]["description"] == "here"
        assert device.ping("10.5.0.2")["success"]["packet_loss"] == 5
        assert list(device.get_users()) == ["admin"]
        assert device.get_lldp_neighbors() == {}


def test_netmiko_configures_asks_and_saves(net: Lab, name: str) -> None:
    with netmiko(net, name) as device:
        device.send_config_set(
            ["hostname after", "banner motd ^", "welcome hostname#", "^"], cmd_verify=False
        )
        device.set_base_prompt()
        assert device.find_prompt() == "after#"
        assert "[OK]" in device.save_config()
        assert "^\n% Invalid input" in device.send_command("show nothing")
    assert "welcome hostname#" in net.startup(name)


def test_netmiko_pages_where_paging_is_left_on(net: Lab, name: str) -> None:
    with netmiko(net, name) as device:
        device.send_command_timing("terminal length 10")
        said = device.send_command_timing("show running-config")
        assert "--More--" in said
        device.write_channel("q")


def test_files_go_both_ways_by_scp(net: Lab, name: str, tmp_path: Path) -> None:
    (tmp_path / "up.txt").write_bytes(b"hostname x\n" * 5000)
    with netmiko(net, name) as device:
        moved = file_transfer(
            device, source_file=str(tmp_path / "up.txt"), dest_file="up.txt", file_system="flash:"
        )
        assert moved["file_verified"]
        file_transfer(
            device,
            source_file="up.txt",
            dest_file=str(tmp_path / "down.txt"),
            file_system="flash:",
            direction="get",
        )
    assert (tmp_path / "down.txt").read_bytes() == (tmp_path / "up.txt").read_bytes()


def test_a_wrong_password_is_declined_and_a_declined_login_too(net: Lab, name: str) -> None:
    with pytest.raises(NetmikoAuthenticationException):
        netmiko(net, name, password="wrong")
    net.fault(name, "login", times=3)
    with pytest.raises(NetmikoAuthenticationException):
        netmiko(net, name)


def test_enable_asks_for_its_secret(net: Lab, name: str) -> None:
    with netmiko(net, name) as device:
        device.send_config_set(["enable secret 0 let-me", "username low secret 0 low"])
    with netmiko(net, name, username="low", password="low", secret="let-me") as device:
        assert device.find_prompt().endswith(">")
        assert "% Invalid" in device.send_command("show running-config")
        device.enable()
        assert "hostname" in device.send_command("show running-config")


def test_a_changed_host_key_is_noticed(net: Lab, name: str) -> None:
    """The keys in known_hosts are those that the devices show; any other is refused."""
    host, port = net.endpoint(name)
    client = paramiko.SSHClient()
    client.load_host_keys(str(net.folder.known_hosts))
    other = paramiko.Ed25519Key.from_private_key_file(str(_key(net.folder.path / "other")))
    client.get_host_keys().clear()
    client.get_host_keys().add(f"[{host}]:{port}", "ssh-ed25519", other)
    with pytest.raises(paramiko.BadHostKeyException):
        client.connect(host, port, "admin", "admin", look_for_keys=False, allow_agent=False)


def _key(path: Path) -> Path:
    import asyncssh

    asyncssh.generate_private_key("ssh-ed25519").write_private_key(path)
    return path


class Raw:
    """A terminal as it comes off the wire, without a client's interpretation."""

    def __init__(self, net: Lab, name: str) -> None:
        host, port = net.endpoint(name)
        self.client = paramiko.SSHClient()
        self.client.load_host_keys(str(net.folder.known_hosts))
        self.client.connect(host, port, "admin", "admin", look_for_keys=False, allow_agent=False)
        self.channel = self.client.invoke_shell(width=200)
        self.channel.settimeout(20)

    def until(self, end: bytes) -> bytes:
        """Read until *end* has come; what there is if the line breaks before."""
        said = b""
        while end not in said and (more := self.channel.recv(4096)):
            said += more
        return said

    def __enter__(self) -> Raw:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()


@pytest.mark.parametrize("kind", ["drop-before", "drop-after", "drop-output"])
def test_a_drop_breaks_the_connection_at_its_command(net: Lab, name: str, kind: str) -> None:
    with Raw(net, name) as raw:
        net.fault(name, kind, "^hostname")
        raw.channel.send(b"configure terminal\rhostname dropped\r")
        assert not raw.until(b"dropped(config)#").endswith(b"dropped(config)#")
        assert raw.channel.closed
    with Raw(net, name) as raw:
        raw.until(f"{name}#".encode() if kind == "drop-before" else b"dropped#")
    assert ("hostname dropped" in net.running(name)) == (kind != "drop-before")


def test_a_restart_throws_out_whoever_is_logged_in(net: Lab, name: str) -> None:
    with Raw(net, name) as raw:
        raw.channel.send(b"configure terminal\rhostname lost\r")
        raw.until(b"lost(config)#")
        net.reboot(name)
        assert raw.until(b"never") == b""
    assert "hostname lost" not in net.running(name)


def test_slow_answers_garbage_banners_and_pages_to_order(net: Lab, name: str) -> None:
    net.fault(name, "banner", value="\nmaintenance\nr9# \n")
    net.fault(name, "slow", "show clock", value="0.5")
    net.fault(name, "garbage", "show clock")
    net.fault(name, "more", "show running")
    with Raw(net, name) as raw:
        assert b"r9# \r\n" in raw.until(f"{name}#".encode())
        started = time.monotonic()
        raw.channel.send(b"show clock\r")
        said = raw.until(b"2026")
        assert time.monotonic() - started >= 0.5
        with pytest.raises(UnicodeDecodeError):
            said.decode()
        raw.channel.send(b"terminal length 0\rshow running-config\r")
        assert b"--More--" in raw.until(b"--More--")
        raw.channel.send(b" q")
        raw.until(f"{name}#".encode())


def test_a_slow_command_has_its_effect_before_the_wait(net: Lab, name: str) -> None:
    """Whoever dies while waiting has done it."""
    net.fault(name, "slow", "hostname late", value="3")
    with Raw(net, name) as raw:
        raw.channel.send(b"configure terminal\rhostname late\r")
        raw.until(b"hostname late")
        time.sleep(0.5)
    assert "hostname late" in net.running(name)


def test_a_deaf_device_never_says_a_word(net: Lab, name: str) -> None:
    net.fault(name, "deaf")
    with Raw(net, name) as raw:
        raw.channel.settimeout(0.5)
        raw.channel.send(b"show clock\r")
        with pytest.raises(TimeoutError):
            raw.channel.recv(1)


def test_a_full_flash_refuses_the_file_and_the_startup_configuration(net: Lab, name: str) -> None:
    with netmiko(net, name) as device:
        net.fault(name, "full", times=0)
        assert "No space left on device" in device.send_command("write memory")
        said = device.send_command_timing("copy running-config flash:x")
        said += device.send_command_timing("\n")
        assert "No space left on device" in said
    assert "x" not in net.device(name).files


def test_another_platform_answers_at_the_address_to_order(net: Lab, name: str) -> None:
    net.fault(name, "dialect", times=0, value="huawei_vrp")
    with Raw(net, name) as raw:
        assert raw.until(f"<{name}>".encode()).endswith(f"<{name}>".encode())
