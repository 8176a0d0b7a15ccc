"""fleet → the rooms' own systems that speak SNMP; what they answer → samples.

A room is asked if its system has a `kgnet/rooms/<system>.csv`, of the same columns as an objects.csv; one
without rows has SNMPv2-MIB's system group only, which tells that the room lives, and since when.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files as packaged

from kgnet.export.asked import Answers, Job, samples
from kgnet.export.family import gauge
from kgnet.model.fleet import Fleet
from kgnet.model.outcome import Sample

POLY = "1.3.6.1.4.1.13885.101.1"  # Poly's endpoints; as Centreon's plug-in for them names the objects
ROOMS = (
    gauge("room_scrape_success", "Whether the room's own system answered SNMP."),
    gauge("room_scrape_duration_seconds", "How long the room's own system was asked by SNMP."),
    gauge("room_agent_uptime_seconds", "sysUpTime (1.3.6.1.2.1.1.3): since the room's SNMP agent started."),
    gauge("room_hardware_ok", f"hardwareOverallStatus ({POLY}.3.1): 1 ok, 0 any other state."),
    gauge("room_microphone_ok", f"hardwareMicrophoneMicrophonesStatus ({POLY}.3.5.2.1.3): 1 ok, 0 not."),
    gauge("room_camera_ok", f"hardwareCameraCamerasStatus ({POLY}.3.6.2.1.3): 1 ok, 0 not."),
    gauge("room_port_ok", f"hardwareNICNICsStatus ({POLY}.3.10.2.1.6): 1 ok, 0 not."),
    gauge("room_conferences", f"conferenceNumberActiveConferences ({POLY}.5.1): in how many the room is."),
)
NAMES = {
    **{f"device_{name}": f"room_{name}" for name in ("scrape_success", "scrape_duration_seconds")},
    "device_agent_uptime_seconds": "room_agent_uptime_seconds",
    **{family.name: family.name for family in ROOMS},
}


def jobs(fleet: Fleet) -> tuple[Job, ...]:
    """Return what to ask which room."""
    return tuple(
        Job(name, str(room.address.ip), (), (), room.row.system)
        for name, room in fleet.rooms.items()
        if room.row.system and (packaged("kgnet.rooms") / f"{room.row.system}.csv").is_file()
    )


def told(answers: Answers) -> Iterator[Sample]:
    """Yield what one room's answers say."""
    for sample in samples(answers):
        if name := NAMES.get(sample.name):
            labels = {("room" if key == "device" else key): value for key, value in sample.labels.items()}
            yield Sample(name, sample.value, labels)
