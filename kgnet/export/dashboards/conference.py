"""Conference: the registrar, and every room's registration, answer and way."""

from __future__ import annotations

from kgnet.export.dashboards._grafana import (
    ALL_IS_GOOD,
    NONE_IS_GOOD,
    Board,
    Panel,
    Query,
    Say,
    series,
    stat,
    timeline,
    up_or_down,
)

NAMED = "* on(instance, room) group_left(name, site) kgnet_room_info"
WAY = (
    "max by(site) (kgnet_circuit_{what} * on(instance, circuit) group_left(site) kgnet_circuit_info)"
    " and on(site) max by(site) (kgnet_room_info)"
)


def board(say: Say) -> Board:
    states = up_or_down(say)
    return Board(
        "conference",
        say("Conference"),
        (
            stat(say("Registrar"), Query("min(kgnet_registrar_up)"), states | ALL_IS_GOOD, width=6),
            stat(
                say("Rooms not registered"),
                Query("sum(kgnet_room_registered == bool 0)"),
                NONE_IS_GOOD,
                width=6,
            ),
            stat(
                say("Rooms that do not answer"),
                Query("sum(kgnet_room_answering == bool 0)"),
                NONE_IS_GOOD,
                width=6,
            ),
            stat(say("Rooms"), Query("count(kgnet_room_info)"), {}, width=6),
            timeline(
                say("Rooms, as the registrar reaches them"),
                [Query(f"kgnet_room_registered {NAMED}", "{{name}}")],
                states,
                height=14,
            ),
            series(
                say("Time until a room answers"),
                [Query(f"kgnet_room_answer_seconds {NAMED}", "{{name}}")],
                {"unit": "s"},
            ),
            series(
                say("Loss on the way to sites with a room"),
                [Query(WAY.replace("{what}", "loss_ratio"), "{{site}}")],
                {"unit": "percentunit", "min": 0},
            ),
            series(
                say("Jitter on the way to sites with a room"),
                [Query(WAY.replace("{what}", "jitter_seconds"), "{{site}}")],
                {"unit": "s"},
                width=24,
            ),
            *_systems(say),
        ),
    )


def _systems(say: Say) -> tuple[Panel, ...]:
    """What rooms' own systems tell by SNMP, those that speak it."""
    parts = [
        Query(f"kgnet_room_{part}_ok {NAMED}", "{{name}} {{part}}")
        for part in ("microphone", "camera", "port")
    ]
    return (
        timeline(
            say("Rooms' own systems, by SNMP"),
            [Query(f"kgnet_room_scrape_success {NAMED}", "{{name}}")],
            up_or_down(say),
            width=12,
        ),
        timeline(
            say("Microphones, cameras and ports of rooms"),
            [Query(f"kgnet_room_hardware_ok {NAMED}", "{{name}}"), *parts],
            up_or_down(say),
            width=12,
        ),
        series(
            say("Conferences that rooms are in"),
            [Query(f"kgnet_room_conferences {NAMED}", "{{name}}")],
            {"unit": "short"},
            width=24,
        ),
    )
