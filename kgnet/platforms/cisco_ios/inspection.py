"""IOS's configuration → shared gateways, intrusion prevention, wireless networks."""

from __future__ import annotations

from collections.abc import Iterator

from kgnet.model.hosting import Inspection, WirelessNetwork, WirelessNetworks
from kgnet.model.redundancy import FirstHop, FirstHops
from kgnet.platforms.cisco_ios.lines import Block
from kgnet.ports import Readers

PROTOCOLS = {"standby": "hsrp", "vrrp": "vrrp", "glbp": "glbp"}


def _gateways(root: Block) -> FirstHops:
    return FirstHops(tuple(hop for port in root.starting("interface ") for hop in _hops(port)))


def _wireless(root: Block) -> WirelessNetworks:
    return WirelessNetworks((*_wlans(root), *_ssids(root)))


def _hops(port: Block) -> Iterator[FirstHop]:
    name = port.line.split(maxsplit=1)[1]
    for each in port.inside:
        match each.line.split():
            case [word, _, "ip" | "ipv6", *virtual] if word in PROTOCOLS and virtual:
                yield FirstHop(name, PROTOCOLS[word], (virtual[0],), each.number)
            case ["vrrp", _, "address-family", *_]:
                held = tuple(line.split()[1] for line in each.lines if line.startswith("address "))
                if held:
                    yield FirstHop(name, "vrrp", held, each.number)


def _inspection(root: Block) -> Inspection:
    """Unified threat defence of IOS XE, bound globally or to ports; on old routers IPS at a port."""
    ports = list(root.starting("interface "))
    engines: dict[str, int] = {}
    inline = False
    for engine in root.starting("utd engine standard"):
        bound = [block for block in root.starting("utd") if block.says("all-interfaces")]
        if bound or any(port.says("utd enable") for port in ports):
            engines["utd"] = engine.number
            inline = inline or "threat protection" in _threat(engine)
    for port in ports:
        for line in port.starting("ip ips "):
            engines["ips"], inline = line.number, True
    return Inspection(tuple(engines), inline, min(engines.values(), default=0))


def _threat(engine: Block) -> list[str]:
    inner = next(engine.starting("threat-inspection"), None)
    return [*engine.lines, *(inner.lines if inner else ())]


def _wlans(root: Block) -> Iterator[WirelessNetwork]:
    """Yield the WLANs of a controller: WPA2 with 802.1X unless told otherwise (IOS XE, `wlan`)."""
    vlans = {
        profile.line.split()[-1]: profile.rest("vlan ")
        for profile in root.starting("wireless profile policy ")
    }
    policies = {
        line.split()[1]: line.split()[3]
        for tag in root.starting("wireless tag policy ")
        for line in tag.lines
        if line.startswith("wlan ") and " policy " in line
    }
    for wlan in root.starting("wlan "):
        words = wlan.line.split()
        vlan = wlan.rest("client vlan ") or vlans.get(policies.get(words[1], ""))
        yield WirelessNetwork(words[-1], vlan, _security(wlan.lines), wlan.number)


def _security(lines: list[str]) -> str:
    if "no security wpa" in lines:
        return "open"
    version = "wpa3" if "security wpa wpa3" in lines else "wpa2"
    if version == "wpa2" and "no security wpa wpa2" in lines:
        version = "wpa"
    keyed = any(
        line.startswith(("security wpa akm psk", "security wpa akm sae", "security wpa psk"))
        for line in lines
    )
    open_ = "no security wpa akm dot1x" in lines and not keyed and "security wpa akm owe" not in lines
    return "open" if open_ else f"{version}-{'personal' if keyed else 'enterprise'}"


def _ssids(root: Block) -> Iterator[WirelessNetwork]:
    """Yield the SSIDs of an access point that stands alone; it is open unless told otherwise."""
    for ssid in root.starting("dot11 ssid "):
        version = ssid.rest("authentication key-management wpa version ") or "2"
        wpa = any(line.startswith("authentication key-management wpa") for line in ssid.lines)
        personal = any(line.startswith("wpa-psk ") for line in ssid.lines)
        kind = "open" if not wpa else f"wpa{version}-{'personal' if personal else 'enterprise'}"
        yield WirelessNetwork(ssid.line.split()[2], ssid.rest("vlan "), kind, ssid.number)


READERS: Readers = {
    FirstHops: _gateways,
    Inspection: _inspection,
    WirelessNetworks: _wireless,
}
