"""The province's mail: its DNS records, and what the roles of the mail host and the balancer are told.

The public half of the DKIM key is not known here: the record holds a token, which `kgnet.published` resolves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

from kgnet.errors import DesignError
from kgnet.model.fleet import Device, Fleet, InterfaceKind, Record
from kgnet.model.province import MailSettings, Province, Role
from kgnet.ports import Pass

POSTMASTER = "postmaster"  # every domain that takes mail has it (RFC 5321 §4.5.1)
ALIASES = ("abuse", "hostmaster", "noc", "root", "security", "webmaster")  # RFC 2142
STS_MAX_AGE_S = 604_800  # RFC 8461 §3.2: "weeks or greater"
STS_PATH = "/.well-known/mta-sts.txt"  # RFC 8461 §3.3


def run(province: Province, fleet: Fleet) -> Fleet:
    """Add the records, and the variables and secrets of the hosts concerned."""
    host = fleet.devices.get(province.mail.host)
    if host is None:
        raise DesignError(f"mail.yml: host {province.mail.host} is no device")
    balancers = list(fleet.with_role(Role.BALANCER))
    resolvers = [str(each.address) for each in fleet.with_role(Role.DNS)]
    changed = {host.name: _mail_host(province, host, resolvers)}
    changed |= {each.name: _policy_host(each, host) for each in balancers}
    told = (*_records(province.mail, host), *_policy_records(host, balancers))
    changed[host.name] = replace(changed[host.name], records=told)
    records = (*fleet.records, *told)
    return replace(fleet.with_devices(changed), records=records)


def _mail_host(province: Province, host: Device, resolvers: list[str]) -> Device:
    names = sorted({POSTMASTER, *province.mailboxes})
    told = {
        "mail_server_hostname": f"{host.name}.{host.domain}",
        "mail_server_domain": host.domain,
        "mail_server_dkim_selector": province.mail.selector,
        "mail_server_resolvers": resolvers,
        "mail_server_quota_mb": province.mail.quota_mb,
        "mail_server_mailboxes": names,
        "mail_server_aliases": {alias: POSTMASTER for alias in ALIASES if alias not in names},
    }
    named = (f"dkim/{province.mail.selector}", "salt/mailboxes", *_tls(f"{host.name}.{host.domain}"))
    return _with(host, told, (*named, *(f"mailbox/{name}" for name in names)))


def _policy_host(balancer: Device, host: Device) -> Device:
    """Have a balancer serve the MTA-STS policy: it must not come from the mail host's own name."""
    name = f"mta-sts.{host.domain}"
    text = {"host": name, "path": STS_PATH, "text": _policy(host)}
    return _with(balancer, {"load_balancer_texts": [text]}, _tls(name))


def _with(device: Device, told: dict[str, Any], secrets: tuple[str, ...]) -> Device:
    named = tuple(dict.fromkeys((*device.secrets, *secrets)))
    return replace(device, vars={**device.vars, **told}, secrets=named)


def _tls(name: str) -> tuple[str, ...]:
    return ("tls/ca.crt", f"tls/{name}.crt", f"tls/{name}.key")


def _policy(host: Device) -> str:
    """Return the policy of RFC 8461 §3.2: others deliver over verified TLS or not at all."""
    return f"version: STSv1\nmode: enforce\nmx: {host.name}.{host.domain}\nmax_age: {STS_MAX_AGE_S}\n"


def _records(mail: MailSettings, host: Device) -> Iterator[Record]:
    domain, name = f"{host.domain}.", f"{host.name}.{host.domain}."
    reports = f"mailto:{POSTMASTER}@{host.domain}"
    for owner, kind, data in (
        (domain, "MX", f"10 {name}"),
        (domain, "TXT", "v=spf1 mx -all"),  # RFC 7208
        (name, "TXT", "v=spf1 a -all"),  # the name of its HELO, RFC 7208 §10.1.3
        (f"{mail.selector}._domainkey.{domain}", "TXT", _dkim(mail.selector)),
        (f"_dmarc.{domain}", "TXT", f"v=DMARC1; p={mail.dmarc_policy}; adkim=s; aspf=s; rua={reports}"),
        (f"_smtp._tls.{domain}", "TXT", f"v=TLSRPTv1; rua={reports}"),  # RFC 8460 §3
        (f"_submission._tcp.{domain}", "SRV", f"10 1 587 {name}"),  # RFC 6186 §3.1
        (f"_submissions._tcp.{domain}", "SRV", f"0 1 465 {name}"),  # RFC 8314 §5.1, preferred
        (f"_imaps._tcp.{domain}", "SRV", f"0 1 993 {name}"),
        (f"_imap._tcp.{domain}", "SRV", "0 0 0 ."),  # not offered, RFC 6186 §3.4
        (f"_pop3._tcp.{domain}", "SRV", "0 0 0 ."),
        (f"_pop3s._tcp.{domain}", "SRV", "0 0 0 ."),
    ):
        yield Record(host.domain, owner, kind, data)


def _dkim(selector: str) -> str:
    """Return the key record of RFC 6376 §3.6.1, with a token for the key itself."""
    return f"v=DKIM1; h=sha256; k=rsa; p={{dkim:{selector}}}"


def _policy_records(host: Device, balancers: list[Device]) -> Iterator[Record]:
    """Publish the policy where somebody serves it; its id changes with its text (RFC 8461 §3.1)."""
    if not balancers:
        return
    digest = hashlib.sha256(_policy(host).encode()).hexdigest()[:20]
    yield Record(host.domain, f"_mta-sts.{host.domain}.", "TXT", f"v=STSv1; id={digest}")
    for balancer in balancers:
        for lan in balancer.of_kind(InterfaceKind.LAN):
            for address in lan.addresses:
                kind = "A" if isinstance(address.ip, IPv4Address) else "AAAA"
                yield Record(host.domain, f"mta-sts.{host.domain}.", kind, str(address.ip))


PASS = Pass("mail", run, after=("addressing",))
