"""What IOS shows of itself: configuration, version, hardware, clocks, people, SNMP."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from kgnet.emulate.cisco_ios import text as ios_text
from kgnet.emulate.cisco_ios.names import full
from kgnet.emulate.device import Reply, Session

if TYPE_CHECKING:
    from kgnet.emulate.cisco_ios import Ios
    from kgnet.emulate.cisco_ios.exec_mode import Do

ROUTER_MODEL, SWITCH_MODEL = "ISR4451-X/K9", "C9300-48P"
RELEASE = "17.9.5"


def clock(device: Ios) -> str:
    """The time as IOS writes it."""
    now = device.clock.moment()
    return f"{now:%H:%M:%S} UTC {now:%a %b} {now.day} {now.year}"


def serial(device: Ios) -> str:
    return "FDO" + hashlib.sha256(device.name.encode()).hexdigest()[:8].upper()


def mac(device: Ios, number: int) -> str:
    """A locally administered address, the same in every run."""
    digits = hashlib.sha256(device.name.encode()).hexdigest()[:6]
    text = f"02{digits}{number:04x}"
    return f"{text[:4]}.{text[4:8]}.{text[8:]}"


def span(seconds: float) -> str:
    """A duration in words: 1 week, 2 days, 3 hours, 4 minutes."""
    minutes = int(seconds) // 60
    parts = [("week", minutes // 10080), ("day", minutes // 1440 % 7), ("hour", minutes // 60 % 24)]
    told = [f"{n} {word}{'s' if n != 1 else ''}" for word, n in parts if n]
    rest = minutes % 60
    return ", ".join([*told, f"{rest} minute{'s' if rest != 1 else ''}"])


# ── configuration ───────────────────────────────────────────────────────────


def _running(device: Ios, session: Session, rest: list[str]) -> Reply:
    if rest[:1] == ["interface"] and len(rest) > 1:
        return _interface(device, "".join(rest[1:]))
    if rest[:1] == ["view"]:
        rest = rest[2:]
    if rest[:1] in (["all"], ["brief"]):
        rest = rest[1:]
    if rest:
        return _partial(device, " ".join(rest))
    text = device.running()
    if device.last_change:
        text = f"!\n! Last configuration change at {device.last_change}\n{text}"
    return f"Building configuration...\n\nCurrent configuration : {len(text)} bytes\n{text}"


def _interface(device: Ios, words: str) -> str:
    node = device.root.find(f"interface {full(words)}")
    if node is None:
        return "% Invalid input detected at '^' marker.\n"
    lines = [node.text, *(f" {c.text}" for c in ios_text.interface(node, switch=device.switch))]
    text = "\n".join(lines)
    return f"Building configuration...\n\nCurrent configuration : {len(text)} bytes\n!\n{text}\nend\n"


def _partial(device: Ios, words: str) -> str:
    chosen = [line for line in device.running().splitlines() if line.startswith(words)]
    return "\n".join(chosen)


def _startup(device: Ios, session: Session, rest: list[str]) -> Reply:
    text = device.startup()
    return f"Using {len(text)} out of 33554432 bytes\n{text}" if text else "startup-config is not present"


# ── itself ──────────────────────────────────────────────────────────────────


def _version(device: Ios, session: Session, rest: list[str]) -> Reply:
    image = "CAT9K_IOSXE" if device.switch else "X86_64_LINUX_IOSD-UNIVERSALK9-M"
    up = span(device.clock.now() - device.booted_at)
    model = SWITCH_MODEL if device.switch else ROUTER_MODEL
    return f"""Cisco IOS XE Software, Version 17.09.05
Cisco IOS Software [Cupertino], ISR Software ({image}), Version {RELEASE}, RELEASE SOFTWARE (fc4)
Technical Support: http://www.cisco.com/techsupport
Copyright (c) 1986-2024 by Cisco Systems, Inc.

ROM: IOS-XE ROMMON

{device.hostname} uptime is {up}
Uptime for this control processor is {up}
System returned to ROM by Reload Command
System image file is "bootflash:packages.conf"
Last reload reason: Reload Command

