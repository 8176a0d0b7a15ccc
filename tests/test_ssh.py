"""The SSH driver against a real sshd on the loopback: answers whole, failures in words that help."""

from __future__ import annotations

import getpass
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from kgnet.drivers.ssh import DRIVER
from kgnet.errors import Unreachable
from kgnet.model.fleet import Device
from kgnet.model.province import Role
from kgnet.ports import Access, Session

DEVICE = Device("r1", "DC", Role.BRANCH, "frr", 1, IPv4Address("127.0.0.1"))


def keygen(path: Path) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return int(server.getsockname()[1])


@pytest.fixture(scope="module")
def access(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Access]:
    """A way in to an sshd of our own, which runs as whoever runs the tests."""
    folder = tmp_path_factory.mktemp("sshd")
    host, user, port = keygen(folder / "host"), keygen(folder / "user"), free_port()
    public = (folder / "host.pub").read_text(encoding="utf-8")
    (folder / "known").write_text(f"[127.0.0.1]:{port} {public}", encoding="utf-8")
    options = [f"AuthorizedKeysFile={folder}/user.pub", "UsePAM=no", "StrictModes=no", "PidFile=none"]
    options += ["PermitRootLogin=prohibit-password", "PasswordAuthentication=no"]
    separation = Path("/run/sshd")  # as root, sshd insists on it
    ours = not separation.exists() and getpass.getuser() == "root"
    if ours:
        separation.mkdir(mode=0o755)
    command = [
        shutil.which("sshd", path="/usr/sbin:/usr/local/sbin") or "sshd",
        "-D",
        "-e",
        "-f",
        "/dev/null",
    ]
    command += ["-h", str(host), "-p", str(port), "-o", "ListenAddress=127.0.0.1"]
    command += [word for option in options for word in ("-o", option)]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        yield Access(getpass.getuser(), str(user), str(folder / "known"), port, 5.0)
    finally:
        server.terminate()
        server.wait(5)
        if ours:
            separation.rmdir()


def _wait(port: int) -> None:
    for _ in range(100):
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("sshd did not start")


@pytest.fixture(scope="module")
def session(access: Access) -> Iterator[Session]:
    with DRIVER.open(DEVICE, access) as session:
        yield session


def refused(access: Access, device: Device = DEVICE) -> str:
    with pytest.raises(Unreachable) as caught, DRIVER.open(device, access):
        pass
    return str(caught.value)


def test_words_arrive_as_they_are(session: Session) -> None:
    """No shell of the far end takes them apart."""
    words = ["a b", "$HOME", "'", '"', "*", "; exit 9", "\\", "é"]
    assert session.run(["printf", "%s\n", *words]).out.splitlines() == words


def test_output_error_and_code_are_told_apart(session: Session) -> None:
    output = session.run(["sh", "-c", "echo out; echo err >&2; exit 3"])
    assert (output.code, output.out, output.err) == (3, "out\n", "err\n")


def test_much_goes_both_ways_at_once(session: Session) -> None:
    """Neither stream fills up while the other is waited for."""
    text = "0123456789abcdef" * 300_000
    output = session.run(["tee", "/dev/stderr"], stdin=text)
    assert output.out == text
    assert output.err == text


def test_a_command_may_ignore_its_input(session: Session) -> None:
    assert session.run(["true"], stdin="x" * 3_000_000).code == 0


def test_a_missing_command_is_127(session: Session) -> None:
    assert session.run(["no-such-command"]).code == 127


def test_a_slow_command_is_given_up(session: Session) -> None:
    with pytest.raises(Unreachable, match=r"`sleep 60` gave no answer within 0\.3 s"):
        session.run(["sleep", "60"], timeout_s=0.3)


def test_a_killed_command_is_no_success(session: Session) -> None:
    with pytest.raises(Unreachable, match="broke during"):
        session.run(["sh", "-c", "kill -9 $$"])


def test_a_line_that_breaks_is_told_at_once(access: Access) -> None:
    started = time.monotonic()
    with DRIVER.open(DEVICE, access) as session, pytest.raises(Unreachable, match="broke during"):
        session.run(["sh", "-c", "kill -9 $PPID"])
    assert time.monotonic() - started < 20  # it would be given 30


def test_an_unknown_host_key_is_refused(access: Access, tmp_path: Path) -> None:
    """The fingerprint to compare, and how to add the key."""
    known = tmp_path / "known"
    known.touch()
    told = refused(replace(access, known_hosts=str(known)))
    assert "SHA256:" in told
    assert f"ssh-keyscan -p {access.port} 127.0.0.1 >> {known}" in told


def test_another_host_key_is_refused(access: Access, tmp_path: Path) -> None:
    public = keygen(tmp_path / "other").with_suffix(".pub").read_text(encoding="utf-8")
    known = tmp_path / "known"
    known.write_text(f"[127.0.0.1]:{access.port} {public}", encoding="utf-8")
    told = refused(replace(access, known_hosts=str(known)))
    assert "another host key" in told
    assert "ssh-keygen -R" in told


def test_a_stranger_is_told_which_key_was_tried(access: Access, tmp_path: Path) -> None:
    key = keygen(tmp_path / "stranger")
    assert f"does not let {access.user} in by {key}" in refused(replace(access, key_file=str(key)))


def test_missing_files_are_named(access: Access) -> None:
    assert "KGNET_SSH_KEY" in refused(replace(access, key_file="/no/such/key"))
    assert "KGNET_KNOWN_HOSTS" in refused(replace(access, known_hosts="/no/such/file"))


def test_nobody_there_is_told(access: Access) -> None:
    assert "Connection refused" in refused(replace(access, port=free_port()))


def test_a_port_that_says_nothing_is_given_up(access: Access) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        told = refused(replace(access, port=silent.getsockname()[1], timeout_s=0.5))
    assert told.startswith("r1: [127.0.0.1]:")
    assert "\n" not in told
