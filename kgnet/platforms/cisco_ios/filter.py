"""What IOS's access lists do, by where they are bound: chains of a packet filter.

input     what may speak to the device itself: the classes of the control plane that are not dropped, and
          what a port of a VRF (out of band) lets in
forward   what zone pairs inspect or pass; a zone pair to `self` is input
others    go by the name of the access list
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_network

from kgnet.model.facts import FilterRule, PacketFilter
from kgnet.platforms.cisco_ios import listed
from kgnet.platforms.cisco_ios.alike import alike
from kgnet.platforms.cisco_ios.lines import Block
from kgnet.platforms.cisco_ios.object_groups import Groups

INPUT, FORWARD = "input", "forward"
HEADERS = ("ip access-list extended ", "ip access-list standard ", "ipv6 access-list ")
STANDARD = frozenset((*range(1, 100), *range(1300, 2000)))
VRF, POLICY_IN = "vrf forwarding ", "service-policy input "
LETTING = ("inspect", "pass")
ADDRESSED = ("ip address ", "ipv6 address ")
ASKS = (
    *("ip address dhcp", "ip address negotiated", "ip address pool", "ip unnumbered "),
    *("ipv6 address dhcp", "ipv6 address autoconfig", "ipv6 unnumbered "),
)
SIX = ("ipv6 address ", "ipv6 unnumbered ")
BINDS = ("ip access-group ", "ipv6 traffic-filter ")


def packet_filter(root: Block) -> PacketFilter:
    """Return all access lists as chains, and what happens to what none of them permits."""
    filters = Filters(root)
    rules = tuple(filters.rules())
    return PacketFilter(filters.policies(rules), rules, tuple(filters.marking()))


@dataclass(frozen=True)
class Filters:
    root: Block

    def rules(self) -> Iterator[FilterRule]:
        """Yield every entry of every list under the chain that it works for; in two chains if for two."""
        bound, groups = self._bound(), Groups(self.root)
        for start in HEADERS:
            for block in self.root.starting(start):
                name = block.line.removeprefix(start)
                told, standard = (block.lines, block.numbers), " standard " in start
                for chain in sorted(bound.get(name, ())) or [name]:
                    yield from listed.rules(*told, chain, groups, within=name, standard=standard)
        for each in self.root.starting(
            "access-list "
        ):  # the old form, a line each: `access-list 10 permit …`
            _, name, *words = each.line.split()
            told, standard = ([" ".join(words)], [each.number]), int(name) in STANDARD
            for chain in sorted(bound.get(name, ())) or [name]:
                yield from listed.rules(*told, chain, groups, within=name, standard=standard)

    def _bound(self) -> dict[str, set[str]]:
        """Return which chains each list works for."""
        bound: dict[str, set[str]] = {}
        for chain, names in ((INPUT, self._let_in()), (FORWARD, self._let_through())):
            for name in names:
                bound.setdefault(name, set()).add(chain)
        return bound

    def _let_in(self) -> Iterator[str]:
        for block in self._control_plane:
            if not block.says("drop"):
                yield from self._lists(block.line.removeprefix("class "), "class-map ")
        for names in self.root.aspects(_lists_of_management):
            yield from names
        for pair in self._pairs:
            if pair.line.endswith(" destination self"):
                yield from self.inspected(pair)

    def _let_through(self) -> Iterator[str]:
        for pair in self._pairs:
            if not pair.line.endswith(" destination self") and " source self " not in pair.line:
                yield from self.inspected(pair)

    @cached_property
    def _pairs(self) -> list[Block]:
        return list(self.root.starting("zone-pair security "))

    @cached_property
    def _control_plane(self) -> list[Block]:
        """Return the classes of the policy that guards the control plane, in order."""
        plane = next(self.root.starting("control-plane"), None)
        policy = plane.rest("service-policy input ") if plane else None
        header = f"policy-map {policy}"
        found = (block for block in self.root.starting(header) if block.line == header) if policy else ()
        return [each for block in found for each in block.starting("class ")]

    def inspected(self, pair: Block) -> Iterator[str]:
        policy = self.policy_of(pair)
        for block in policy.starting("class type inspect ") if policy else ():
            if any(block.says(word) for word in LETTING):
                yield from self._lists(
                    block.line.removeprefix("class type inspect "), "class-map type inspect "
                )

    def policy_of(self, pair: Block) -> Block | None:
        name = pair.rest("service-policy type inspect ")
        return next(
            (
                each
                for each in self.root.starting("policy-map type inspect ")
                if each.line == f"policy-map type inspect {name}"
            ),
            None,
        )

    def _lists(self, name: str, start: str) -> Iterator[str]:
        """Yield the lists that the class map *name* matches."""
        for block in self.root.starting(f"{start}match-"):
            if block.line.split()[-1] == name:
                for each in block.starting("match access-group name "):
                    yield each.line.split()[-1]

    # ── the ends of chains ──────────────────────────────────────────────────

    def policies(self, rules: Iterable[FilterRule]) -> dict[str, str]:
        """Return what becomes of the rest: dropped only where nothing gets around the filter."""
        kept = "drop" if self._guarded(rules) else "accept"
        return {INPUT: kept, FORWARD: "drop" if self._fenced() else "accept"}

    def _guarded(self, rules: Iterable[FilterRule]) -> bool:
        """Whether each address of the device is behind a list: its own, or the control plane's."""
        dropped = {
            name
            for block in self._control_plane
            if block.says("drop")
            for name in self._lists(block.line.removeprefix("class "), "class-map ")
        }
        ends = [rule.destinations for rule in rules if rule.chain in dropped] if dropped else []
        kept = self.root.aspects(_kept) - {None}
        if held := {ip_network(end) for every in ends for end in every}:
            kept = {
                bool(_kept(port))
                if out_of_band(port) or _asks(port)
                else held.issuperset(map(ip_network, addresses(port)))
                for port in self.root.starting("interface ")
                if _speaks(port)
            }
        return bool(kept) and all(kept)

    def _fenced(self) -> bool:
        """Whether every port that routes is in a zone, and what no list names is dropped between zones."""
        pairs = [each for each in self._pairs if " self" not in each.line]
        if not pairs:
            return False
        policies = [self.policy_of(pair) for pair in pairs]
        every = self.root.ports(_speaks, out_of_band, _zoned)
        routed = (port for port in every if _speaks(port) and not out_of_band(port))
        fenced = all(_zoned(port) or " Loopback" in port.line for port in routed)
        return fenced and all(policy and drops(policy) for policy in policies)

    def marking(self) -> Iterator[str]:
        """Yield the interfaces where a policy sets code points on what comes in."""
        if not any(self.root.aspects(_policy_in)):
            return
        policies = {each.line.removeprefix("policy-map "): each for each in self.root.starting("policy-map ")}
        for port in self.root.ports(_policy_in):
            policy = policies.get(_policy_in(port))
            classes = policy.starting("class ") if policy else ()
            if any(line.startswith("set dscp ") for block in classes for line in block.lines):
                yield port.line.split()[1]


