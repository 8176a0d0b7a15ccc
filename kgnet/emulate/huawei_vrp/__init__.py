"""An emulated Huawei AR router: VRP 5's command line, its files, its scheduled restart."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_interface
from typing import Any

from kgnet.emulate.clock import Timer
from kgnet.emulate.device import Ask, Reply, Session, Spec, Turn
from kgnet.emulate.huawei_vrp import show
from kgnet.emulate.huawei_vrp.edit import Configured
from kgnet.emulate.huawei_vrp.files import Flash
from kgnet.emulate.huawei_vrp.rules import HIDING, stored, verifies
from kgnet.emulate.tree import Node

MANAGEMENT = "GigabitEthernet0/0/0"
NEEDED = 3  # the level from which one may configure
PAGE = "  ---- More ----"


class Vrp(Configured):
    """VRP 5 on an AR router."""

    dialect = "huawei_vrp"
    ssh_version = "HUAWEI-1.5"
    more = PAGE

    restart: Timer | None = None
    restart_at = 0.0

    @property
    def serial(self) -> str:
        return f"2102{sum(map(ord, self.name)):08d}"

    @classmethod
    def bare(cls, spec: Spec) -> str:
        port = ip_interface(spec.management or "192.168.1.1/24")
        return (
            f"#\n sysname {spec.name}\n#\n telnet server enable\n stelnet server enable\n ssh user "
            f"{spec.user}\n"
            f" ssh user {spec.user} authentication-type password\n ssh user {spec.user} service-type "
            "stelnet\n#\naaa\n"
            f" authentication-scheme default\n domain default_admin\n local-user {spec.user} password "
            f"cipher {spec.password}\n"
            f" local-user {spec.user} privilege level 15\n local-user {spec.user} service-type terminal "
            "ssh\n#\n"
            f"interface {MANAGEMENT}\n ip address {port.ip} {port.netmask}\n"
            + "".join(f"#\ninterface {name}\n" for name in spec.ports)
            + (f"#\n ip route-static 0.0.0.0 0.0.0.0 {spec.gateway}\n" if spec.gateway else "")
            + "#\nuser-interface con 0\n authentication-mode password\nuser-interface vty 0 4\n"
            " authentication-mode aaa\n protocol inbound all\n#\nreturn\n"
        )

    # ── configuration ───────────────────────────────────────────────────────

    def boot(self) -> None:
        self.cancel()
        self.flash = Flash(self)
        if self.flash.next not in self.files:
            self.root = show.parsed(self.first_startup())
            if not any(self.root.starting("interface ")):  # sections only: they were typed into a bare one
                self.root.children += show.parsed(self.bare(self.spec)).starting("interface ", "ip route-")
            self._hide(self.root)
            self.files[self.flash.next] = self.running().encode()
        self.flash.booted()
        self.root = show.parsed(self.startup())

    def _hide(self, node: Node) -> None:
        for child in node.children:
            child.text = stored(child.text, self.random)
            self._hide(child)

    def running(self) -> str:
        return show.configuration(self.root)

    def startup(self) -> str:
        return self.files.get(Flash(self).next, b"").decode() or self.first_startup()

    # ── who gets in ─────────────────────────────────────────────────────────

    def reachable(self) -> bool:
        terminals = self.root.starting("user-interface vty")
        ssh = any(node.first("protocol inbound ", "ssh") in ("ssh", "all") for node in terminals)
        return ssh and self.root.find("stelnet server enable") is not None

    def login(self, user: str, password: str) -> int | None:
        aaa = self.root.find("aaa") or Node()
        if self._asks_servers(aaa) and self.spec.aaa:
            return 15 if self.spec.aaa.get(user) == password else None
        kept = HIDING.fullmatch(next((n.text for n in aaa.starting(f"local-user {user} password ")), ""))
        services = aaa.first(f"local-user {user} service-type ").split()
        if kept is None or "ssh" not in services or not verifies(kept["value"], password):
            return None
        return int(aaa.first(f"local-user {user} privilege level ", "0"))

    def _asks_servers(self, aaa: Node) -> bool:
        domain = aaa.find("domain default_admin") or Node()
        scheme = (
            aaa.find(f"authentication-scheme {domain.first('authentication-scheme ', 'default')}") or Node()
        )
        return scheme.first("authentication-mode ").startswith("hwtacacs")

    def begin(self, session: Session) -> None:
        session.modes = []

    # ── command line ────────────────────────────────────────────────────────

    def key(self, session: Session, key: str, typed: str) -> str | None:
        return "return" if key == "\x1a" else super().key(session, key, typed)

    def execute(self, session: Session, line: str) -> Reply:
        if "banner" in session.memory:
            return self._quoted(session, line)
        line = " ".join(line.split())
        if not line:
            return ""
        if line == "quit":
            session.closed = not session.modes
            del session.modes[-1:]
            return ""
        if line == "return":
            session.modes = []
            return ""
        if line.split()[0] in ("display", "ping", "compare"):
            return self._displayed(session, line)
        return self._configured(session, line) if session.modes else self._used(session, line)

    def _used(self, session: Session, line: str) -> Reply:  # noqa: PLR0911 - one a command
        """A command of the user view."""
        if line == "screen-length 0 temporary":
            session.length = 0
            return "Info: The configuration takes effect on the current user terminal interface only."
        if session.privilege < NEEDED:
            return self.invalid(session, line)
        if line == "system-view":
            if fault := self.faults.take("locked"):
                return f"Error: The system is locked by {fault.value or 'another user'}."
            session.modes = [("system", self.root, "")]
            return "Enter system view, return user view with Ctrl+Z."
        if line == "undo schedule reboot":
            told = (
                "Info: Succeeded in canceling the scheduled reboot."
                if self.restart
                else "Info: No reboot is scheduled."
            )
            self.cancel()
            return told
        if found := re.fullmatch(r"schedule reboot delay (\d+)", line):
            return self._schedule(int(found[1]))
        if line in ("reboot", "reboot fast"):
            return self._reboot(fast=line.endswith("fast"))
        done = self.flash.execute(line)
        return self.invalid(session, line) if done is None else done

    def _schedule(self, minutes: int) -> Turn:
        at = self.clock.now() + 60 * minutes
        sure = yield Ask("Info: The system is now comparing the configuration, please wait.\nWarning: "
                         "All the configuration"
                         f" will be saved or lost at the restart in {minutes} minutes. "
                         "Continue?[Y/N]:")  # fmt: skip
        if sure.strip().lower() not in ("y", "yes"):
            return "Info: The scheduled reboot is not set."
        self.cancel()
        self.restart, self.restart_at = (
            self.clock.later(60 * minutes, lambda: self.reboot("schedule reboot")),
            at,
        )
        return f"Info: Reboot system in {minutes} minutes."

    def _reboot(self, *, fast: bool) -> Turn:
        if not fast:
            save = yield Ask("Info: The system is now comparing the configuration, please wait.\n"
                             "Warning: All the configuration will be saved to the next startup "
                             "configuration. Continue ? [y/n]:")  # fmt: skip
            if save.strip().lower().startswith("y"):
                return "Error: The configuration is saved by `save` only."
        sure = yield Ask("System will reboot! Continue ? [y/n]:")
        if not sure.strip().lower().startswith("y"):
            return ""
        self.reboot("reboot")
        return ""

    def cancel(self) -> None:
        if self.restart:
            self.restart.cancel()
        self.restart = None

    # ── displays ────────────────────────────────────────────────────────────

    def _displayed(self, session: Session, line: str) -> str:  # noqa: PLR0911 - one a command
        if session.privilege < NEEDED and "configuration" in line:
            return self.invalid(session, line)
        shows: dict[str, Callable[[Any], str]] = {
            "display version": show.version,
            "display interface": show.interfaces,
            "display interface brief": show.brief,
            "display bgp peer": show.bgp_peers,
            "display ntp-service sessions verbose": show.ntp,
            "display lldp neighbor brief": show.lldp,
        }
        if line in shows:
            return shows[line](self)
        if line == "display current-configuration":
            return self.running()
        if line == "display saved-configuration":
            return self.startup()
        if line == "compare configuration":
            alike = self.running() == show.configuration(show.parsed(self.startup()))
            told = "The current configuration is" if alike else "Warning: The current configuration is not"
            return f"{told} the same as the next startup configuration file."
        if line == "display schedule reboot":
            left = int((self.restart_at - self.clock.now()) / 60)
            return (
                f"Info: System will reboot in {left} minutes."
                if self.restart
                else "Info: No reboot is scheduled."
            )
        if line == "display startup":
            return self.flash.display_startup()
        if found := re.fullmatch(r"ping (?:-\S+ \S+ )*(\S+)", line):
            return self._ping(found[1])
        return self.invalid(session, line)

    def _ping(self, address: str) -> str:
        answered = self.world is None or self.world.answers(self.name, address)
        got = (
            f"    Reply from {address}: bytes=56 Sequence=1 ttl=255 time=1 ms\n"
            if answered
            else "    Request time out\n"
        )
        lost = "0.00%" if answered else "100.00%"
        return (f"  PING {address}: 56  data bytes, press CTRL_C to break\n{got}\n  --- {address} ping "
                "statistics ---\n"
                f"    1 packet(s) transmitted\n    {int(answered)} packet(s) received\n    {lost} "
                "packet loss")  # fmt: skip


DIALECT = Vrp
