"""RouterOS' running state → facts: what `print terse` and `print` tell (RouterOS 7)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address

from kgnet.errors import ReadError
from kgnet.model.facts import BgpPeer, BgpPeers, InterfaceState, InterfaceStates
from kgnet.model.managed import (
    Hardware,
    InterfaceErrors,
    LldpNeighbor,
    LldpNeighbors,
    TimeSource,
    TimeSources,
)
from kgnet.platforms._management import duration_s

ROW = re.compile(r"^\s*(?P<number>\d+) +(?P<flags>(?:[A-Za-z]+ +)*)(?=[a-z-][a-z0-9.-]*=)")
KEY = re.compile(r"(?:^|(?<= ))([a-z][a-z0-9.-]*)=")
SETTING = re.compile(r"^\s*(?P<name>[a-z][a-z0-9-]*): (?P<value>.*)$", re.MULTILINE)

Row = tuple[str, Mapping[str, str]]


def rows(text: str, command: str) -> Iterator[Row]:
    """Yield flags and values of each row of `print terse`; ReadError for what is no row."""
    for line in filter(str.strip, text.splitlines()):
        found = ROW.match(line)
        if found is None:
            raise ReadError(f"`{command}` is not as expected: {line.strip()[:60]!r}")
        told = line[found.end() :]
        places = list(KEY.finditer(told))
        ends = [place.start() for place in places[1:]] + [len(told)]
        values = {p[1]: told[p.end() : end].strip() for p, end in zip(places, ends, strict=True)}
        yield "".join(found["flags"].split()), values


def _settings(text: str) -> dict[str, str]:
    return {found["name"]: found["value"].strip() for found in SETTING.finditer(text.replace("\r", ""))}


def hardware(text: str) -> Hardware:
    """Read `/system resource print; /system routerboard print`; a virtual one has no serial number."""
    told = _settings(text)
    try:
        return Hardware(
            vendor="MikroTik",
            model=told.get("model") or told["board-name"],
            serial=told.get("serial-number", ""),
            version=told["version"].split()[0],
            uptime_s=duration_s(told["uptime"]),
        )
    except KeyError as reason:
        raise ReadError(f"`/system resource print` tells no {reason}") from reason


def interface_states(text: str) -> InterfaceStates:
    """Read `/interface print terse`; R: it runs."""
    found = tuple(
        InterfaceState(values["name"], "R" in flags, int(values.get("actual-mtu") or values.get("mtu") or 0))
        for flags, values in rows(text, "/interface print terse")
    )
    if not found:
        raise ReadError("`/interface print terse` tells no interface")
    return InterfaceStates(found)


def interface_errors(text: str) -> InterfaceErrors:
    """Read `/interface print stats-detail terse`."""
    told = [values for _, values in rows(text, "/interface print stats terse")]
    if not told:
        raise ReadError("`/interface print stats terse` tells no interface")
    return InterfaceErrors(
        {each["name"]: _count(each, "rx-error") + _count(each, "tx-error") for each in told}
    )


def _count(row: Mapping[str, str], name: str) -> int:
    return int(row.get(name, "0").replace(" ", "") or 0)


def bgp_peers(text: str) -> BgpPeers:
    """Read `/routing bgp session print terse`; E: established."""
    found = []
    for flags, values in rows(text, "/routing bgp session print terse"):
        up = "E" in flags
        found.append(
            BgpPeer(
                address=ip_address(values["remote.address"].partition("%")[0]),
                remote_as=int(values.get("remote.as", "0") or 0),
                state="Established" if up else "Idle",
                uptime_s=duration_s(re.sub(r"(?<!\d)\d+ms$", "", values.get("uptime", "")) or "0s")
                if up
                else 0.0,
                prefixes_received=int(values.get("prefix-count", "0") or 0),
            )
        )
    return BgpPeers(tuple(found))


def time_sources(text: str) -> TimeSources:
    """Read `/system ntp client print`: it tells the one that it follows."""
    told = _settings(text)
    if "status" not in told:
        raise ReadError("`/system ntp client print` tells no status")
    server = told.get("synced-server", "")
    if told["status"] != "synchronized" or not server:
        return TimeSources(())
    offset = re.match(r"-?[0-9.]+", told.get("system-offset", "0"))
    stratum = int(told.get("synced-stratum", "0"))
    return TimeSources((TimeSource(server, stratum, True, float(offset[0]) / 1000 if offset else 0.0),))


def lldp_neighbors(text: str) -> LldpNeighbors:
    """Read `/ip neighbor print terse`: only who was heard by LLDP."""
    return LldpNeighbors(
        tuple(
            LldpNeighbor(
                values["interface"].split(",")[0],
                values.get("identity", ""),
                values.get("interface-name", ""),
            )
            for _, values in rows(text, "/ip neighbor print terse")
            if "lldp" in values.get("discovered-by", "")
        )
    )
