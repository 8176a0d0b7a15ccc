"""FRRouting on Linux for NAPALM: configuration by vtysh and frr-reload.py, state by vtysh's and ip's JSON.

A commit with `revert_in` is guarded on the device (guard.sh): it takes the change back by itself.
"""

from __future__ import annotations

import shlex
from importlib import resources
from pathlib import Path
from typing import Any

import paramiko
from napalm.base import NetworkDriver
from napalm.base.exceptions import (
    CommandErrorException,
    CommitConfirmException,
    CommitError,
    ConnectionException,
    MergeConfigException,
    ReplaceConfigException,
)

from . import read

FOLDER = "/run/napalm-frr"  # emptied by a reboot, as the guard wants it
STARTUP = "/etc/frr/frr.conf"
GUARD = resources.files(__package__).joinpath("guard.sh").read_text(encoding="utf-8")
PENDING, TOO_LATE = 75, 3  # exit codes of the guard
LONG_S = 180


class FRRDriver(NetworkDriver):  # type: ignore[misc]
    """FRRouting over SSH.

    optional_args: port (22), key_file, use_keys, allow_agent, known_hosts (a file; else the user's own),
    ssh_strict (True: an unknown host key is refused), sudo (False: put `sudo -n` before every command).
    """

    def __init__(
        self,
        hostname: str,
        username: str,
        password: str,
        timeout: int = 60,
        optional_args: dict[str, Any] | None = None,
    ) -> None:
        self.hostname, self.username, self.password, self.timeout = hostname, username, password, timeout
        self.options = dict(optional_args or {})
        self.platform = "frr"
        self.profile = [self.platform]
        self.mode = ""  # merge or replace: what was loaded
        self.candidate = ""
        self._client: paramiko.SSHClient | None = None

    # ── the connection ──────────────────────────────────────────────────────

    def open(self) -> None:
        client = paramiko.SSHClient()
        client.load_system_host_keys(self.options.get("known_hosts"))
        strict = self.options.get("ssh_strict", True)
        client.set_missing_host_key_policy(paramiko.RejectPolicy() if strict else paramiko.WarningPolicy())
        key_file = self.options.get("key_file")
        try:
            client.connect(
                self.hostname,
                port=int(self.options.get("port", 22)),
                username=self.username,
                password=self.password or None,
                key_filename=key_file,
                allow_agent=self.options.get("allow_agent", key_file is None),
                look_for_keys=self.options.get("use_keys", key_file is None),
                timeout=self.timeout,
                banner_timeout=self.timeout,
                auth_timeout=self.timeout,
            )
        except (paramiko.SSHException, OSError, EOFError) as reason:
            client.close()
            raise ConnectionException(f"Cannot connect to {self.hostname}: {reason}") from reason
        self._client = client

    def close(self) -> None:
        if self._client:
            self._client.close()
            self._client = None

    def is_alive(self) -> dict[str, bool]:
        transport = self._client.get_transport() if self._client else None
        return {"is_alive": bool(transport and transport.is_active())}

    def _run(self, *argv: str, stdin: str = "", timeout_s: float | None = None) -> tuple[int, str]:
        """Run a command; return its exit code, and what it printed; where it failed, its errors too."""
        transport = self._client.get_transport() if self._client else None
        if transport is None:
            raise ConnectionException(f"{self.hostname}: not connected")
        words = ("sudo", "-n", *argv) if self.options.get("sudo") else argv
        try:
            with transport.open_session(timeout=self.timeout) as channel:
                channel.settimeout(timeout_s or self.timeout)
                channel.exec_command(shlex.join(words))
                channel.sendall(stdin.encode())
                channel.shutdown_write()
                out = b"".join(iter(lambda: channel.recv(32_768), b"")).decode(errors="replace")
                err = b"".join(iter(lambda: channel.recv_stderr(32_768), b"")).decode(errors="replace")
                code = channel.recv_exit_status()
                return code, out if code == 0 else f"{out}\n{err}"
        except (paramiko.SSHException, OSError, EOFError) as reason:
            raise ConnectionException(f"{self.hostname}: `{argv[0]}`: {reason or 'no answer'}") from reason

    def _must(self, *argv: str, stdin: str = "", timeout_s: float | None = None) -> str:
        code, out = self._run(*argv, stdin=stdin, timeout_s=timeout_s)
        if code != 0:
            raise CommandErrorException(f"`{argv[0]}` ended with {code}: {_last(out)}")
        return out

    def _vtysh(self, command: str) -> str:
        return self._must("vtysh", "-c", command)

    def cli(self, commands: list[str], encoding: str = "text") -> dict[str, Any]:
        if encoding != "text":
            raise NotImplementedError(f"{encoding} is not a supported encoding")
        return {command: self._vtysh(command) for command in commands}

    # ── what it is ──────────────────────────────────────────────────────────

    def get_facts(self) -> dict[str, Any]:
        running = self._running()
        uptime = self._must("cat", "/proc/uptime").split()[0]
        hostname = self._must("hostname").strip()
        code, fqdn = self._run("hostname", "-f")
        return {
            "hostname": hostname,
            "fqdn": fqdn.strip() if code == 0 else hostname,
            "vendor": "FRRouting",
            "model": self._must("uname", "-m").strip(),
            "serial_number": "",
            "os_version": read.version(self._vtysh("show version")),
            "uptime": float(uptime),
            "interface_list": list(read.interfaces(self._must("ip", "-j", "link", "show"), running)),
        }

    def get_interfaces(self) -> dict[str, dict[str, Any]]:
        return read.interfaces(self._must("ip", "-j", "link", "show"), self._running())

    def get_interfaces_ip(self) -> dict[str, Any]:
        return read.addresses(self._must("ip", "-j", "address", "show"))

    def get_bgp_neighbors(self) -> dict[str, Any]:
        summary = self._vtysh("show bgp vrf all summary json")
        return read.bgp_neighbors(summary, self._vtysh("show bgp vrf all neighbors json"))

    def get_config(
        self, retrieve: str = "all", full: bool = False, sanitized: bool = False, format: str = "text"
    ) -> dict[str, str]:
        texts = {
            "running": self._running() if retrieve in ("all", "running") else "",
            "startup": self._must("cat", STARTUP) if retrieve in ("all", "startup") else "",
            "candidate": self.candidate if retrieve in ("all", "candidate") else "",
        }
        return {name: read.sanitized(text) for name, text in texts.items()} if sanitized else texts

    def _running(self) -> str:
        return read.config(self._vtysh("show running-config"))

    def ping(  # noqa: PLR0917 - as NAPALM has it
        self,
        destination: str,
        source: str = "",
        ttl: int = 255,
        timeout: int = 2,
        size: int = 100,
        count: int = 5,
        vrf: str = "",
        source_interface: str = "",
    ) -> dict[str, Any]:
        through = ("ip", "vrf", "exec", vrf) if vrf else ()
        origin = source or source_interface
        options = ["-n", "-c", str(count), "-W", str(timeout), "-s", str(size), "-t", str(ttl)]
        options += ["-I", origin] if origin else []
        _, out = self._run(*through, "ping", *options, destination, timeout_s=count * (timeout + 1) + 10)
        return read.ping(out)

    # ── changing it ─────────────────────────────────────────────────────────

    def load_merge_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        self._load("merge", filename, config, MergeConfigException)

    def load_replace_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        self._load("replace", filename, config, ReplaceConfigException)

    def _load(self, mode: str, filename: str | None, config: str | None, wrong: type[Exception]) -> None:
        """Bring the text to the device, and let FRR judge it without loading it."""
        text = Path(filename).read_text(encoding="utf-8") if filename else config
        if not text or not text.strip():
            raise wrong("the candidate is empty")
        self._put("guard", GUARD)
        self._put("candidate.conf", text if text.endswith("\n") else f"{text}\n")
        code, out = self._guard("check")
        if code != 0:
            self.discard_config()
            raise wrong(_last(out))
        self.mode, self.candidate = mode, text

    def _put(self, name: str, text: str) -> None:
        script = 'umask 077; mkdir -p "$1" && cat >"$1/$2"'
        self._must("sh", "-c", script, "sh", FOLDER, name, stdin=text)

    def _guard(self, *argv: str) -> tuple[int, str]:
        return self._run("sh", f"{FOLDER}/guard", *argv, timeout_s=LONG_S)

    def compare_config(self) -> str:
        if not self.mode:
            return ""
        return read.difference(self._running(), self.candidate, merge=self.mode == "merge")

    def commit_config(self, message: str = "", revert_in: int | None = None) -> None:
        """Load the candidate; with *revert_in* it goes by itself unless confirmed within so many seconds."""
        if message:
            raise NotImplementedError("Commit message not implemented for this platform")
        if not self.mode:
            raise CommitError("no candidate is loaded")
        code, out = self._guard("commit", self.mode, str(revert_in or 0))
        if code == PENDING:
            raise CommitError("Pending commit confirm already in process!")
        if code != 0:
            raise CommitError(f"FRR runs its old configuration: {_last(out)}")
        self.mode = self.candidate = ""

    def has_pending_commit(self) -> bool:
        return self._guard("pending")[0] == 0

    def confirm_commit(self) -> None:
        code, out = self._guard("confirm")
        if code == TOO_LATE:
            raise CommitConfirmException("No pending commit-confirm found!")
        if code != 0:
            raise CommitConfirmException(f"it runs, but could not be saved: {_last(out)}")

    def rollback(self) -> None:
        code, out = self._guard("rollback")
        if code != 0:
            raise ReplaceConfigException(_last(out))

    def discard_config(self) -> None:
        self._guard("discard")
        self.mode = self.candidate = ""


def _last(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
