"""Configurations of IOS's kind, drawn: small, full of references, naming nothing that is not there."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

LISTS, PACKETS = ("A", "B", "C"), (1, 2, 3, 4)
ENTRIES = st.lists(
    st.sampled_from(
        [f"{verdict} tcp any any eq {packet}" for verdict in ("permit", "deny") for packet in PACKETS]
    ),
    unique=True,
    min_size=1,
    max_size=4,
)


def block(header: str, *lines: str) -> str:
    return f"{header}\n" + "".join(f" {line}\n" for line in lines)


@st.composite
def configurations(draw: st.DrawFn) -> str:
    """Draw a configuration that names nothing which is not in it."""
    text = f"hostname {draw(st.sampled_from(['a', 'b']))}\n"
    vrfs = draw(st.sampled_from([(), ("M",)]))
    lists = draw(st.dictionaries(st.sampled_from(LISTS), ENTRIES, max_size=3))
    text += "".join(block(f"vrf definition {name}") for name in vrfs)
    text += "".join(block(f"ip access-list extended {name}", *entries) for name, entries in lists.items())
    text += draw(routing()) + draw(classes(lists))
    queued = "policy-map Q\n" in text
    addresses = draw(st.permutations(range(4)))
    for place, port in enumerate(("GigabitEthernet0", "GigabitEthernet1", "Tunnel1")):
        if draw(st.booleans()):
            text += draw(ports(port, addresses[place], vrfs, tuple(lists), queued=queued))
    if lists and draw(st.booleans()):
        text += block("line vty 0 4", f"access-class {draw(st.sampled_from(sorted(lists)))} in vrf-also")
    if draw(st.booleans()):
        text += block(
            "banner login ^C",
            *draw(st.lists(st.sampled_from(["x", "  y", "!", "exit"]), min_size=1, max_size=3)),
        )
    return text


@st.composite
def routing(draw: st.DrawFn) -> str:
    seqs = draw(
        st.dictionaries(st.sampled_from([5, 10]), st.sampled_from(["10.0.0.0/8", "10.1.0.0/16"]), max_size=2)
    )
    text = "".join(f"ip prefix-list P seq {seq} permit {network}\n" for seq, network in seqs.items())
    mapped = draw(st.booleans())
    if mapped:
        lines = ["match ip address prefix-list P"] if seqs and draw(st.booleans()) else []
        lines += draw(st.sampled_from([[], ["set local-preference 50"], ["set local-preference 70"]]))
        text += block(f"route-map R {draw(st.sampled_from(['permit', 'deny']))} 10", *lines)
    if not draw(st.booleans()):
        return text
    text += f"router bgp {draw(st.sampled_from([1, 2]))}\n"
    neighbors = draw(st.lists(st.sampled_from(["192.0.2.1", "192.0.2.2"]), unique=True))
    for address in neighbors:
        text += f" neighbor {address} remote-as {draw(st.sampled_from([3, 4]))}\n"
        text += draw(st.sampled_from(["", f" neighbor {address} description x\n"]))
    text += " address-family ipv4\n"
    for address in neighbors:
        text += draw(st.sampled_from(["", f"  neighbor {address} activate\n"]))
        text += draw(st.sampled_from(["", f"  neighbor {address} route-map R out\n"])) if mapped else ""
    return text + " exit-address-family\n"


@st.composite
def classes(draw: st.DrawFn, lists: Mapping[str, list[str]]) -> str:
    text, made = "", draw(st.lists(st.sampled_from(["V", "W"]), unique=True))
    for name in made:
        kind = {"V": "any", "W": "all"}[name]  # a class in use cannot become another kind
        lines = draw(st.lists(st.sampled_from(["match dscp ef", "match dscp af41"]), unique=True))
        lines += [f"match access-group name {each}" for each in lists if draw(st.booleans())]
        text += block(f"class-map match-{kind} {name}", *lines)
    if draw(st.booleans()):
        text += "policy-map Q\n"
        for name in (*draw(st.permutations(made)), "class-default"):
            text += f" class {name}\n  bandwidth {draw(st.sampled_from([10, 20]))}\n"
    return text


@st.composite
def ports(
    draw: st.DrawFn, port: str, address: int, vrfs: tuple[str, ...], lists: tuple[str, ...], *, queued: bool
) -> str:
    lines = draw(st.sampled_from([[], ["description x"], ["description y"], ["no ip redirects"]]))
    lines = [*lines, *(f"vrf forwarding {name}" for name in vrfs if draw(st.booleans()))]
    if draw(st.booleans()):
        lines.append(f"ip address 192.0.2.{address} 255.255.255.255")
    for direction in ("in", "out"):
        if lists and draw(st.booleans()):
            lines.append(f"ip access-group {draw(st.sampled_from(lists))} {direction}")
    if queued and draw(st.booleans()):
        lines.append("service-policy output Q")
    if draw(st.booleans()):
        vlans = draw(st.sets(st.integers(1, 9), min_size=1))
        lines.append(f"switchport trunk allowed vlan {','.join(map(str, sorted(vlans)))}")
    return block(f"interface {port}", *lines)
