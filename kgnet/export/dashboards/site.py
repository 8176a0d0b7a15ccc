"""One site: its circuits, its devices and rooms, what hangs on it, what audits found there."""

from __future__ import annotations

from kgnet.export.dashboards._grafana import (
    ALL_IS_GOOD,
    BLUE,
    GREEN,
    NONE_IS_GOOD,
    ORANGE,
    RED,
    Board,
    Panel,
    Query,
    Say,
    series,
    stat,
    steps,
    timeline,
    up_or_down,
    variable,
    words,
)

THIS = '{site="$site"}'
OF_CIRCUIT = f"* on(instance, circuit) group_left(carrier) kgnet_circuit_info{THIS}"
OF_DEVICE = f"* on(instance, device) group_left(role) kgnet_device_info{THIS}"
OF_ROOM = f"* on(instance, room) group_left(name) kgnet_room_info{THIS}"


def board(say: Say) -> Board:
    states = up_or_down(say)
    return Board(
        "site",
        say("Site"),
        (
            *_numbers(say),
            timeline(
                say("Circuits"), [Query(f"kgnet_circuit_up {OF_CIRCUIT}", "{{circuit}} {{carrier}}")], states
            ),
            timeline(say("Devices"), [Query(f"kgnet_device_up {OF_DEVICE}", "{{device}} {{role}}")], states),
            timeline(say("Rooms"), [Query(f"kgnet_room_registered {OF_ROOM}", "{{name}}")], states),
            series(
                say("Traffic to the site"),
                [Query(_rate("transmit"), "{{circuit}} {{carrier}}")],
                {"unit": "Bps"},
            ),
            series(
                say("Round trip"),
                [Query(f"kgnet_circuit_rtt_seconds {OF_CIRCUIT}", "{{circuit}} {{carrier}}")],
                {"unit": "s"},
            ),
            series(
                say("Findings of audits"),
                [Query(f"max by(severity) (kgnet_audit_findings{THIS})", "{{severity}}")],
                {"unit": "short"},
            ),
            series(
                say("Lines that differ from the intent"),
                [Query(f"kgnet_drift_lines {OF_DEVICE}", "{{device}}")],
                {"unit": "short"},
            ),
        ),
        (variable("site", say("Site"), "label_values(kgnet_site_info, site)"),),
    )


def _rate(way: str) -> str:
    return f"rate(kgnet_circuit_{way}_bytes_total[$__rate_interval]) {OF_CIRCUIT}"


def _numbers(say: Say) -> tuple[Panel, ...]:
    plan = words((1, say("Up"), GREEN), (0, say("Planned work"), BLUE)) | steps((None, BLUE), (1, GREEN))
    above = words((1, say("Up"), GREEN), (0, say("Cut off by another cause"), ORANGE))
    plain = steps((None, GREEN))
    name = Query(f"max by(name) (kgnet_site_info{THIS})", "{{name}}")
    return (
        stat(say("Site"), Query(f"kgnet_site_reachable{THIS}"), up_or_down(say) | ALL_IS_GOOD),
        stat(
            say("What it hangs on"),
            Query(f"kgnet_site_upstream_reachable{THIS}"),
            above | steps((None, RED), (1, GREEN)),
        ),
        stat(say("Expected to be up"), Query(f"kgnet_site_expected{THIS}"), plan),
        stat(say("Sites behind it"), Query(f"kgnet_site_downstream_sites{THIS}"), plain),
        stat(say("People here and behind"), Query(f"kgnet_site_downstream_users{THIS}"), plain),
        stat(say("Rooms here and behind"), Query(f"kgnet_site_downstream_rooms{THIS}"), plain),
        stat(say("Name"), name, plain | {"mappings": []}, width=12),
        stat(
            say("Devices silent"),
            Query(f"sum((kgnet_device_up == bool 0) {OF_DEVICE})"),
            NONE_IS_GOOD,
            width=12,
        ),
    )
