"""What the texts of vendors' devices say of an IPsec tunnel, read without anything that wrote them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_interface

from kgnet.emulate.type7 import read7
from kgnet.model.tree import split
from kgnet.wire.junos_keys import revealed

HOURS_S = 3600
IKE, NAT_T = 500, 4500  # RFC 7296 §2, RFC 3948


@dataclass(frozen=True)
class Suite:
    """What both ends have to offer alike, and how soon each wants new keys."""

    ike: str
    integrity: str
    group: int
    esp: str
    pfs: int
    ike_s: int
    esp_s: int


@dataclass(frozen=True)
class End:
    """One end of a tunnel: outside and inside addresses, identities, key, what is let in from the far end."""

    suite: Suite
    local: str
    remote: str
    own_id: str
    expected_id: str
    key: str
    hears: frozenset[int | str]
    inside: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """A block of a configuration; AssertionError if it lacks what is asked for."""

    text: str
    where: str = ""

    def lines(self) -> Iterator[tuple[str, str]]:
        return (
            (line.removesuffix(" {").removesuffix(";"), inner) for line, inner in split(self.text, ("}",))
        )

    def all(self, words: str) -> list[str]:
        """Return what stands behind *words* in each line that begins with them."""
        return [
            line.removeprefix(words).strip() for line, _ in self.lines() if f"{line} ".startswith(f"{words} ")
        ]

    def one(self, words: str) -> str:
        found = self.all(words)
        assert len(found) == 1, f"{self.where}: `{words}` stands there {len(found)} times"
        return found[0]

    def value(self, words: str, default: str) -> str:
        return self.one(words) if self.all(words) else default

    def block(self, *path: str) -> Block:
        here = self
        for line in path:
            found = [inner for each, inner in here.lines() if each == line]
            assert len(found) == 1, f"{here.where}: `{line}` stands there {len(found)} times"
            here = Block(found[0], f"{here.where} / {line}")
        return here

    def blocks(self, words: str) -> list[Block]:
        return [self.block(f"{words} {name}") for name in self.all(words)]

    def holding(self, words: str, line: str) -> Block:
        """Return the only block whose header begins with *words*, and which holds *line*."""
        found = [each for each in self.blocks(words) if line in dict(each.lines())]
        assert len(found) == 1, f"{self.where}: {len(found)} blocks `{words} …` hold `{line}`"
        return found[0]


# ── IOS ─────────────────────────────────────────────────────────────────────

IOS_PORTS = {"isakmp": IKE, "non500-isakmp": NAT_T}


def of_ios(text: str, circuit: str) -> End:
    root = Block(text, "IOS")
    tunnel = root.holding("interface", f"tunnel protection ipsec profile {circuit}")
    local = root.block(f"interface {tunnel.one('tunnel source')}").one("ip address").split()[0]
    remote = tunnel.one("tunnel destination")
    ipsec = root.block(f"crypto ipsec profile {circuit}")
    profile = root.block(f"crypto ikev2 profile {ipsec.one('set ikev2-profile')}")
    assert {profile.one("authentication local"), profile.one("authentication remote")} == {"pre-share"}
    keyring = root.block(f"crypto ikev2 keyring {profile.one('keyring local')}")
    expected, mask = profile.one("match identity remote address").split()
    assert mask == "255.255.255.255"
    return End(
        suite=_ios_suite(root, ipsec, profile),
        local=local,
        remote=remote,
        own_id=profile.one("identity local address"),
        expected_id=expected,
        key=keyring.holding("peer", f"address {remote}").one("pre-shared-key"),
        hears=frozenset(_ios_hears(root.block("ip access-list extended INPUT-4"), remote)),
        inside=_inside(tunnel.one("ip address"), tunnel.one("ipv6 address")),
    )


def _ios_suite(root: Block, ipsec: Block, profile: Block) -> Suite:
    (policy,) = root.blocks("crypto ikev2 policy")
    proposal = root.block(f"crypto ikev2 proposal {policy.one('proposal')}")
    assert proposal.value("prf", proposal.one("integrity")) == proposal.one("integrity")
    (transform,) = root.all(f"crypto ipsec transform-set {ipsec.one('set transform-set')}")
    return Suite(
        ike={"aes-cbc-256": "aes-256-cbc"}[proposal.one("encryption")],
        integrity=proposal.one("integrity"),
        group=int(proposal.one("group")),
        esp={"esp-gcm 256": "aes-256-gcm"}[transform],
        pfs=int(ipsec.one("set pfs").removeprefix("group")),
        ike_s=int(profile.value("lifetime", "86400")),
        esp_s=int(ipsec.value("set security-association lifetime seconds", "3600")),
    )


def _ios_hears(entries: Block, remote: str) -> Iterator[int | str]:
    for words in map(str.split, entries.all("permit")):
        if words[:4] == ["udp", "host", remote, "any"] and words[4] == "eq":
            yield from (IOS_PORTS.get(word) or int(word) for word in words[5:])
        elif words == ["esp", "host", remote, "any"]:
            yield "esp"


# ── EOS ─────────────────────────────────────────────────────────────────────


def of_eos(text: str, circuit: str) -> End:
    root = Block(text, "EOS")
    tunnel = root.holding("interface", f"tunnel ipsec profile {circuit}")
    local, remote = tunnel.one("tunnel source"), tunnel.one("tunnel destination")
    outside = next(each for each in root.blocks("interface") if f"{local}/" in f"{each.all('ip address')}")
    security = root.block("ip security")
    profile = security.block(f"profile {circuit}")
    ike = security.block(f"ike policy {profile.one('ike-policy')}")
    sa = security.block(f"sa policy {profile.one('sa-policy')}")
    kind, stored = profile.one("shared-key").split()
    assert kind == "7"
    lists = (outside.one("ip access-group").removesuffix(" in"), "KGNET-INPUT")
    heard = [frozenset(_eos_hears(root.block(f"ip access-list {name}"), remote)) for name in lists]
    return End(
        suite=Suite(
            ike={"aes256": "aes-256-cbc"}[ike.one("encryption")],
            integrity=ike.one("integrity"),
            group=int(ike.one("dh-group")),
            esp={"aes256gcm128": "aes-256-gcm"}[sa.one("esp encryption")],
            pfs=int(sa.one("pfs dh-group")),
            ike_s=int(ike.value("ike-lifetime", "8")) * HOURS_S,
            esp_s=int(sa.one("sa lifetime").removesuffix(" hours")) * HOURS_S,
        ),
        local=local,
        remote=remote,
        own_id=ike.value("local-id", local),
        expected_id=profile.value("remote-id", remote),
        key=read7(stored),
        hears=heard[0] & heard[1],
        inside=_inside(tunnel.one("ip address"), tunnel.one("ipv6 address")),
    )


def _eos_hears(entries: Block, remote: str) -> Iterator[int | str]:
    for line, _ in entries.lines():
        words = line.split()[1:]
        if words[:5] == ["permit", "udp", "host", remote, "any"] and words[5] == "eq":
            yield from map(int, words[6:])
        elif words == ["permit", "esp", "host", remote, "any"]:
            yield "esp"


# ── Junos ───────────────────────────────────────────────────────────────────


def of_junos(text: str, circuit: str) -> End:
    root = Block(text, "Junos")
    ike, ipsec = root.block("security", "ike"), root.block("security", "ipsec")
    vpn = ipsec.block(f"vpn {circuit}")
    gateway = ike.block(f"gateway {vpn.block('ike').one('gateway')}")
    policy = ike.block(f"policy {gateway.one('ike-policy')}")
    assert gateway.one("version") == "v2-only"
    local, remote = gateway.one("local-address"), gateway.one("address")
    external = gateway.one("external-interface")
    assert (
        ip_interface(_unit(root, external).block("family inet").one("address")).ip == ip_interface(local).ip
    )
    bind = _unit(root, vpn.one("bind-interface"))
    stored = re.fullmatch(r'"(.+)"', policy.block("pre-shared-key").one("ascii-text"))
    assert stored
    return End(
        suite=_junos_suite(ike, ipsec, policy, vpn),
        local=local,
        remote=remote,
        own_id=gateway.value("local-identity inet", local),
        expected_id=gateway.value("remote-identity inet", remote),
        key=revealed(stored[1]),
        hears=frozenset(_junos_hears(root, external, remote)),
        inside=tuple(bind.block(f"family {family}").one("address") for family in ("inet", "inet6")),
    )  # fmt: skip


def _unit(root: Block, name: str) -> Block:
    port, _, unit = name.partition(".")
    return root.block("interfaces", port, f"unit {unit}")


def _junos_suite(ike: Block, ipsec: Block, policy: Block, vpn: Block) -> Suite:
    first = ike.block(f"proposal {policy.one('proposals')}")
    assert first.one("authentication-method") == "pre-shared-keys"
    second = ipsec.block(f"policy {vpn.block('ike').one('ipsec-policy')}")
    esp = ipsec.block(f"proposal {second.one('proposals')}")
    assert esp.one("protocol") == "esp"
    return Suite(
        ike=first.one("encryption-algorithm"),
        integrity=first.one("authentication-algorithm").replace("-", ""),
        group=int(first.one("dh-group").removeprefix("group")),
        esp=esp.one("encryption-algorithm"),
        pfs=int(second.block("perfect-forward-secrecy").one("keys").removeprefix("group")),
        ike_s=int(first.value("lifetime-seconds", "28800")),
        esp_s=int(esp.value("lifetime-seconds", "3600")),
    )


def _junos_hears(root: Block, external: str, remote: str) -> Iterator[int | str]:
    zones = root.block("security", "zones").blocks("security-zone")
    zone = next(each for each in zones if external in dict(each.block("interfaces").lines()))
    allowed = zone.block("host-inbound-traffic", "system-services")
    assert "ike" in dict(allowed.lines()), f"{zone.where} lets no IKE in"
    for term in root.block("firewall", "family inet", "filter PROTECT-4").blocks("term"):
        matched = next(
            (Block(inner, term.where) for line, inner in term.lines() if line == "from"), Block("")
        )
        if matched.all("source-address") and f"{remote}/32" in dict(matched.block("source-address").lines()):
            ports = matched.value("destination-port", "").strip("[] ").split()
            yield from map(int, ports) if ports else (matched.one("protocol"),)


def _inside(*addresses: str) -> tuple[str, ...]:
    return tuple(str(ip_interface(each.replace(" ", "/"))) for each in addresses)


READERS = {"cisco_ios": of_ios, "arista_eos": of_eos, "juniper_junos": of_junos}
