"""The whole province: the map, what is cut off and why, and how available the carriers' circuits were."""

from __future__ import annotations

from kgnet.export.dashboards._grafana import (
    ALL_IS_GOOD,
    BLUE,
    GREEN,
    NONE_IS_GOOD,
    ORANGE,
    RED,
    YELLOW,
    Board,
    Panel,
    Query,
    Say,
    bars,
    geomap,
    series,
    stat,
    steps,
    table,
    words,
)

STATE = (  # of a site: 0 down, 1 up, 2 planned work, 3 cut off by something nearer to the centre
    "max by(site) (kgnet_site_reachable == 1 or 2 + 0 * (kgnet_site_expected == 0)"
    " or 3 + kgnet_site_upstream_reachable == 3 or kgnet_site_reachable)"
)
PLACES = (
    Query(STATE),
    Query("max by(site) (kgnet_site_latitude_degrees)"),
    Query("max by(site) (kgnet_site_longitude_degrees)"),
    Query("max by(site, name) (kgnet_site_info)"),
)
CUT_OFF = (
    "sum(kgnet_site_downstream_users * on(instance, site) (kgnet_site_reachable == bool 0)"
    " * on(instance, site) (kgnet_site_upstream_reachable == bool 1))"
)
DOWN = (
    "(kgnet_circuit_up == 0) * on(instance, circuit)"
    " group_left(site_name, carrier, contract) kgnet_circuit_info"
)
PROMISES = (
    "max by(carrier, contract) (contract:kgnet_circuit_up:avg30d)",
    "max by(contract) (contract:kgnet_circuit_sla_availability_ratio:max)",
)
BUSY = (
    "topk(10, max by(circuit) ("
    "rate(kgnet_circuit_transmit_bytes_total[5m]) / kgnet_circuit_transmit_capacity_bytes_per_second"
    " or rate(kgnet_circuit_receive_bytes_total[5m]) / kgnet_circuit_receive_capacity_bytes_per_second))"
)


def board(say: Say) -> Board:
    share = {"unit": "percentunit", "decimals": 2}
    full = {"unit": "percentunit", "max": 1} | steps((None, GREEN), (0.7, YELLOW), (0.9, RED))
    down = {"circuit": say("Circuit"), "site_name": say("Site"), "carrier": say("Carrier")}
    down |= {"contract": say("Contract"), "Value": say("State")}
    promised = {"carrier": say("Carrier"), "contract": say("Contract")}
    promised |= {"Value #A": say("Available"), "Value #B": say("Promised")}
    return Board(
        "province",
        say("The province"),
        (
            *_numbers(say),
            _map(say),
            table(say("Circuits that are down"), [Query(DOWN)], down, words((0, say("Down"), RED))),
            bars(say("Fullest circuits"), Query(BUSY, "{{circuit}}"), full),
            table(
                say("Contracts: 30 days without planned work"),
                [Query(each) for each in PROMISES],
                promised,
                share,
                by="contract",
            ),
            bars(
                say("Carriers: 30 days without planned work"),
                Query("max by(carrier) (carrier:kgnet_circuit_up:avg30d)", "{{carrier}}"),
                share | {"min": 0.95, "max": 1} | steps((None, RED), (0.99, YELLOW), (0.995, GREEN)),
            ),
            series(
                say("Round trip to the sites, worst ten"),
                [Query("topk(10, kgnet_circuit_rtt_seconds)", "{{circuit}}")],
                {"unit": "s"},
                width=24,
            ),
        ),
    )


def _numbers(say: Say) -> tuple[Panel, ...]:
    return (
        stat(say("Sites out of reach"), Query("sum(kgnet_site_reachable == bool 0)"), NONE_IS_GOOD),
        stat(say("Circuits down"), Query("sum(kgnet_circuit_up == bool 0)"), NONE_IS_GOOD),
        stat(say("Devices silent"), Query("sum(kgnet_device_up == bool 0)"), NONE_IS_GOOD),
        stat(say("People cut off"), Query(CUT_OFF), NONE_IS_GOOD),
        stat(
            say("Circuits under planned work"),
            Query("sum(kgnet_circuit_expected == bool 0)"),
            steps((None, GREEN), (1, BLUE)),
        ),
        stat(say("The exporter is scraped"), Query('min(up{job="kgnet"})'), ALL_IS_GOOD | {"noValue": "0"}),
    )


def _map(say: Say) -> Panel:
    heads = {"Value #A": "state", "Value #B": "latitude", "Value #C": "longitude", "Value #D": ""}
    heads |= {"name": say("Site"), "site": say("Code")}
    states = words(
        (1, say("Up"), GREEN),
        (0, say("Down"), RED),
        (2, say("Planned work"), BLUE),
        (3, say("Cut off by another cause"), ORANGE),
    )
    colors = steps((None, RED), (1, GREEN), (2, BLUE), (3, ORANGE))
    return geomap(say("Sites"), PLACES, heads, states | colors, by="site")
