"""platforms/<vendor>/objects.csv → what a device is asked about itself: processors, memory, heat, neighbours.

A table is walked once, to learn which parts a device has; from then on they are asked for by their index,
in the same GET as all else.  They are learned anew when the device has restarted, or lacks one of them.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files as packaged
from itertools import chain

from kgnet.export.family import Family, counter, gauge
from kgnet.model.outcome import Sample
from kgnet.wire.snmp import Agents, Objects

FILE = "objects.csv"
EXPONENTS = {code: 3 * (code - 9) for code in range(1, 18)}  # EntitySensorDataScale (RFC 3433): 9 is units
SENSOR_SCALE, SENSOR_PRECISION = "2", "3"  # columns beside the value
BEYOND = 1_000_000_000  # EntitySensorValue (RFC 3433 §3): so far above or below that it cannot be told
RELATIONS = "=>~"  # of a row's condition: equal to, more than, has in its text
STATE = re.compile(r",\s*(?:green|yellow|red)$", re.IGNORECASE)  # Catalyst: `SW#1, Sensor#1, GREEN`
NO_VALUE = "-1"  # of a FortiGate's sensor that is not there

HEALTH = (
    gauge(
        "device_agent_boots",
        "snmpEngineBoots (1.3.6.1.6.3.10.2.1.2): how often the SNMP agent of the device has started.",
    ),
    gauge("device_cpu_ratio", "Part of a processor's time that was used, 0 to 1, by its vendor's MIB."),
    gauge("device_load_processes", "UCD-SNMP-MIB laLoadInt (1.3.6.1.4.1.2021.10.1.5): part 1 is one minute."),
    gauge("device_memory_size_bytes", "Memory that there is, by its vendor's or HOST-RESOURCES-MIB."),
    gauge("device_memory_used_bytes", "Memory in use, by its vendor's or HOST-RESOURCES-MIB."),
    gauge("device_memory_free_bytes", "Memory that is free, by its vendor's MIB."),
    gauge("device_memory_used_ratio", "Memory in use, 0 to 1, where the vendor's MIB tells no more."),
    gauge("device_storage_size_bytes", "hrStorageSize (1.3.6.1.2.1.25.2.3.1.5) of fixed disks."),
    gauge("device_storage_used_bytes", "hrStorageUsed (1.3.6.1.2.1.25.2.3.1.6) of fixed disks."),
    gauge("device_temperature_celsius", "Temperature at a sensor of the device, by its vendor's MIB."),
    gauge("device_fan_speed_hertz", "Turns of a fan in a second (ENTITY-SENSOR-MIB rpm)."),
    gauge("device_power_watts", "Power that a sensor measures (ENTITY-SENSOR-MIB watts)."),
    gauge("device_sessions", "Sessions that a firewall holds (FORTINET-FORTIGATE-MIB fgSysSesCount)."),
    counter("ip_header_errors_total", "ipSystemStatsInHdrErrors (1.3.6.1.2.1.4.31.1.1.7); 1 IPv4, 2 IPv6."),
    counter("ip_no_route_packets_total", "ipSystemStatsInNoRoutes (1.3.6.1.2.1.4.31.1.1.8)."),
    counter("ip_discarded_packets_total", "ipSystemStatsInDiscards (1.3.6.1.2.1.4.31.1.1.17)."),
    gauge("ospf_neighbor_up", "ospfNbrState (1.3.6.1.2.1.14.10.1.6): 1 full, 0 any other state."),
)
BY_NAME: Mapping[str, Family] = {family.name: family for family in HEALTH}


@dataclass(frozen=True, slots=True)
class Row:
    """One object of a platform, as its objects.csv has it.

    *oid* ends in .0 if there is one of it, else it is a column; *names* is the column that names the parts.
    A value is multiplied by *scale*, and by the object of the same part in the column *times*.  *only* is a
    condition on a part: `COLUMN=VALUE`, `COLUMN>NUMBER` or `COLUMN~TEXT|TEXT`.  *form*: `is N` (1 if the
    value is N, else 0), `text` (a number that is written out), `sensor` (RFC 3433: with scale and precision).
    """

    metric: str
    oid: str
    names: str
    scale: float
    only: str
    times: str
    form: str
    source: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Return every column that has to be walked to learn the parts; the first one has the values."""
        if self.oid.endswith(".0"):
            return (self.oid.removesuffix(".0"),)
        table = self.oid.rpartition(".")[0]
        beside = (f"{table}.{SENSOR_SCALE}", f"{table}.{SENSOR_PRECISION}") if self.form == "sensor" else ()
        return tuple(filter(None, (self.oid, self.names, self.condition[0], self.times, *beside)))

    @property
    def condition(self) -> tuple[str, str, str]:
        """Return (column, relation, operand) of *only*."""
        for relation in RELATIONS:
            column, found, operand = self.only.partition(relation)
            if found:
                return column, relation, operand
        return "", "", ""


