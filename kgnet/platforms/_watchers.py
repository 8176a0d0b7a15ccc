"""What looks into traffic on a Linux host, and the wireless networks that it offers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from kgnet.errors import ReadError
from kgnet.model.hosting import Inspection, WirelessNetwork, WirelessNetworks
from kgnet.ports import Reader

PROCESSES = ("sh", "-c", "echo '# ps'; ps -C suricata,snort,zeek -o args=; true")
HOSTAPD = ("sh", "-c", "echo '# hostapd'; cat /etc/hostapd/hostapd.conf 2>/dev/null; true")
INLINE = re.compile(r"(?:^|\s)(?:-q|--nfqueue|-Q|--daq-mode inline|--simulate-ips)(?:\s|=|$)")
PAIR = re.compile(r"^[ \t]*(\w+)=(.*)$", re.MULTILINE)


def inspection(text: str) -> Inspection:
    """Read the arguments of Suricata, Snort and Zeek; from a queue of the packet filter they can refuse."""
    head, _, told = text.partition("\n")
    if head != "# ps":
        raise ReadError("`ps` is not as expected")
    lines = [line.split(None, 1) for line in told.splitlines() if line.strip()]
    engines = tuple(dict.fromkeys(PurePosixPath(words[0]).name.lower() for words in lines))
    return Inspection(engines, any(INLINE.search(words[1]) for words in lines if len(words) > 1), 0)


def wireless(text: str) -> WirelessNetworks:
    """Read hostapd.conf(5); each `bss=` begins another network, and what is not said is off."""
    networks, values = list[WirelessNetwork](), dict[str, str]()
    for key, value in (*PAIR.findall(text), ("bss", "")):
        if key in ("bss", "interface") and "ssid" in values:
            networks.append(_network(values))
            values = {}
        values[key] = value.rstrip()
    return WirelessNetworks(tuple(networks))


def _network(values: Mapping[str, str]) -> WirelessNetwork:
    wpa, methods = values.get("wpa", "0"), values.get("wpa_key_mgmt", "WPA-PSK")
    version = "wpa3" if "SAE" in methods or "SUITE-B" in methods else {"1": "wpa"}.get(wpa, "wpa2")
    enterprise = "EAP" in methods and values.get("ieee8021x") == "1"
    kind = "open" if wpa == "0" else f"{version}-{'enterprise' if enterprise else 'personal'}"
    return WirelessNetwork(values["ssid"], values.get("bridge") or values.get("vlan_id"), kind, 0)


STATE: Mapping[tuple[str, ...], Reader] = {
    PROCESSES: Reader(Inspection, inspection),
    HOSTAPD: Reader(WirelessNetworks, wireless),
}
