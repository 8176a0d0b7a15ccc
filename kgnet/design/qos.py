"""Queues sized from the conference rooms that each circuit carries; code points by RFC 4594.

A session is reserved at its rate plus a fifth (IP, UDP and SRTP headers, bursts of key frames).
A circuit whose rooms need more than its admission budget is refused by the design, not by a meeting.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kgnet.errors import DesignError
from kgnet.model.fleet import BuiltCircuit, Fleet, Interface, QueueClass
from kgnet.model.province import Province, Room
from kgnet.ports import Pass

OVERHEAD = 1.2
VOICE_MBPS = 0.096  # G.722 at 64 kbit/s with 20 ms of RTP, UDP and IPv6 headers
BUDGET = 0.7  # of the smaller direction's rate: what voice and video may take together
LEAST_MBPS = 0.064  # a class never starves, whatever the circuit's size


def run(province: Province, fleet: Fleet) -> Fleet:
    """Give both ends of every circuit their queues."""
    meeting = _meeting(province, fleet)
    circuits = {circuit.id: _loaded(fleet, circuit, meeting) for circuit in fleet.circuits.values()}
    devices = {
        device.name: replace(device, interfaces=tuple(_queued(link, circuits) for link in device.interfaces))
        for device in fleet.devices.values()
        if any(link.circuit for link in device.interfaces)
    }
    return replace(fleet.with_devices(devices), circuits=circuits)


def _meeting(province: Province, fleet: Fleet) -> tuple[Room, ...]:
    """Return the rooms that any meeting calls; a room takes part in one at a time."""
    called: set[str] = set()
    for meeting in province.meetings.values():
        match meeting.rooms:
            case "all":
                called |= set(province.rooms)
            case "below":
                behind = set(fleet.behind(meeting.host))
                called |= {room.id for room in province.rooms.values() if room.site in behind}
            case named:
                called |= set(named.split())
    return tuple(room for room in province.rooms.values() if room.id in called)


def _loaded(fleet: Fleet, circuit: BuiltCircuit, meeting: tuple[Room, ...]) -> BuiltCircuit:
    carried = [room for room in meeting if circuit.row.site in fleet.ancestors(room.site)]
    voice = len(carried) * VOICE_MBPS * OVERHEAD
    video = sum(room.session_kbps for room in carried) / 1000 * OVERHEAD
    least = min(circuit.row.up_mbps, circuit.row.down_mbps)
    if voice + video > BUDGET * least:
        raise DesignError(
            f"circuits.csv: circuit {circuit.id} carries {len(carried)} rooms "
            f"that need {voice + video:.1f} Mbit/s, "
            f"but {BUDGET:.0%} of {least:g} Mbit/s is {BUDGET * least:.1f} "
            "— order a faster circuit or lower session_kbps"
        )
    return replace(circuit, rooms=tuple(room.id for room in carried), voice_mbps=voice, video_mbps=video)


def _queued(link: Interface, circuits: dict[str, BuiltCircuit]) -> Interface:
    if link.circuit is None or link.rate_mbps is None:
        return link
    circuit = circuits[link.circuit]
    return replace(link, queues=tuple(_classes(link.rate_mbps, circuit.voice_mbps, circuit.video_mbps)))


def _classes(rate: float, voice: float, video: float) -> Iterator[QueueClass]:
    """Yield the classes of a link of *rate* Mbit/s; what nobody is promised goes to best effort."""
    share = 0.05 * rate
    promised = {
        "control": share,
        "voice": max(voice, LEAST_MBPS),
        "signalling": max(0.02 * rate, LEAST_MBPS),
        "video": max(video, LEAST_MBPS),
        "oam": max(0.02 * rate, LEAST_MBPS),
    }
    rest = max(rate - sum(promised.values()), share)
    table = (
        ("control", 10, ("cs6",), 0),
        ("voice", 20, ("ef",), 0),
        ("signalling", 30, ("cs5", "cs3"), 1),
        ("video", 40, ("af41", "af42", "af43"), 1),
        ("oam", 50, ("cs2",), 2),
        ("default", 60, ("cs0",), 3),
    )
    for name, number, dscp, priority in table:
        promise = round(promised.get(name, rest), 3)
        yield QueueClass(name, number, dscp, promise, rate, priority)


PASS = Pass("qos", run, after=("wan",))
