"""What programs ask an emulated Junos of its state, in Junos's XML: facts, interfaces, BGP, commits, ping."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from ipaddress import IPv4Interface
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from kgnet.emulate.juniper_junos import seen, show
from kgnet.emulate.world import PeerState

if TYPE_CHECKING:
    from kgnet.emulate.juniper_junos import Junos

Asked = Mapping[str, str]
PRIVATE = "__juniper_private1__"  # where routing engines find each other
INTERNAL = IPv4Interface("128.0.0.1/2")


def answer(device: Junos, name: str, asked: Asked) -> str | None:
    """Return the answer to the RPC *name*; None: there is none."""
    act = ANSWERS.get(name)
    return act(device, asked) if act else None


def _of(element: str, /, **inside: object) -> str:
    """Return an element; a word's underscores are hyphens, XML stands as it is where it starts with `<`."""
    told = ""
    for key, value in inside.items():
        word, text = key.replace("_", "-"), str(value)
        told += f"<{word}>{text if text.startswith('<') else escape(text)}</{word}>"
    return f"<{element}>{told}</{element}>"


def _time(name: str, at_s: float) -> str:
    moment = datetime.fromtimestamp(at_s, UTC)
    return f'<{name} junos:seconds="{int(at_s)}">{moment:%Y-%m-%d %H:%M:%S} UTC</{name}>'


# ── the box ─────────────────────────────────────────────────────────────────


def _software(device: Junos, asked: Asked) -> str:
    package = _of("package-information", name="junos", comment=f"JUNOS Software Release [{show.VERSION}]")
    told = _of(
        "software-information",
        host_name=show.hostname(device),
        product_model=show.MODEL,
        product_name=show.MODEL,
        junos_version=show.VERSION,
    )
    return told.replace("</software-information>", f"{package}</software-information>")


def _system(device: Junos, asked: Asked) -> str:
    return _of(
        "system-information",
        hardware_model=show.MODEL,
        os_name="junos-es",
        os_version=show.VERSION,
        serial_number=show.serial(device),
        host_name=show.hostname(device),
    )


def _chassis(device: Junos, asked: Asked) -> str:
    chassis = _of(
        "chassis", name="Chassis", serial_number=show.serial(device), description=show.MODEL.upper()
    )
    return f"<chassis-inventory>{chassis}</chassis-inventory>"


def _engine(device: Junos, asked: Asked) -> str:
    told = _of(
        "route-engine",
        status="OK",
        model="RE-SRX345",
        start_time=f"{datetime.fromtimestamp(device.booted_at, UTC):%Y-%m-%d %H:%M:%S} UTC",
        up_time=_lasted(show.uptime_s(device)),
        last_reboot_reason="0x200:normal shutdown",
        mastership_state="master",
    )
    return f"<route-engine-information>{told}</route-engine-information>"


def _file(device: Junos, asked: Asked) -> str:
    """Show the one file that PyEZ looks for: the names of the routing engines."""
    if asked.get("filename") != "/etc/hosts.junos":
        return "<output>error: could not resolve file</output>"
    return f"<file-content>{INTERNAL.ip} re0 master</file-content>"


def _lasted(seconds: int) -> str:
    days, rest = divmod(seconds, 86_400)
    return f"{days} days, {rest // 3600} hours, {rest // 60 % 60} minutes, {rest % 60} seconds"


def _uptime(device: Junos, asked: Asked) -> str:
    now, booted = (_time("date-time", at_s) for at_s in (device.clock.now(), device.booted_at))
    last = _time("time-length", show.uptime_s(device))
    told = f"<current-time>{now}</current-time><system-booted-time>{booted}{last}</system-booted-time>"
    return f"<system-uptime-information>{told}</system-uptime-information>"


# ── commits ─────────────────────────────────────────────────────────────────


def _revision(device: Junos, asked: Asked) -> str:
    newest = device.box.commits[0]
    comment = f"<comment>{newest.comment}</comment>" if newest.comment else ""
    told = (
        f"<revision>re0-{int(newest.at_s)}-{len(device.box.commits)}</revision><user>{escape(newest.user)}</user>"
        f"<client>{newest.client}</client>{_time('date-time', newest.at_s)}{comment}"
    )
    log = f"<log>{escape(newest.log)}</log>" if newest.log else ""
    return f"<commit-revision-information>{told}{log}</commit-revision-information>"


def _commits(device: Junos, asked: Asked) -> str:
    told = ""
    for number, each in enumerate(device.box.commits):
        comment = f"<comment>{each.comment}</comment>" if each.comment else ""
        log = f"<log>{escape(each.log)}</log>" if each.log else ""
        told += (
            f"<commit-history><sequence-number>{number}</sequence-number><user>{escape(each.user)}</user>"
            f"<client>{each.client}</client>{_time('date-time', each.at_s)}{comment}{log}</commit-history>"
        )
    return f"<commit-information>{told}</commit-information>"


# ── interfaces ──────────────────────────────────────────────────────────────


def _interfaces(device: Junos, asked: Asked) -> str:
    if asked.get("routing-instance") == PRIVATE:
        return f"<interface-information>{_unit('em0.0', '', (INTERNAL,))}</interface-information>"
    wanted, told = asked.get("interface-name", ""), ""
    for name, units in seen.physical(device).items():
        if wanted and wanted not in (name, *(port.name for port, _ in units)) and "*" not in wanted:
            continue
        inner = "".join(_unit(port.name, port.description, port.addresses) for port, _ in units)
        up = any(alive for _, alive in units)
        head = _of(
            "head",
            name=name,
            admin_status="up" if any(port.up for port, _ in units) else "down",
            oper_status="up" if up else "down",
            current_physical_address="00:00:5e:00:53:01",
            mtu="1514",
            speed="1000mbps",
        )
        head = head.removeprefix("<head>").removesuffix("</head>")
        told += f"<physical-interface>{head}{inner}</physical-interface>"
    return f"<interface-information>{told}</interface-information>"


