"""An emulated router of Juniper: its accounts, its ports and neighbours as configured, and what answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import lru_cache
from ipaddress import ip_interface
from pathlib import Path
from typing import Any

from kgnet.emulate.clock import Clock
from kgnet.emulate.device import Device, Reply, Session, Spec
from kgnet.emulate.juniper_junos import cli
from kgnet.emulate.juniper_junos import netconf as junos_netconf
from kgnet.emulate.juniper_junos.box import Box
from kgnet.emulate.juniper_junos.tree import Node
from kgnet.emulate.world import Agreement, Peer, Port
from kgnet.wire.junos_keys import MAGIC, revealed, sha512_crypt

ADMIN, OPERATOR = 15, 1
SALT = "kgnetemu"  # of accounts out of the box
FAMILIES = {"family inet": "ipv4", "family inet6": "ipv6"}


class Junos(Device):
    """NETCONF and a command line over SSH; see `junos_box` for its configuration."""

    dialect = "juniper_junos"
    services = ("ssh", "netconf")
    boot_s = 0.0
    more = "---(more)---"

    def __init__(self, spec: Spec, clock: Clock, *, folder: Path | None = None, seed: int = 0) -> None:
        super().__init__(spec, clock, folder=folder, seed=seed)
        self.box = Box(self)

    @classmethod
    def bare(cls, spec: Spec) -> str:
        kept = encrypted(spec.password, SALT)
        address = (
            f"unit 0 {{ family inet {{ address {spec.management}; }} }}" if spec.management else "unit 0;"
        )
        return (
            f'system {{ host-name {spec.name}; root-authentication {{ encrypted-password "{kept}"; }}'
            f" login {{ user {spec.user} {{ uid 2000; class super-user;"
            f' authentication {{ encrypted-password "{kept}"; }} }} }}'
            " services { ssh; netconf { ssh; } } management-instance; }"
            f" interfaces {{ fxp0 {{ {address} }} }}"
        )

    def boot(self) -> None:
        self.box.boot()

    def running(self) -> str:
        return self.box.printed(self.box.active)

    def startup(self) -> str:
        return self.box.commits[0].text

    def prompt(self, session: Session) -> str:
        return cli.prompt(self, session)

    def execute(self, session: Session, line: str) -> Reply:
        return cli.execute(self, session, line)

    def invalid(self, session: Session, line: str) -> str:
        return "\nsyntax error, expecting <command>."

    def greeting(self, session: Session) -> str:
        return f"--- JUNOS {cli.VERSION} built 2022-08-20 08:15:14 UTC\n"

    def banner(self) -> str:
        return self.box.active.value("system", "login", "message")

    def end(self, session: Session) -> None:
        self.box.give(session)

    def key(self, session: Session, key: str, typed: str) -> str | None:
        return key if key == cli.END else super().key(session, key, typed)

    def reachable(self) -> bool:
        return self.box.active.at("system", "services", "ssh") is not None

    def netconf(self, user: str) -> Callable[[Any, Any], Awaitable[None]] | None:
        if self.box.active.at("system", "services", "netconf", "ssh") is None:
            return None
        return lambda reader, writer: junos_netconf.Server(self, user, reader, writer).serve()

    # ── who gets in ─────────────────────────────────────────────────────────

    def login(self, user: str, password: str) -> int | None:
        account = self.account(user)
        if account is None and user == "root":
            account = self.box.active.at("system", "root-authentication")
            return ADMIN if account and _fits(account.value("encrypted-password"), password) else None
        if self._asked("tacplus") and self.spec.aaa.get(user) == password:
            return self.privilege(user)
        kept = account.value("authentication", "encrypted-password") if account else ""
        return self.privilege(user) if kept and _fits(kept, password) else None

    def account(self, user: str) -> Node | None:
        return self.box.active.at("system", "login", f"user {user}")

    def privilege(self, user: str) -> int | None:
        """Return what a user may: whoever has no account of their own is `remote`."""
        account = self.account(user) or self.account("remote")
        if user == "root":
            return ADMIN
        if account is None:
            return None
        name = account.value("class")
        own = self.box.active.named("system", "login", f"class {name}", "permissions")
        return ADMIN if name in ("super-user", "superuser") or "all" in own else OPERATOR

    def _asked(self, method: str) -> bool:
        system = self.box.active.at("system")
        servers = system.at(f"{method}-server") if system else None
        return bool(system and method in system.named("authentication-order") and servers)

    # ── for the world ───────────────────────────────────────────────────────

    def ports(self) -> tuple[Port, ...]:
        return tuple(self._ports())

    def _ports(self) -> Iterator[Port]:
        held = self.box.active.at("interfaces")
        separate = self.box.active.at("system", "management-instance") is not None
        for port in held.inside if held else ():
            for unit in port.every("unit"):
                name = f"{port.name}.{unit.words[1]}"
                yield Port(
                    name=name,
                    up=not port.inactive and port.at("disable") is None and unit.at("disable") is None,
                    addresses=tuple(
                        ip_interface(each.words[1])
                        for family in FAMILIES
                        for each in (unit.at(family) or Node(unit.schema)).every("address")
                    ),
                    vrf="mgmt_junos" if separate and port.name == "fxp0" else self._instance(name),
                    description=unit.value("description"),
                )

    def _instance(self, name: str) -> str:
        held = self.box.active.at("routing-instances")
        found = (each for each in held.inside if each.at(f"interface {name}")) if held else iter(())
        return next((each.name for each in found), "")

    def peers(self) -> tuple[Peer, ...]:
        return tuple(self._peers())

    def _peers(self) -> Iterator[Peer]:
        own = self.box.active.value("routing-options", "autonomous-system") or "0"
        bgp = self.box.active.at("protocols", "bgp")
        for group in bgp.every("group") if bgp else ():
            for each in group.every("neighbor"):
                local = each.value("local-as") or group.value("local-as") or own
                yield Peer(
                    address=each.words[1],
                    remote_as=int(each.value("peer-as") or group.value("peer-as") or local),
                    local_as=int(local),
                    password=_plain(each.value("authentication-key") or group.value("authentication-key")),
                    shutdown=each.at("disable") is not None,
                    source=each.value("local-address") or group.value("local-address"),
                    families=("ipv6",) if ":" in each.words[1] else ("ipv4",),
                    bfd=bool(each.at("bfd-liveness-detection") or group.at("bfd-liveness-detection")),
                )

    def hops(self) -> tuple[str, ...]:
        static = self.box.active.at("routing-options", "static")
        found = static.every("route") if static else iter(())
        return tuple(hop for route in found for hop in route.named("next-hop"))

    def agreements(self) -> tuple[Agreement, ...]:
        return (*self._spoken(), *self._areas())

    def _spoken(self) -> Iterator[Agreement]:
        lldp = self.box.active.at("protocols", "lldp")
        if lldp is None:
            return
        silent = {each.words[1] for each in lldp.every("interface") if each.at("disable")}
        named = {each.words[1] for each in lldp.every("interface")} - silent
        for port in self._ports():
            physical = port.name.partition(".")[0]
            if physical not in silent and ("all" in named or physical in named) and not port.vrf:
                yield Agreement("lldp", port.name)

    def _areas(self) -> Iterator[Agreement]:
        ospf = self.box.active.at("protocols", "ospf")
        for area in ospf.every("area") if ospf else ():
            yield from (
                Agreement("ospf", each.words[1], area.words[1])
                for each in area.every("interface")
                if not each.at("passive")
            )


@lru_cache(4096)
def encrypted(password: str, salt: str) -> str:
    return sha512_crypt(password, salt)


def _fits(kept: str, password: str) -> bool:
    """Whether *password* is the one kept; the device knows SHA-512 crypt only."""
    _, kind, salt, _ = (*kept.split("$"), "", "", "")[:4]
    return kind == "6" and encrypted(password, salt) == kept


def _plain(key: str) -> str:
    return revealed(key) if key.startswith(MAGIC) else key


DIALECT = Junos
