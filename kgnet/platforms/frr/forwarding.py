"""FRR's running configuration → interior routing, VRFs, IPv6."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import ip_interface

from kgnet.model.config import Line
from kgnet.model.forwarding import InteriorLinks, Ipv6, Ipv6Link, Vpn, Vpns
from kgnet.platforms import _interior
from kgnet.platforms._interior import Section

Facts = InteriorLinks | Vpns | Ipv6


def read(lines: Sequence[Line]) -> Iterator[Facts]:
    sections = list(_sections(lines))
    ports = [each for each in sections if each.head.startswith("interface ")]
    yield _interior.links(sections)
    yield Vpns(tuple(_vpns(sections, ports)))
    off = next((each for each in sections if each.head == "no ipv6 forwarding"), None)
    yield Ipv6(off is None, tuple(_speaking(ports)), off.number if off else 0)


def _sections(lines: Sequence[Line]) -> Iterator[Section]:
    heads = [place for place, line in enumerate(lines) if len(line.path) == 1]
    for start, end in zip(heads, [*heads[1:], len(lines)], strict=True):
        inside = tuple(line.text for line in lines[start + 1 : end] if not line.text.startswith("exit"))
        addresses = (text.split()[2] for text in inside if text.startswith(("ip address ", "ipv6 address ")))
        head = lines[start]
        yield Section(head.text, inside, head.number, tuple(map(ip_interface, addresses)))


def _speaking(ports: Sequence[Section]) -> Iterator[Ipv6Link]:
    """Yield the interfaces with IPv6; FRR advertises nothing unless told to (`no ipv6 nd suppress-ra`)."""
    for port in ports:
        if any(each.version == 6 for each in port.addresses):
            loud = "no ipv6 nd suppress-ra" in port.lines
            yield Ipv6Link(port.name, "always" if loud else "", port.number)


def _vpns(sections: Sequence[Section], ports: Sequence[Section]) -> Iterator[Vpn]:
    for section in sections:
        match section.head.split():
            case ["router", "bgp", _, "vrf", name]:
                yield Vpn(
                    name=name,
                    distinguisher=section.rest("rd vpn export "),
                    imports=tuple(_targets(section, "import")),
                    exports=tuple(_targets(section, "export")),
                    interfaces=tuple(port.name for port in ports if port.head.endswith(f" vrf {name}")),
                    line=section.number,
                )


def _targets(section: Section, way: str) -> Iterator[str]:
    for line in section.lines:
        match line.split():
            case ["rt", "vpn", told, *targets] if told in (way, "both"):
                yield from targets
