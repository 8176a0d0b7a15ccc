"""The script that tells a Linux host's accounts, run for real over an /etc of its own."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgnet.errors import ReadError
from kgnet.model.credentials import LockOut, PasswordPolicy, StoredSecrets
from kgnet.model.managed import Aaa, Accounts
from kgnet.platforms._linux_accounts import COMMAND, STATE

FILES = {
    "passwd": "root:x:0:0:root:/root:/bin/bash\nmail:x:8:8::/var/mail:/usr/sbin/nologin\n"
    "noc:x:1000:1000::{home}:/bin/bash\ntuan:x:1001:1001::/home/tuan:/bin/bash\n",
    "shadow": "root:!:19000::::::\nmail:*:19000::::::\nnoc:$y$j9T$salt$THEHASH:19000::::::\n"
    "tuan:abDEShashXYZ.:19000::::::\n",
    "group": "sudo:x:27:noc\n",
    "sudoers": "# comment\nDefaults env_reset, \\\n  logfile=/var/log/sudo.log\n%sudo ALL=(ALL:ALL) ALL\n"
    "tuan,mail ALL=(root) NOPASSWD:/usr/bin/systemctl restart frr, ALL\n",
    "sudoers.d/README": "# nothing\n",
    "pam.d/sshd": "@include common-auth\n",
    "pam.d/sudo": "@include common-auth\n",
    "pam.d/common-auth": "auth [success=2 default=ignore] pam_unix.so nullok\n"
    "auth required pam_tacplus.so server=192.0.2.50 secret=THEKEY\n"
    "auth required pam_faillock.so authfail deny=4\n",
    "pam.d/passwd": "password requisite pam_pwquality.so retry=3 minlen=15\n",
    "pam_radius_auth.conf": "# server secret\n192.0.2.60:1812 THEKEY 3\n",
    "security/faillock.conf": "# deny = 9\nunlock_time = never\n",
    "snmp/snmpd.conf": "rocommunity x\n",
}


@pytest.fixture
def told(tmp_path: Path) -> str:
    """Return what the script prints where /etc is ours."""
    for name, text in FILES.items():
        file = tmp_path / "etc" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.format(home=tmp_path / "home") if name == "passwd" else text)
        file.chmod(0o644)
    keys = tmp_path / "home" / ".ssh" / "authorized_keys"
    keys.parent.mkdir(parents=True)
    keys.write_text("# mine\nssh-ed25519 AAAA one\nssh-ed25519 AAAB two\n")
    sshd = tmp_path / "bin" / "sshd"
    sshd.parent.mkdir()
    sshd.write_text("#!/bin/sh\necho usepam yes; echo authenticationmethods any; echo loglevel INFO\n")
    sshd.chmod(0o755)
    shell, flag, script = COMMAND
    script = script.replace("/etc/", f"{tmp_path}/etc/")
    path = f"{sshd.parent}:{os.environ['PATH']}"
    done = subprocess.run(
        [shell, flag, script], env={"PATH": path}, capture_output=True, text=True, check=True
    )
    assert not done.stderr
    return done.stdout


def test_no_hash_and_no_key_leaves_the_host(told: str) -> None:
    for secret in ("THEHASH", "THEKEY", "abDEShash", "salt"):
        assert secret not in told


def test_who_has_an_account_and_how_it_is_kept_is_read(told: str) -> None:
    (reader,) = STATE.values()
    facts = dict(zip(reader.facts, reader(told), strict=True))
    accounts = facts[Accounts].accounts  # type: ignore[attr-defined]
    assert [(each.name, each.privilege, each.hash, each.keys) for each in accounts] == [
        ("root", "root", "", 0),
        ("noc", "sudo", "yescrypt", 2),
        ("tuan", "sudo", "des", 0),
    ]
    aaa = facts[Aaa]
    assert isinstance(aaa, Aaa)
    assert (aaa.login, aaa.commands, aaa.accounting) == (("tacacs+", "local"), ("none",), ("commands",))
    assert facts[PasswordPolicy] == PasswordPolicy(15, 0)
    assert facts[LockOut] == LockOut(4, None, 0)
    stored = facts[StoredSecrets]
    assert isinstance(stored, StoredSecrets)
    assert [Path(name).name for name in stored.exposed] == ["snmpd.conf", "pam_radius_auth.conf"]


@pytest.mark.parametrize("text", ["", "#= passwd\nroot:x:0:0::/root:/bin/sh\n", "bash: no such file\n"])
def test_who_may_not_look_is_told(text: str) -> None:
    """Without root there is no shadow file to read, and what nobody saw is not without fault."""
    (reader,) = STATE.values()
    with pytest.raises(ReadError, match="look whether we are root"):
        reader(text)


@given(st.text(alphabet="#= abcpamsudo:xALL%,\n$0123\\", max_size=400))
def test_whatever_is_printed_is_read_or_refused(noise: str) -> None:
    (reader,) = STATE.values()
    whole = "".join(
        f"#= {name}\n{noise}\nroot:x:0:0::/:/bin/sh\n"
        for name in ("sshd", "passwd", "shadow", "sudoers", "pam sshd")
    )
    with suppress(ReadError):
        assert reader(whole)
