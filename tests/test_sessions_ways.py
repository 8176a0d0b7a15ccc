"""The way to a device: jump hosts by OpenSSH's file, certificates, endpoints, and many devices at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from test_ssh import access as sshd
from test_ssh import keygen
from toy_device import Toy, toy_device

from kgnet import collect, environment, paths
from kgnet.drivers._way import proxy, settings
from kgnet.drivers.napalm import DRIVER
from kgnet.drivers.netmiko import DRIVER as NETMIKO
from kgnet.drivers.ssh import DRIVER as SSH
from kgnet.emulate import lab
from kgnet.emulate.device import Spec
from kgnet.errors import KgnetError, SecretError, Unreachable, UsageError
from kgnet.model.fleet import Device
from kgnet.model.province import Role
from kgnet.ports import Access, Endpoint

__all__ = ["sshd"]  # a fixture: an sshd of our own
VENDORS = ("cisco_ios", "arista_eos", "juniper_junos")
SMALL = {
    "huawei_vrp": "display version",
    "mikrotik_routeros": "/export",
    "fortinet_fortios": "get system status",
}


def device(name: str, platform: str) -> Device:
    return Device(name, "DC", Role.BRANCH, platform, 1, IPv4Address("127.0.0.1"))


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[lab.Lab]:
    specs = [Spec(name, name, management="10.0.0.1/24") for name in (*VENDORS, *SMALL)]
    with lab.running(specs, tmp_path_factory.mktemp("emulated"), speed=0) as net:
        yield net


@pytest.fixture
def there(net: lab.Lab, tmp_path: Path) -> Access:
    return environment.access(variables(net, tmp_path))


def variables(net: lab.Lab, folder: Path) -> dict[str, str]:
    secret = folder / "password"
    secret.write_text("admin\n", encoding="utf-8")
    secret.chmod(0o600)
    return {
        "KGNET_SSH_USER": "admin",
        "KGNET_SSH_PASSWORD_FILE": str(secret),
        "KGNET_KNOWN_HOSTS": str(net.folder.known_hosts),
        "KGNET_CA_FILE": str(net.folder.ca_file),
        "KGNET_ENDPOINTS": str(net.folder.endpoints),
    }


def told(platform: str, access: Access) -> str:
    with pytest.raises(Unreachable) as caught, DRIVER.open(device(platform, platform), access):
        pass
    assert "\n" not in str(caught.value)
    return str(caught.value)


# ── jump hosts ──────────────────────────────────────────────────────────────


def jump_file(folder: Path, jump: Access, how: str = "ProxyJump jump") -> str:
    """Write an OpenSSH file that leads to the loopback by way of the sshd *jump*."""
    file = folder / "config"
    file.write_text(
        f"Host jump\n  HostName 127.0.0.1\n  Port {jump.port}\n  User {jump.user}\n"
        f"  IdentityFile {jump.key_file}\n  IdentitiesOnly yes\n  UserKnownHostsFile {jump.known_hosts}\n"
        f"Host 127.0.0.*\n  {how}\n",
        encoding="utf-8",
    )
    return str(file)


@pytest.mark.parametrize("platform", VENDORS)
@pytest.mark.parametrize("how", ["ProxyJump jump", "ProxyCommand ssh -F {file} -W %h:%p jump"])
def test_every_transport_goes_through_a_jump_host(
    how: str, platform: str, sshd: Access, there: Access, tmp_path: Path
) -> None:
    """SSH, eAPI over TLS and NETCONF, each with its own library."""
    file = jump_file(tmp_path, sshd, how.format(file=tmp_path / "config"))
    with DRIVER.open(device(platform, platform), replace(there, ssh_config=file)) as session:
        assert session.run(("show version",)).code == 0


def test_our_own_driver_goes_through_a_jump_host_too(sshd: Access, tmp_path: Path) -> None:
    with SSH.open(device("r1", "frr"), replace(sshd, ssh_config=jump_file(tmp_path, sshd))) as session:
        assert session.run(("printf", "there")).out == "there"


@pytest.mark.parametrize("platform", VENDORS)
def test_a_jump_host_that_lets_nobody_through_says_so(
    platform: str, sshd: Access, there: Access, tmp_path: Path
) -> None:
    stranger = replace(sshd, key_file=str(keygen(tmp_path / "stranger")))
    access = replace(there, ssh_config=jump_file(tmp_path, stranger))
    assert "Permission denied" in told(platform, access)


def test_an_unknown_jump_host_is_refused(sshd: Access, there: Access, tmp_path: Path) -> None:
    (tmp_path / "none").touch()
    stranger = replace(sshd, known_hosts=str(tmp_path / "none"))
    access = replace(there, ssh_config=jump_file(tmp_path, stranger))
    assert "Host key verification failed" in told("cisco_ios", access)


def test_several_hops_are_gone_in_order(tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text("Host *\n  ProxyJump kg@one:2222,two\n", encoding="utf-8")
    command = proxy("10.0.0.1", 22, Access(ssh_config=str(file)))
    assert command[-5:] == ["-J", "kg@one:2222", "-W", "[10.0.0.1]:22", "ssh://two"]


def test_a_file_with_a_mistake_is_told(there: Access, tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text("Host *\n  ProxyJumpp x\n", encoding="utf-8")
    assert "proxyjumpp" in told("cisco_ios", replace(there, ssh_config=str(file))).lower()
    assert "KGNET_SSH_CONFIG" in told("cisco_ios", replace(there, ssh_config=str(tmp_path / "none")))


def test_algorithms_of_the_file_hold(there: Access, tmp_path: Path) -> None:
    """What ssh(1) would not speak is not spoken."""
    file = tmp_path / "config"
    file.write_text("Host *\n  Ciphers aes128-ctr\n", encoding="utf-8")
    access = replace(there, ssh_config=str(file))
    assert settings("127.0.0.1", 22, access)["ciphers"] == ["aes128-ctr"]
    with DRIVER.open(device("cisco_ios", "cisco_ios"), access) as session:
        transport = session.connection.remote_conn_pre.get_transport()  # type: ignore[attr-defined]
        assert transport.remote_cipher == "aes128-ctr"


# ── who answers ─────────────────────────────────────────────────────────────


def test_a_certificate_nobody_vouches_for_is_refused(there: Access) -> None:
    said = told("arista_eos", replace(there, ca_file=None))
    assert "shows a certificate that the system's authorities do not vouch for" in said
    assert "KGNET_CA_FILE" in said


def test_a_missing_file_of_authorities_is_named(there: Access) -> None:
    assert "KGNET_CA_FILE" in told("arista_eos", replace(there, ca_file="/no/such/file"))


@pytest.mark.parametrize("platform", ["cisco_ios", "juniper_junos"])
def test_an_unknown_host_key_is_refused(platform: str, there: Access, tmp_path: Path) -> None:
    (tmp_path / "none").touch()
    assert "SHA256:" in told(platform, replace(there, known_hosts=str(tmp_path / "none")))


@pytest.mark.parametrize("platform", VENDORS)
def test_a_wrong_password_names_its_file(platform: str, there: Access) -> None:
    assert there.password_file
    Path(there.password_file).write_text("wrong\n", encoding="utf-8")
    assert f"does not let admin in by {there.password_file}" in told(platform, there)


@pytest.mark.parametrize(
    ("asked", "answers", "words"),
    [
        ("cisco_ios", "juniper_junos", "speaks like Junos, and the intent says cisco_ios"),
        ("cisco_ios", "arista_eos", "and the intent says cisco_ios"),
        ("juniper_junos", "cisco_ios", "speaks like Cisco IOS, and the intent says juniper_junos"),
    ],
)
def test_another_platform_is_told(asked: str, answers: str, words: str, net: lab.Lab, there: Access) -> None:
    service = "netconf" if asked == "juniper_junos" else "ssh"
    host, port = net.endpoint(answers)
    wrong = replace(there, endpoints={(asked, service): Endpoint(host, port)})
    said = told(asked, wrong)
    assert words in said
    assert "correct devices.csv" in said


def test_what_speaks_no_tls_is_told(net: lab.Lab, there: Access) -> None:
    host, port = net.endpoint("cisco_ios")
    wrong = replace(there, endpoints={("arista_eos", "https"): Endpoint(host, port)})
    assert "does not speak TLS" in told("arista_eos", wrong)


@pytest.mark.parametrize("platform", VENDORS)
def test_a_refused_command_is_code_1(platform: str, there: Access) -> None:
    with DRIVER.open(device(platform, platform), there) as session:
        output = session.run(("show nonsense",))
    assert output.code == 1
    assert output.err


@pytest.mark.parametrize("platform", VENDORS)
def test_a_line_that_breaks_is_told(platform: str, net: lab.Lab, there: Access) -> None:
    with DRIVER.open(device(platform, platform), there) as session:
        net.fault(platform, "drop-before", times=1)
        with pytest.raises(Unreachable, match=r"broke|show version"):
            session.run(("show version",), timeout_s=5)
    net.well(platform)


@pytest.mark.parametrize(("platform", "command"), SMALL.items(), ids=SMALL)
def test_small_devices_are_spoken_to_by_netmiko(platform: str, command: str, there: Access) -> None:
    with NETMIKO.open(device(platform, platform), there) as session:
        assert session.run((command,)).code == 0
        assert session.run(("nonsense",)).code == 1


@pytest.mark.parametrize("platform", ["huawei_vrp", "fortinet_fortios"])
def test_a_small_device_in_anothers_place_is_told(platform: str, net: lab.Lab, there: Access) -> None:
    other = next(name for name in SMALL if name != platform)
    wrong = replace(there, endpoints={(platform, "ssh"): Endpoint(*net.endpoint(other))})
    with pytest.raises(Unreachable, match=f"and the intent says {platform}"):
        NETMIKO.open(device(platform, platform), wrong).__enter__()


# ── the environment ─────────────────────────────────────────────────────────


def test_the_environment_says_how_to_get_in(net: lab.Lab, tmp_path: Path) -> None:
    access = environment.access(
        {**variables(net, tmp_path), "KGNET_LOGINS": "4", "KGNET_LOGINS_PER_S": "2.5"}
    )
    assert (access.user, access.logins, access.logins_per_s) == ("admin", 4, 2.5)
    assert access.endpoint(device("arista_eos", "arista_eos"), "https", 443).host == "127.0.0.1"
    with pytest.raises(Unreachable, match=r"^unknown: its ssh is none of those told here .* KGNET_ENDPOINTS"):
        access.endpoint(device("unknown", "frr"), "ssh", 22)
    assert environment.access({}).endpoint(device("r1", "frr"), "ssh", 22) == Endpoint("127.0.0.1", 22)


def test_a_password_that_others_may_read_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("x\n", encoding="utf-8")
    secret.chmod(0o644)
    with pytest.raises(SecretError, match="others may read"):
        environment.access({"KGNET_SSH_PASSWORD_FILE": str(secret)})
    with pytest.raises(SecretError, match="KGNET_SSH_PASSWORD_FILE"):
        environment.access({"KGNET_SSH_PASSWORD_FILE": str(tmp_path / "none")})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "no JSON"),
        ("{}", "names no device"),
        ('{"r1": 1}', "no services"),
        ('{"r1": {"telnet": ["::1", 23]}}', "telnet is none of ssh, netconf, https"),
        ('{"r1": {"ssh": ["::1", 0]}}', "no host and port"),
        ('{"r1": {"ssh": "::1"}}', "no host and port"),
    ],
)
def test_endpoints_that_make_no_sense_are_told(text: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "endpoints.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=words):
        environment.access({"KGNET_ENDPOINTS": str(file)})


@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5", "100000"])
def test_a_budget_that_makes_no_sense_is_told(value: str) -> None:
    with pytest.raises(KgnetError, match="KGNET_LOGINS"):
        environment.access({"KGNET_LOGINS": value})


def test_a_device_of_a_twin_is_spoken_to_where_somebody_said_it_is(there: Access) -> None:
    emulated = replace(device("cisco_ios", "cisco_ios"), twin_only=True)
    assert paths.out_of_reach(emulated)
    with collect.session(emulated, there) as session:
        assert session.run(("show version",)).code == 0
    with pytest.raises(Unreachable, match="stands in a twin only"):
        collect.session(replace(emulated, name="r9"), there)


# ── many at once ────────────────────────────────────────────────────────────


def test_one_device_that_hangs_delays_nobody(tmp_path: Path) -> None:
    """200 devices, and one of them accepts the connection and says nothing."""
    specs = [Spec(f"r{n}", "cisco_ios", management="10.0.0.1/24") for n in range(200)]
    with lab.running(specs, tmp_path / "emulated", speed=0) as net:
        net.fault("r0", "deaf", times=0)
        access = replace(environment.access(variables(net, tmp_path)), timeout_s=10.0)
        started, done = time.monotonic(), {}

        def look(one: Device) -> int:
            with collect.session(one, access) as session:
                return session.run(("show version",)).code

        for one, value in collect.each([device(f"r{n}", "cisco_ios") for n in range(200)], look, workers=16):
            done[one.name] = (value, time.monotonic() - started)
    value, last = done.pop("r0")
    assert isinstance(value, Unreachable)
    assert "says nothing" in str(value)
    assert {code for code, _ in done.values()} == {0}
    assert last >= max(seconds for _, seconds in done.values())


def test_the_agents_keys_are_used(sshd: Access, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os
    import subprocess

    told = subprocess.run(["ssh-agent", "-s"], capture_output=True, text=True, check=True).stdout
    found = dict(line.split(";")[0].split("=", 1) for line in told.splitlines() if "=" in line)
    try:
        monkeypatch.setenv("SSH_AUTH_SOCK", found["SSH_AUTH_SOCK"])
        subprocess.run(["ssh-add", "-q", str(sshd.key_file)], check=True, capture_output=True)
        with SSH.open(device("r1", "frr"), replace(sshd, key_file=None)) as session:
            assert session.run(("printf", "in")).out == "in"
    finally:
        os.kill(int(found["SSH_AGENT_PID"]), 15)


def test_a_toy_behind_a_jump_host_is_asked_for_its_password(sshd: Access, tmp_path: Path) -> None:
    toy = Toy(
        answers={"terminal length 0": b"", "terminal width 511": b""}, prompts=("Username: ", "Password: ")
    )
    with toy_device(toy, tmp_path) as access:
        behind = replace(
            access,
            ssh_config=jump_file(tmp_path, sshd),
            endpoints={("r1", "ssh"): Endpoint("127.0.0.1", access.port)},
        )
        with DRIVER.open(device("r1", "cisco_ios"), behind) as session:
            assert session.run(("terminal length 0",)).code == 0