@dataclass(frozen=True, slots=True)
class Pin:
    """One object of one device, and what its value means."""

    oid: str
    metric: str
    labels: Mapping[str, str]
    scale: float
    form: str


@cache
def rows(platform: str) -> tuple[Row, ...]:
    """Return what devices of *platform*, or rooms of that system, are asked about themselves.

    FileNotFoundError if nobody wrote it.
    """
    of_room = packaged("kgnet.rooms") / f"{platform}.csv"
    file = of_room if of_room.is_file() else packaged("kgnet.platforms") / platform / FILE
    text = file.read_text(encoding="utf-8")
    return tuple(
        Row(**{**row, "scale": float(row["scale"])})  # type: ignore[arg-type]  # csv knows no kinds
        for row in csv.DictReader(text.splitlines())
    )


async def learn(
    agents: Agents, address: str, device: str, platform: str, walked: dict[str, Objects] | None = None
) -> tuple[Pin, ...]:
    """Walk what *platform* may have, each column once, and pin what is there; errors as those of `Agents`.

    *walked* is filled with what is known by then: who was interrupted goes on from there.
    """
    wanted, walked = rows(platform), {} if walked is None else walked
    for column in dict.fromkeys(chain.from_iterable(row.columns for row in wanted)):
        if column not in walked:
            walked[column] = await agents.walk(address, column)
    return pins(device, wanted, dict(chain.from_iterable(found.items() for found in walked.values())))


def pins(device: str, wanted: Iterable[Row], objects: Objects) -> tuple[Pin, ...]:
    """Return every part that *objects* tell of; two parts of one name are told apart by their index."""
    found = [(row, index) for row in wanted for index in _parts(row, objects)]
    told = Counter((row.metric, _name(row, index, objects)) for row, index in found)
    return tuple(
        Pin(
            oid=f"{row.columns[0]}.{index}",
            metric=row.metric,
            labels=_labels(
                device, row, index, objects, alone=told[row.metric, _name(row, index, objects)] == 1
            ),
            scale=_scale(row, index, objects),
            form=row.form,
        )
        for row, index in found
    )


def _parts(row: Row, objects: Objects) -> Iterator[str]:
    prefix = row.columns[0] + "."
    for oid in objects:
        if oid.startswith(prefix) and _holds(row, index := oid[len(prefix) :], objects):
            yield index


def _holds(row: Row, index: str, objects: Objects) -> bool:
    column, relation, operand = row.condition
    if not column:
        return True
    value = objects.get(f"{column}.{index}")
    if relation == ">":
        return isinstance(value, int) and value > int(operand)
    text = _text(value)
    if relation == "~":
        return any(word in text.lower() for word in operand.lower().split("|"))
    return text == operand


def _text(value: object) -> str:
    return value.decode("utf-8", "replace").strip("\0 ") if isinstance(value, bytes) else str(value)


def _name(row: Row, index: str, objects: Objects) -> str:
    """Return the part's name without its state, so that it stays one series when that changes."""
    named = objects.get(f"{row.names}.{index}")
    return STATE.sub("", _text(named)) if named else index


def _labels(device: str, row: Row, index: str, objects: Objects, *, alone: bool) -> Mapping[str, str]:
    if row.oid.endswith(".0"):
        return {"device": device}
    name = _name(row, index, objects)
    return {"device": device, "part": name if alone else f"{name} #{index}"}


def _scale(row: Row, index: str, objects: Objects) -> float:
    if row.times:
        times = objects.get(f"{row.times}.{index}")
        return row.scale * times if isinstance(times, int) else row.scale
    if row.form != "sensor":
        return row.scale
    table = row.oid.rpartition(".")[0]
    scale, precision = (
        objects.get(f"{table}.{column}.{index}") for column in (SENSOR_SCALE, SENSOR_PRECISION)
    )
    return float(row.scale * 10.0 ** (EXPONENTS.get(scale or 9, 0) - (precision or 0)))


def told(known: Iterable[Pin], objects: Objects) -> Iterator[Sample]:
    """Yield what the parts say; one that the device did not tell, or that is no number, is left out."""
    for pin in known:
        value = objects.get(pin.oid)
        if value is None or (pin.form == "text" and _text(value) == NO_VALUE):
            continue
        if pin.form.startswith("is "):
            yield Sample(pin.metric, float(value == int(pin.form[3:])), pin.labels)
        elif (number := _number(value)) is not None and (pin.form != "sensor" or abs(number) < BEYOND):
            yield Sample(pin.metric, number if pin.scale == 1 else number * pin.scale, pin.labels)


def _number(value: object) -> float | None:
    if isinstance(value, int | float):
        return value
    try:
        return float(_text(value))
    except ValueError:
        return None
