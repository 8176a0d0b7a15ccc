"""Netmiko's own clients and ours against emulated VRP, RouterOS and FortiOS devices, over SSH."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import small
from netmiko import ConnectHandler

from kgnet import collect, environment
from kgnet.deploy import deploy
from kgnet.drivers.netmiko import DRIVER
from kgnet.emulate import lab
from kgnet.emulate.device import Spec
from kgnet.errors import Unreachable
from kgnet.model.managed import Accounts, Hardware
from kgnet.model.outcome import Result
from kgnet.plugins import one
from kgnet.ports import Access, Platform

NAME = "r-30808"


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[lab.Lab]:
    specs = [Spec(platform, platform, management="172.20.0.5/16") for platform in small.PLATFORMS]
    specs += [Spec(NAME, "huawei_vrp", management="172.20.0.6/16")]
    with lab.running(specs, tmp_path_factory.mktemp("emulated"), speed=0) as net:
        yield net


@pytest.fixture
def access(net: lab.Lab, tmp_path: Path) -> Access:
    secret = tmp_path / "password"
    secret.write_text("admin\n", encoding="utf-8")
    secret.chmod(0o600)
    endpoints = net.folder.endpoints
    return environment.access(
        {
            "KGNET_SSH_USER": "admin",
            "KGNET_SSH_PASSWORD_FILE": str(secret),
            "KGNET_KNOWN_HOSTS": str(net.folder.known_hosts),
            "KGNET_ENDPOINTS": str(endpoints),
        }
    )


def netmiko(net: lab.Lab, platform: str) -> Any:
    host, port = net.endpoint(platform)
    dialect = one(Platform, platform).dialect
    return ConnectHandler(
        device_type=dialect, host=host, port=port, username="admin", password="admin", allow_agent=False,
        use_keys=False, ssh_strict=True, system_host_keys=False, alt_host_keys=True,
        alt_key_file=str(net.folder.known_hosts), fast_cli=True,
    )  # fmt: skip


VERSIONS = {
    "huawei_vrp": ("display version", "VRP (R) software"),
    "mikrotik_routeros": ("/system resource print", "RB5009"),
    "fortinet_fortios": ("get system status", "FortiGate-60F"),
}


@pytest.mark.parametrize("platform", small.PLATFORMS)
def test_netmiko_logs_in_and_asks(net: lab.Lab, platform: str) -> None:
    command, told = VERSIONS[platform]
    with netmiko(net, platform) as connection:
        assert told in connection.send_command(command)
        assert told in connection.send_command(command)


def test_netmiko_configures_vrp(net: lab.Lab) -> None:
    with netmiko(net, "huawei_vrp") as connection:
        connection.send_config_set(["lldp enable", "aaa", "local-user x password cipher Secret123"])
        assert "saved successfully" in connection.save_config()
        shown = connection.send_command("display current-configuration")
    assert "lldp enable" in shown
    assert "Secret123" not in shown
    assert "lldp enable" in net.startup("huawei_vrp")


def test_netmiko_configures_routeros(net: lab.Lab) -> None:
    with netmiko(net, "mikrotik_routeros") as connection:
        connection.send_config_set(["/system note set note=hello"])
        assert "note=hello" in connection.send_command("/export")


def test_netmiko_configures_fortios(net: lab.Lab) -> None:
    with netmiko(net, "fortinet_fortios") as connection:
        connection.send_config_set(["config system global", 'set alias "hello"', "end"])
        assert 'set alias "hello"' in connection.send_command("show system global")


@pytest.mark.parametrize("platform", small.PLATFORMS)
def test_our_driver_reads_the_device_whole(net: lab.Lab, access: Access, platform: str) -> None:
    wanted = small.replace(small.wanted(platform), name=platform)
    with DRIVER.open(wanted, access) as session:
        found = collect.collect(wanted, session)
    assert found.get(Hardware).version
    assert found.get(Accounts).accounts[0].name == "admin"
    assert not found.missing, found.missing


@pytest.mark.parametrize("platform", small.PLATFORMS)
def test_a_wrong_platform_at_the_address_is_told(net: lab.Lab, access: Access, platform: str) -> None:
    other = small.PLATFORMS[small.PLATFORMS.index(platform) - 1]
    with (
        pytest.raises(Unreachable, match=r"devices\.csv|user and password"),
        DRIVER.open(small.replace(small.wanted(platform), name=other), access),
    ):
        raise AssertionError("it let us in")


def test_a_deploy_goes_over_the_real_line(net: lab.Lab, access: Access) -> None:
    want = small.wanted("huawei_vrp")
    tools = small.replace(
        small.tools(net.device(NAME), want=small.text(want)),
        open=lambda device: DRIVER.open(
            device, small.replace(access, user=net.do(lambda: user(net)), password_file=password(net, access))
        ),
    )
    outcome = deploy(want, tools, terms=small.terms())
    assert outcome.result is Result.CHANGED, outcome.reason


def user(net: lab.Lab) -> str:
    return "admin" if "local-user admin " in net.device(NAME).running() else "kgnet"


def password(net: lab.Lab, access: Access) -> str:
    """The operator's account is another one after the change."""
    assert access.password_file is not None
    path = Path(access.password_file)
    if net.do(lambda: user(net)) == "kgnet":
        path.write_text(small.secret("login/kgnet"), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("platform", small.PLATFORMS)
def test_a_device_that_was_given_the_sections_of_the_intent_runs_them(platform: str) -> None:
    """`kgnet emulate up --provisioned` starts from the rendered text, which tells no interface."""
    want = small.text(small.wanted(platform))
    device = small.emulated(platform, startup=want)
    assert small.left(device, want) == []
    assert device.up()
    assert "172.20.0.5" in device.running()
    assert device.login("kgnet", small.secret("login/kgnet")) is not None
