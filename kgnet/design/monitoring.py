"""What is watched beside devices and circuits: rooms, mail, names, applications; what the monitor is told.

A target's label `shows` names the metric that its success is told as (`kgnet.export.catalogue`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kgnet.model.fleet import Device, Fleet, Target
from kgnet.model.province import Province, Role, Service
from kgnet.ports import Pass

MAIL_PORTS = (("smtp", "smtp", 25), ("submission", "smtp", 587), ("imaps", "imaps", 993))
STARTTLS = {"smtp": "smtp", "imaps": "", "https": ""}  # module → how TLS is asked for behind it
SIPS = 5061  # RFC 3261 §19.1.2
SECRETS = ("snmp/auth", "snmp/priv", "tls/ca.crt")
RELAYED = "127.0.0.1:10514"  # where rsyslog on a monitoring host hands on to the exporter
SELDOM_S = 600.0  # between tries of what servers write down as attempts on them
NOTIFIED = "0.0.0.0:162"  # snmpTrapPort (RFC 3417 §3.2); every device knows its monitors by IPv4
SMALL_FLEET = 50  # devices: up to here a scrape costs next to nothing
FAST_S, CALM_S = 5, 30
WEB = (Role.PORTAL, Role.APPLICATION)


def run(province: Province, fleet: Fleet) -> Fleet:
    """Add the targets, and what the roles of the monitoring hosts need."""
    targets = (*_rooms(fleet), *_mail(fleet), *_names(fleet), *_applications(province, fleet))
    targets += (*_relays(fleet), *_offers(fleet, targets))
    monitors = {
        host.name: _monitor(host, fleet, collects=host.name in province.settings.management.syslog)
        for host in fleet.with_role(Role.MONITOR)
    }
    return replace(fleet.with_devices(monitors), targets=(*fleet.targets, *targets))


def _target(module: str, target: str, shows: str, labels: dict[str, str], **options: object) -> Target:
    told = (("shows", shows), *labels.items())
    return Target(module, target, told, tuple((name, str(value)) for name, value in options.items()))


def scrape_interval_s(fleet: Fleet) -> int:
    """Return how often the fleet is scraped: a small one often, a province calmly."""
    return FAST_S if len(fleet.devices) <= SMALL_FLEET else CALM_S


def _rooms(fleet: Fleet) -> Iterator[Target]:
    """Ask each room itself, and ask the registrars whether they would find it."""
    registrars = list(fleet.with_role(Role.REGISTRAR))
    for registrar in registrars:
        yield _target("sip", str(registrar.address), "registrar_up", {"device": registrar.name})
    for name, room in fleet.rooms.items():
        address = str(room.address.ip)
        yield _target("sip", address, "room_answering", {"room": name}, uri=f"sip:{name}@{address}")
        for registrar in registrars[:1]:
            yield _target("sip", str(registrar.address), "room_registered", {"room": name}, uri=room.uri)


def _mail(fleet: Fleet) -> Iterator[Target]:
    for host in fleet.with_role(Role.MAIL):
        for protocol, module, port in MAIL_PORTS:
            labels = {"device": host.name, "protocol": protocol}
            name = f"{host.name}.{fleet.domain}"
            yield _target(module, str(host.address), "mail_up", labels, port=port, name=name)


def _relays(fleet: Fleet) -> Iterator[Target]:
    """Try every mail server as a stranger: the monitor is none of those that it trusts."""
    for host in fleet.with_role(Role.MAIL):
        told = {"device": host.name}
        relay = _target("relay", str(host.address), "mail_relay_refused", told, port=25)
        yield replace(relay, every_s=SELDOM_S)


def _offers(fleet: Fleet, targets: tuple[Target, ...]) -> Iterator[Target]:
    """Try what each port with TLS takes beside what is good: those that are watched, and the registrars'."""
    for target in targets:
        if target.module in STARTTLS:
            device, options = dict(target.labels)["device"], dict(target.options)
            yield _offer(device, target.target, STARTTLS[target.module], options["port"], options["name"])
    for host in fleet.with_role(Role.REGISTRAR):
        yield _offer(host.name, str(host.address), "", SIPS, f"{host.name}.{fleet.domain}")


def _offer(device: str, address: str, starttls: str, port: object, name: str) -> Target:
    told = {"device": device, "name": name, "port": str(port)}
    given = {"port": port, "name": name} | ({"starttls": starttls} if starttls else {})
    return replace(_target("tls", address, "tls_up", told, **given), every_s=SELDOM_S)


def _names(fleet: Fleet) -> Iterator[Target]:
    for server in fleet.with_role(Role.DNS):
        labels = {"device": server.name}
        yield _target("dns", str(server.address), "dns_up", labels, name=f"{fleet.domain}.", kind="SOA")


def _applications(province: Province, fleet: Fleet) -> Iterator[Target]:
    """Ask for each application that a host of ours runs, as people do: by its first name, at the balancer."""
    for balancer in fleet.with_role(Role.BALANCER):
        for service in province.services.values():
            if _is_behind(service, fleet):
                labels = {"application": service.id, "device": balancer.name}
                name = f"{service.names[0]}.{fleet.domain}"
                address = str(balancer.address)
                yield _target("https", address, "application_up", labels, port=service.port, name=name)


def _is_behind(service: Service, fleet: Fleet) -> bool:
    return service.balanced and any(fleet.devices[name].role in WEB for name in service.hosts)


def _monitor(host: Device, fleet: Fleet, *, collects: bool) -> Device:
    """Return the host with its variables; where it *collects* logs the exporter hears of them, too."""
    told = {
        "exporter_secrets": list(SECRETS),
        "exporter_traps": NOTIFIED,
        "exporter_syslog_tcp": RELAYED if collects else "",
        "host_baseline_syslog_relay": RELAYED if collects else "",
        "prometheus_scrape_interval_seconds": scrape_interval_s(fleet),
    }
    secrets = tuple(dict.fromkeys((*host.secrets, *SECRETS)))
    return replace(host, vars={**host.vars, **told}, secrets=secrets)


PASS = Pass("monitoring", run, after=("addressing", "wan"))