def drops(policy: Block) -> bool:
    """Whether a policy drops what none of its classes takes; it does unless told otherwise."""
    rest = next(policy.starting("class class-default"), None)
    return rest is None or not any(rest.says(word) for word in LETTING)


@alike
def out_of_band(port: Block) -> bool:
    return port.rest(VRF) is not None


@alike
def _lists_of_management(port: Block) -> tuple[str, ...]:
    """Return the lists that judge what comes in at a port of management; none of any other."""
    if not out_of_band(port):
        return ()
    bound = (line for line in port.lines if line.startswith(BINDS) and line.endswith(" in"))
    return tuple(line.split()[2] for line in bound)


def addresses(port: Block) -> list[str]:
    """Return the addresses of a port, without their lengths."""
    told = [line.split() for line in port.lines if line.startswith(ADDRESSED)]
    four = [words[2] for words in told if words[0] == "ip" and len(words) > 3]
    six = (words[2].partition("/")[0] for words in told if words[0] == "ipv6")
    return four + [each for each in six if ":" in each]


@alike
def _asks(port: Block) -> bool:
    """Whether a port has addresses that are not written at it: of DHCP, the other end, another port."""
    return any(line.startswith(ASKS) for line in port.lines)


@alike
def _speaks(port: Block) -> bool:
    return bool(addresses(port)) or _asks(port)


@alike
def _filtered(port: Block) -> bool:
    """Whether a port has a list for each family that it speaks."""
    speaks = {
        "ip access-group ": any(line.startswith(("ip address ", "ip unnumbered ")) for line in port.lines),
        "ipv6 traffic-filter ": any(line.startswith(SIX) for line in port.lines),
    }
    return all(next(port.starting(bind), None) is not None for bind, needed in speaks.items() if needed)


@alike
def _zoned(port: Block) -> bool:
    return bool(port.rest("zone-member security "))


@alike
def _policy_in(port: Block) -> str:
    return port.rest(POLICY_IN) or ""


@alike
def _kept(port: Block) -> bool | None:
    """Whether a port's own lists judge all that comes in, and it needs no other's; None: nothing comes in."""
    if not _speaks(port):
        return None
    return (out_of_band(port) or _asks(port)) and _filtered(port)
