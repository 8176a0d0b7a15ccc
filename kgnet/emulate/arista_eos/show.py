"""What an EOS device shows of itself: version, name, people, time, hardware."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kgnet.emulate.device import Session
from kgnet.emulate.tree import Node

if TYPE_CHECKING:
    from kgnet.emulate.arista_eos import Eos

Shows = Callable[["Eos", Session], str]
Tells = Callable[["Eos"], dict[str, Any]]
MEMORY_KB = (8099732, 4989648)
STRATUM = 3
OFFSET_MS = 0.115


def _version() -> tuple[str, str]:
    from kgnet.emulate.arista_eos import MODEL, VERSION

    return MODEL, VERSION


def version(device: Eos) -> dict[str, Any]:
    model, release = _version()
    return {
        "mfgName": "Arista",
        "modelName": model,
        "hardwareRevision": "11.01",
        "serialNumber": device.serial,
        "systemMacAddress": device.mac("system"),
        "hwMacAddress": device.mac("system"),
        "configMacAddress": "00:00:00:00:00:00",
        "version": release,
        "architecture": "x86_64",
        "internalVersion": f"{release}-32505515.4304M",
        "internalBuildId": "8d6f2f1c-4a3e-4b0f-9a5d-0f6d5c1e7a11",
        "imageFormatVersion": "3.0",
        "imageOptimization": "Default",
        "bootupTimestamp": device.booted_at,
        "uptime": device.clock.now() - device.booted_at,
        "memTotal": MEMORY_KB[0],
        "memFree": MEMORY_KB[1],
        "isIntlVersion": False,
    }


def _version_text(device: Eos, session: Session) -> str:
    told = version(device)
    minutes, hours = int(told["uptime"] // 60), int(told["uptime"] // 3600)
    weeks, days = hours // 168, hours // 24 % 7
    return (
        f"Arista {told['modelName']}\nHardware version: {told['hardwareRevision']}\n"
        f"Serial number: {told['serialNumber']}\nHardware MAC address: {told['hwMacAddress']}\n"
        f"System MAC address: {told['systemMacAddress']}\n\nSoftware image version: {told['version']}\n"
        f"Architecture: {told['architecture']}\nInternal build version: {told['internalVersion']}\n\n"
        f"Uptime: {weeks} weeks, {days} days, {hours % 24} hours and {minutes % 60} minutes\n"
        f"Total memory: {told['memTotal']} kB\nFree memory: {told['memFree']} kB\n"
    )


def hostname(device: Eos) -> dict[str, Any]:
    domain = device.root.first("dns domain ")
    return {"hostname": device.hostname, "fqdn": f"{device.hostname}.{domain}" if domain else device.hostname}


def _hostname_text(device: Eos, session: Session) -> str:
    told = hostname(device)
    return f"Hostname: {told['hostname']}\nFQDN:     {told['fqdn']}\n"


def inventory(device: Eos) -> dict[str, Any]:
    told = version(device)
    return {
        "systemInformation": {
            "name": told["modelName"],
            "description": "48 SFP25 + 8 QSFP100 1RU",
            "hardwareRev": told["hardwareRevision"],
            "serialNum": told["serialNumber"],
            "mfgDate": "2023-03-14",
        },
        "portCount": len(device.hardware),
    }


def clock(device: Eos) -> dict[str, Any]:
    return {"utcTime": device.clock.now(), "timezone": "UTC", "clockSource": {"local": True}}


def _clock_text(device: Eos, session: Session) -> str:
    return f"{device.clock.moment():%a %b %d %H:%M:%S %Y}\nTimezone: UTC\nClock source: local\n"


def ntp(device: Eos) -> dict[str, Any]:
    """`show ntp associations`: the first server that answers is followed."""
    peers: dict[str, Any] = {}
    chosen = False
    for line in device.root.starting("ntp server "):
        words = line.text.split()[2:]
        vrf, address = (words[1], words[2]) if words[0] == "vrf" else ("", words[0])
        well = device.world is None or device.world.answers(device.name, address, vrf)
        condition = "reject" if not well else "candidate" if chosen else "sys.peer"
        chosen = chosen or well
        peers[address] = {
            "condition": condition,
            "peerIpAddr": address,
            "refid": "10.0.10.1" if well else ".INIT.",
            "stratumLevel": STRATUM if well else 16,
            "peerType": "unicast",
            "lastReceived": device.clock.now() - 12,
            "pollInterval": 64,
            "reachabilityHistory": [well] * 8,
            "delay": 0.412 if well else 0.0,
            "offset": OFFSET_MS if well else 0.0,
            "jitter": 0.021 if well else 0.0,
        }
    return {"peers": peers}


def _ntp_text(device: Eos, session: Session) -> str:
    rows = [
        "     remote           refid      st t when poll reach   delay   offset  jitter",
        "==============================================================================",
    ]
    marks = {"sys.peer": "*", "candidate": "+", "reject": " "}
    for address, peer in ntp(device)["peers"].items():
        reach = "377" if peer["reachabilityHistory"][0] else "0"
        rows.append(
            f"{marks[peer['condition']]}{address:15} {peer['refid']:15} {peer['stratumLevel']:2} u   12   64"
            f"  {reach:>3} {peer['delay']:8.3f} {peer['offset']:8.3f} {peer['jitter']:7.3f}"
        )
    return "\n".join(rows)


def users(device: Eos) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for line in device.root.starting("username "):
        words = line.text.split()
        if "ssh-key" not in words:
            privilege = words[words.index("privilege") + 1] if "privilege" in words else "1"
            role = words[words.index("role") + 1] if "role" in words else ""
            found[words[1]] = {"role": role, "privLevel": privilege, "sshAuthorizedKeys": []}
    return {"users": found}


def _users_text(device: Eos, session: Session) -> str:
    rows = ["    Line      User           Host(s)       Idle        Location"]
    rows += [
        f"{'*' if each is session else ' '} {number} vty {number + 1}    {each.user:14} idle          "
        f"00:00:00    {each.remote}"
        for number, each in enumerate(device.sessions, 1)
    ]
    return "\n".join(rows)


def access_lists(device: Eos) -> dict[str, Any]:
    """`show ip access-lists`: nothing has passed yet; a list counts where it says so."""
    return {"aclList": [_list(each) for each in device.root.starting("ip access-list ")]}


def _list(node: Node) -> dict[str, Any]:
    counts = bool(node.find("counters per-entry"))
    rules = [(number, text) for number, _, text in (each.text.partition(" ") for each in node.children)]
    met = {"counterData": {"packetCount": 0, "byteCount": 0}} if counts else {}
    return {
        "name": node.text.split()[-1],
        "sequence": [
            {"sequenceNumber": int(number), "text": text, "action": text.split()[0], **met}
            for number, text in rules
            if number.isdecimal()
        ],
    }


def known(words: str) -> bool:
    """Whether `show …` prints something, as text."""
    return words in TEXT or words.startswith(("running-config", "startup-config", "session-config"))


JSON: dict[str, Tells] = {
    "version": version,
    "hostname": hostname,
    "inventory": inventory,
    "clock": clock,
    "ntp associations": ntp,
    "users accounts": users,
    "ip access-lists": access_lists,
    "zerotouch": lambda device: {"mode": "disabled"},
}
TEXT: dict[str, Shows] = {
    "version": _version_text,
    "hostname": _hostname_text,
    "clock": _clock_text,
    "ntp associations": _ntp_text,
    "users": _users_text,
    "logging": lambda device, session: "\n".join(device.log[-50:]),
}
