"""How one gets in to a device: what is not told is an error, and what somebody wrote oddly is understood."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from kgnet.errors import ReadError
from kgnet.model.access import HostKey
from kgnet.model.facts import Listeners, SnmpServer, SshServer
from kgnet.model.managed import SnmpGroup, SnmpUser
from kgnet.platforms import _linux_access as access
from kgnet.platforms import _linux_snmp as snmp
from kgnet.platforms.cisco_ios.around import host_keys


def conf(*lines: str) -> SnmpServer:
    values: dict[str, tuple[str, ...]] = {}
    for key, _, value in (line.partition(" ") for line in lines):
        values[key.lower()] = (*values.get(key.lower(), ()), value)
    return SnmpServer(values)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (access.host_keys, ""),
        (access.host_keys, "no such file"),
        (access.console, ""),
        (access.provisioning, ""),
        (access.ports, "[{}]"),
        (access.ports, "no such device"),
        (host_keys, "% Invalid input detected at '^' marker."),
    ],
)
def test_what_is_no_answer_is_an_error(read: Callable[[str], object], text: str) -> None:
    """Nothing read is never "nothing there"."""
    with pytest.raises(ReadError):
        read(text)


def test_a_host_without_a_socket_was_not_asked() -> None:
    """Whoever was asked over SSH listens at least for SSH."""
    with pytest.raises(ReadError, match="no listening socket"):
        access.services(Listeners(()))


@pytest.mark.parametrize("left_out", ["ciphers", "logingracetime", "permitrootlogin"])
def test_a_server_that_leaves_something_out_is_not_judged(left_out: str) -> None:
    told = {"ciphers": "aes128-ctr", "macs": "hmac-sha2-256", "kexalgorithms": "curve25519-sha256"}
    told |= {"permitrootlogin": "no", "logingracetime": "30", "maxauthtries": "3"}
    del told[left_out]
    with pytest.raises(ReadError, match=left_out):
        access.secure_shell(SshServer({key: (value,) for key, value in told.items()}))


def test_a_time_that_is_no_number_is_an_error() -> None:
    told = {"clientaliveinterval": ("5m",), "clientalivecountmax": ("3",)}
    with pytest.raises(ReadError, match="no number"):
        access.remote_access(SshServer(told))


def test_every_kind_of_host_key_is_read() -> None:
    lines = "256 SHA256:abc root@r-1 (ED25519)\n3072 SHA256:def no comment at all (RSA)\n"
    assert access.host_keys(lines).keys == (HostKey("ed25519", 256), HostKey("rsa", 3072))


@pytest.mark.parametrize(
    ("text", "idle_s"),
    [
        ("# console\n", None),
        ("# console\nTMOUT=0\n", None),
        ("# console\nreadonly TMOUT=900; export TMOUT\n", 900),
        ("# console\ndeclare -xr TMOUT=300\n", 300),
        ("# console\n#TMOUT=300\n", None),
    ],
)
def test_the_shells_limit_is_read_however_it_is_written(text: str, idle_s: int | None) -> None:
    assert access.console(text).idle_s == idle_s


def test_a_port_in_a_vrf_stands_apart() -> None:
    """The kernel says `vrf` of the port, and the name of the VRF as its master."""
    address = {"family": "inet", "local": "172.20.0.9", "prefixlen": 16, "scope": "global"}
    link = {"ifname": "eth0", "flags": ["UP"], "addr_info": [address], "master": "mgmt"}
    slave = {**link, "linkinfo": {"info_slave_kind": "vrf"}}
    bridged = {**link, "linkinfo": {"info_slave_kind": "bridge"}}
    (port,), (other,) = (access.ports(json.dumps([each])).ports for each in (slave, bridged))
    assert (port.vrf, port.apart) == ("mgmt", True)
    assert other.vrf is None


def test_users_of_snmpd_are_read_however_they_are_created() -> None:
    """See snmpd.conf(5): an engine may come first, the encryption's pass phrase may be left out."""
    agent = snmp.agent(
        conf(
            "createUser -e 0x8000 a SHA-512 -l <secret> AES-256 -l <secret>",
            "createUser b MD5 <secret> DES",
            "createUser c",
            "rwuser -s usm a priv",
            "rouser b",
        )
    )
    assert agent.users == (
        SnmpUser("a", "sha512", "aes256"),
        SnmpUser("b", "md5", "des"),
        SnmpUser("c", "", ""),
    )
    assert set(agent.groups) == {SnmpGroup("a", "priv"), SnmpGroup("b", "auth")}
    assert agent.writable


@pytest.mark.parametrize("told", ["udp:161", "161", "udp6:161", "0.0.0.0", "udp:0.0.0.0:161", "[::]:161"])
def test_an_address_of_every_port_is_no_limit(told: str) -> None:
    assert snmp.agent(conf(f"agentAddress {told}")).unlimited == (f"agentAddress {told}",)


@pytest.mark.parametrize("told", ["udp:10.1.0.9:161", "127.0.0.1", "udp6:[2001:db8::9]:161", "10.1.0.9,::1"])
def test_addresses_of_its_own_are_a_limit(told: str) -> None:
    assert snmp.agent(conf(f"agentAddress {told}")).unlimited == ()


def test_an_empty_snmpd_conf_has_not_been_read() -> None:
    with pytest.raises(ReadError, match="empty"):
        snmp.agent(conf())
