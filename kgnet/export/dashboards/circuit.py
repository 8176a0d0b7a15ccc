"""One circuit: whether it carries, how full, slow and lossy it is, and what its contract promises."""

from __future__ import annotations

from kgnet.export.dashboards._grafana import (
    GREEN,
    RED,
    Board,
    Panel,
    Query,
    Say,
    series,
    stat,
    steps,
    table,
    timeline,
    up_or_down,
    variable,
)

THIS = '{circuit="$circuit"}'


def board(say: Say) -> Board:
    bytes_per_s, seconds = {"unit": "Bps"}, {"unit": "s"}
    return Board(
        "circuit",
        say("Circuit"),
        (
            *_head(say),
            timeline(
                say("State"),
                [
                    Query(f"kgnet_circuit_up{THIS}", say("Carries")),
                    Query(f"kgnet_circuit_upstream_up{THIS}", say("What it hangs on")),
                    Query(f"kgnet_circuit_expected{THIS}", say("Expected to be up")),
                    Query(f"kgnet_bgp_session_up{THIS}", say("Routing session")),
                ],
                up_or_down(say),
            ),
            series(say("To the site"), _traffic(say, "transmit"), bytes_per_s),
            series(say("From the site"), _traffic(say, "receive"), bytes_per_s),
            series(
                say("Round trip"),
                [
                    Query(f"kgnet_circuit_rtt_seconds{THIS}", say("Measured")),
                    Query(f"kgnet_circuit_rtt_limit_seconds{THIS}", say("Promised")),
                    Query(f"kgnet_circuit_jitter_seconds{THIS}", say("Jitter")),
                ],
                seconds,
            ),
            series(say("Loss"), _loss(say), {"unit": "percentunit", "min": 0}),
            series(say("Errors and discards"), list(_faults()), {"unit": "pps"}, width=24),
        ),
        (variable("circuit", say("Circuit"), "label_values(kgnet_circuit_info, circuit)"),),
    )


def _head(say: Say) -> tuple[Panel, ...]:
    share = {"unit": "percentunit", "decimals": 2}
    heads = {"site_name": say("Site"), "carrier": say("Carrier"), "contract": say("Contract")}
    heads |= {"kind": say("Kind"), "upstream": say("Inner end"), "Value": ""}
    about = f"max by(site_name, carrier, contract, kind, upstream) (kgnet_circuit_info{THIS})"
    return (
        stat(
            say("State"),
            Query(f"kgnet_circuit_up{THIS}"),
            up_or_down(say) | steps((None, RED), (1, GREEN)),
        ),
        stat(say("Available in 30 days"), Query(f"circuit:kgnet_circuit_up:avg30d{THIS}"), share),
        stat(say("Promised"), Query(f"kgnet_circuit_sla_availability_ratio{THIS}"), share),
        table(say("Contract"), [Query(about)], heads, {}),
    )


def _traffic(say: Say, way: str) -> list[Query]:
    return [
        Query(f"rate(kgnet_circuit_{way}_bytes_total{THIS}[$__rate_interval])", say("Traffic")),
        Query(f"kgnet_circuit_{way}_capacity_bytes_per_second{THIS}", say("Ordered")),
    ]


def _loss(say: Say) -> list[Query]:
    lost = (
        f"1 - increase(kgnet_circuit_echo_replies_total{THIS}[10m])"
        f" / increase(kgnet_circuit_echo_requests_total{THIS}[10m])"
    )
    return [
        Query(lost, say("Measured, 10 minutes")),
        Query(f"kgnet_circuit_expected_loss_ratio{THIS}", say("As ordered")),
    ]


def _faults() -> list[Query]:
    names = [f"{way}_{what}" for way in ("receive", "transmit") for what in ("errors", "discards")]
    return [
        Query(f"rate(kgnet_circuit_{name}_total{THIS}[$__rate_interval])", name.replace("_", " "))
        for name in names
    ]