cisco {model} (1RU) processor with 7821343K/6147K bytes of memory.
Processor board ID {serial(device)}
{len(device.hardware)} Gigabit Ethernet interfaces
32768K bytes of non-volatile configuration memory.
16777216K bytes of physical memory.
7712692K bytes of flash memory at bootflash:.

Configuration register is 0x2102
"""


def _inventory(device: Ios, session: Session, rest: list[str]) -> Reply:
    model = SWITCH_MODEL if device.switch else ROUTER_MODEL
    return (
        f'NAME: "Chassis", DESCR: "Cisco {model} Chassis"\n'
        f"PID: {model:18}, VID: V04  , SN: {serial(device)}\n\n"
        f'NAME: "Power Supply Module 0", DESCR: "450W AC Power Supply for Cisco {model}"\n'
        f"PID: PWR-4450-AC       , VID: V01  , SN: {serial(device)[::-1]}\n"
    )


def _hosts(device: Ios, session: Session, rest: list[str]) -> Reply:
    domain = device.root.first("ip domain name ") or device.root.first("ip domain-name ")
    lookup = "disabled" if device.root.find("no ip domain lookup") else "enabled"
    said = f"Default domain is {domain}" if domain else "Default domain is not set"
    return f"{said}\nName lookup {lookup}\n"


def _users(device: Ios, session: Session, rest: list[str]) -> Reply:
    rows = ["    Line       User       Host(s)              Idle       Location"]
    for one in device.sessions:
        star = "*" if one is session else " "
        rows.append(
            f"{star}{one.number + 1:3} vty {one.number - 1:<5}{one.user:11}{'idle':21}00:00:00 {one.remote}"
        )
    return "\n".join([*rows, "", "  Interface    User               Mode         Idle     Peer Address"])


def _clock(device: Ios, session: Session, rest: list[str]) -> Reply:
    now = device.clock.moment()
    return f"{now:%H:%M:%S}.{now.microsecond // 1000:03d} UTC {now:%a %b} {now.day} {now.year}"


def _privilege(device: Ios, session: Session, rest: list[str]) -> Reply:
    return f"Current privilege level is {session.privilege}"


def _reload(device: Ios, session: Session, rest: list[str]) -> Reply:
    timer = device.reload_timer
    if timer is None:
        return "No reload is scheduled."
    left = max(0, int(timer.due - device.clock.now()))
    minutes, seconds = divmod(left, 60)
    return f"Reload scheduled in {minutes} minutes and {seconds} seconds by {session.user} on vty0"


def _logging(device: Ios, session: Session, rest: list[str]) -> Reply:
    return "Syslog logging: enabled (0 messages dropped, 0 messages rate-limited)\n" + "\n".join(
        device.log[-20:]
    )


def _ssh(device: Ios, session: Session, rest: list[str]) -> Reply:
    version = device.root.first("ip ssh version ", "1.99")
    full_version = version if "." in version else f"{version}.0"
    limits = "Authentication timeout: 120 secs; Authentication retries: 3"
    key = "IOS Keys in SECSH format(ssh-rsa, base64 encoded): KGNET\nModulus Size : 3072 bits\nssh-rsa AAAA"
    return f"SSH Enabled - version {full_version}\n{limits}\n{key}"


def _flash_free(device: Ios, session: Session, rest: list[str]) -> Reply:
    return "Processor  7F1C2A000048  3941195240  290735676  3650459564"


# ── clocks and SNMP ─────────────────────────────────────────────────────────


def _servers(device: Ios) -> list[tuple[str, str, bool]]:
    """NTP servers: address, VRF, whether one answers."""
    found = []
    for node in device.root.starting("ntp server "):
        words = node.text.split()[2:]
        vrf = words[1] if words[0] == "vrf" else ""
        address = words[2] if vrf else words[0]
        well = device.world is not None and device.world.answers(device.name, address, vrf)
        found.append((address, vrf, well))
    return found


def _associations(device: Ios, session: Session, rest: list[str]) -> Reply:
    servers = _servers(device)
    if not servers:
        return "%NTP is not enabled."
    rows = ["", "  address         ref clock       st   when   poll reach  delay  offset   disp"]
    chosen = False
    for address, _, well in servers:
        mark = "*~" if well and not chosen else "+~" if well else " ~"
        chosen = chosen or well
        if well:
            rows.append(f"{mark}{address:16}.GPS.            1     24     64   377  1.023   0.312  0.921")
        else:
            rows.append(f"{mark}{address:16}.INIT.          16      -     64     0  0.000   0.000 15937.")
    return "\n".join([*rows, " * sys.peer, # selected, + candidate, - outlyer, x falseticker, ~ configured"])


def _ntp(device: Ios, session: Session, rest: list[str]) -> Reply:
    servers = _servers(device)
    if not servers:
        return "%NTP is not enabled."
    well = [address for address, _, answers in servers if answers]
    if not well:
        return "Clock is unsynchronized, stratum 16, no reference clock"
    return (
        f"Clock is synchronized, stratum 2, reference is {well[0]}\n"
        "nominal freq is 250.0000 Hz, actual freq is 249.9995 Hz, precision is 2**10\n"
        "clock offset is 0.3120 msec, root delay is 1.02 msec\n"
        "root dispersion is 4.51 msec, peer dispersion is 0.92 msec"
    )


def _snmp_user(device: Ios, session: Session, rest: list[str]) -> Reply:
    said = []
    for name, line in sorted(device.snmp_users.items()):
        words = line.split()
        auth = words[words.index("auth") + 1].upper() if "auth" in words else "None"
        auth += f"-{words[words.index('auth') + 2]}" if auth == "SHA-2" else ""
        privacy = "None"
        if "priv" in words:
            at = words.index("priv")
            privacy = (
                f"{words[at + 1].upper()}{words[at + 2] if words[at + 2] in ('128', '192', '256') else ''}"
            )
        said.append(
            f"User name: {name}\nEngine ID: 800000090300{mac(device, 0).replace('.', '').upper()}\n"
            "storage-type: nonvolatile\t active\n"
            f"Authentication Protocol: {auth}\nPrivacy Protocol: {privacy}\n"
            f"Group-name: {words[3]}\n"
        )
    return "\n".join(said)


def _vrfs(device: Ios, session: Session, rest: list[str]) -> Reply:
    rows = ["  Name                             Default RD            Protocols   Interfaces"]
    for node in device.root.starting("vrf definition "):
        name = node.text.split()[-1]
        protocols = ",".join(c.text.split()[1] for c in node.starting("address-family "))
        ports = [p.name for p in device.seen().ports if p.vrf == name]
        rows.append(
            f"  {name:32} {node.first('rd ', '<not set>'):21} {protocols:11} {ports[0] if ports else ''}"
        )
        rows += [f"{'':69}{port}" for port in ports[1:]]
    return "\n".join(rows)


def _aliased(device: Ios, session: Session, rest: list[str]) -> Reply:
    lists = [
        n
        for n in device.root.children
        if re.match(r"ip(v6)? access-list (extended|standard)?|ipv6 access-list", n.text)
    ]
    wanted = rest[-1] if rest else ""
    said = []
    for node in lists:
        words = node.text.split()
        if wanted and words[-1] != wanted:
            continue
        kind = "IPv6" if words[0] == "ipv6" else words[2].capitalize() + " IP"
        said.append(f"{kind} access list {words[-1]}")
        said += [f"    {c.text}" for c in node.children if " remark " not in c.text]
    return "\n".join(said)


COMMANDS: dict[str, Do] = {
    "show running-config": _running,
    "show startup-config": _startup,
    "show configuration": _startup,
    "show version": _version,
    "show inventory": _inventory,
    "show hosts": _hosts,
    "show users": _users,
    "show clock": _clock,
    "show privilege": _privilege,
    "show reload": _reload,
    "show logging": _logging,
    "show ip ssh": _ssh,
    "show ntp associations": _associations,
    "show ntp status": _ntp,
    "show snmp user": _snmp_user,
    "show vrf": _vrfs,
    "show access-lists|access-list": _aliased,
    "show ip access-lists": _aliased,
    "show ipv6 access-list": _aliased,
    "show memory statistics": _flash_free,
}