def _unit(name: str, description: str, addresses: tuple[object, ...]) -> str:
    told = _of("logical-interface", name=name, **({"description": description} if description else {}))
    families = ""
    for word, version in (("inet", 4), ("inet6", 6)):
        own = [each for each in addresses if getattr(each, "version", 0) == version]
        inner = "".join(
            f"<interface-address><ifa-destination>{getattr(each, 'network', '')}</ifa-destination>"
            f"<ifa-local>{getattr(each, 'ip', '')}</ifa-local></interface-address>"
            for each in own
        )
        if own:
            families += (
                f"<address-family><address-family-name>{word}</address-family-name><mtu>1500</mtu>{inner}"
                "</address-family>"
            )
    return told.replace("</logical-interface>", f"{families}</logical-interface>")


# ── neighbours ──────────────────────────────────────────────────────────────


def _instances(device: Junos, asked: Asked) -> str:
    named = device.box.active.at("routing-instances")
    names = ["master", *(each.name for each in (named.inside if named else ()))]
    told = "".join(_of("instance-core", instance_name=name, instance_type="forwarding") for name in names)
    return f"<instance-information>{told}</instance-information>"


def _peers(device: Junos, asked: Asked) -> list[PeerState]:
    return seen.sessions(device) if asked.get("instance", "master") in ("", "master") else []


def _bgp_summary(device: Junos, asked: Asked) -> str:
    told = ""
    for each in _peers(device, asked):
        since = int(device.clock.now() - each.since)
        told += (
            f"<bgp-peer><peer-address>{each.peer.address}</peer-address><peer-as>{each.peer.remote_as}</peer-as>"
            f'<elapsed-time junos:seconds="{since}">{seen.lasted(since)}</elapsed-time>'
            f"<peer-state>{seen.word(each)}</peer-state>{_rib(each)}</bgp-peer>"
        )
    return f"<bgp-information>{told}</bgp-information>"


def _rib(state: PeerState) -> str:
    name = "inet6.0" if ":" in state.peer.address else "inet.0"
    number = int(state.established)
    return _of(
        "bgp-rib",
        name=name,
        send_state="in sync",
        active_prefix_count=number,
        received_prefix_count=number,
        accepted_prefix_count=number,
        advertised_prefix_count=number,
    )


def _bgp_neighbors(device: Junos, asked: Asked) -> str:
    told = ""
    for each in _peers(device, asked):
        peer = each.peer
        told += _of(
            "bgp-peer",
            peer_address=f"{peer.address}+179",
            peer_as=peer.remote_as,
            local_as=peer.local_as,
            description=_description(device, peer.address),
            peer_fwd_rti="master",
            peer_state=seen.word(each),
            peer_id=each.router_id,
            local_id=device.box.active.value("routing-options", "router-id") or "0.0.0.0",  # noqa: S104
        ).replace("</bgp-peer>", f"{_rib(each)}</bgp-peer>")
    return f"<bgp-information>{told}</bgp-information>"


def _description(device: Junos, address: str) -> str:
    bgp = device.box.active.at("protocols", "bgp")
    found = (group.at(f"neighbor {address}") for group in (bgp.every("group") if bgp else ()))
    return next((each.value("description") for each in found if each), "")


def _lldp(device: Junos, asked: Asked) -> str:
    told = "".join(
        _of(
            "lldp-neighbor-information",
            lldp_local_port_id=port,
            lldp_remote_port_id=there,
            lldp_remote_system_name=far,
        )
        for port, far, there in seen.lldp(device)
    )
    return f"<lldp-neighbors-information>{told}</lldp-neighbors-information>"


def ping(device: Junos, address: str, how: list[str]) -> str:
    """Return the results of a ping; times are in microseconds."""
    sent = show.count(how)
    received = sent if show.reached(device, address, how) else 0
    probes = "".join(
        _of("probe-result", probe_index=n + 1, ip_address=address, time_to_live=64, rtt=512)
        for n in range(received)
    )
    numbers = {
        "probes_sent": sent,
        "responses_received": received,
        "packet_loss": 100 * (sent - received) // sent,
    }
    times = (
        {"rtt_minimum": 401, "rtt_maximum": 623, "rtt_average": 512, "rtt_stddev": 101} if received else {}
    )
    summary = _of("probe-results-summary", **numbers, **times)
    head = f"<target-host>{escape(address)}</target-host><target-ip>{escape(address)}</target-ip>"
    return f"<ping-results>{head}<packet-size>56</packet-size>{probes}{summary}</ping-results>"


ANSWERS: dict[str, Callable[[Junos, Asked], str]] = {
    "get-software-information": _software,
    "get-system-information": _system,
    "get-chassis-inventory": _chassis,
    "get-route-engine-information": _engine,
    "get-system-uptime-information": _uptime,
    "file-show": _file,
    "get-commit-revision-information": _revision,
    "get-commit-information": _commits,
    "get-interface-information": _interfaces,
    "get-instance-information": _instances,
    "get-bgp-summary-information": _bgp_summary,
    "get-bgp-neighbor-information": _bgp_neighbors,
    "get-lldp-neighbors-information": _lldp,
}
