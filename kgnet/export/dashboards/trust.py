"""Trust and speed: what ports take of TLS, what vouches for names, where a page's time goes, voice."""

from __future__ import annotations

from kgnet.export.dashboards._grafana import (
    ALL_IS_GOOD,
    GREEN,
    NONE_IS_GOOD,
    RED,
    YELLOW,
    Board,
    Json,
    Panel,
    Query,
    Say,
    series,
    stat,
    steps,
    table,
    timeline,
    words,
)

DAY = 86_400
RETIRED = 'kgnet_tls_version_accepted{version=~"ssl3|1[.][01]"}'
CHAIN = 'min by(name, port, subject) (kgnet_certificate_chain_expiry_timestamp_seconds{depth!="0"} - time())'
SIGNED = "min by(instance) (kgnet_dns_signature_expiry_timestamp_seconds - time())"
PHASES = "avg by(phase) (kgnet_http_phase_seconds)"
POOR, FAIR = 3.6, 4.03  # MOS of R 70 and 80: some, and many, are dissatisfied below (ITU-T G.107 annex B)


def board(say: Say) -> Board:
    return Board(
        "trust",
        say("Trust and speed"),
        (*_numbers(say), *_tls(say), *_names(say), *_speed(say)),
        refresh="1m",
    )


def _numbers(say: Say) -> tuple[Panel, ...]:
    return (
        stat(say("Ports that take retired TLS"), Query(f"sum({RETIRED})"), NONE_IS_GOOD, width=6),
        stat(
            say("Ports that take weak ciphers"),
            Query("sum(kgnet_tls_weak_cipher_accepted)"),
            NONE_IS_GOOD,
            width=6,
        ),
        stat(say("Names are validated"), Query("min(kgnet_dns_validated)"), ALL_IS_GOOD, width=6),
        stat(say("First signature to end"), Query(f"min({SIGNED})"), _soon(3, 7), width=6),
    )


def _tls(say: Say) -> tuple[Panel, ...]:
    heads = {"name": say("Name"), "port": say("Port")}
    taken = words((1, say("Yes"), YELLOW), (0, say("No"), GREEN))
    return (
        table(
            say("Versions of TLS that are taken"),
            [Query("max by(name, port, version) (kgnet_tls_version_accepted)")],
            heads | {"version": say("Version"), "Value": say("Taken")},
            taken,
        ),
        table(
            say("Weak ciphers that are taken"),
            [Query("max by(name, port, cipher) (kgnet_tls_weak_cipher_accepted)")],
            heads | {"cipher": say("Cipher"), "Value": say("Taken")},
            words((1, say("Yes"), RED), (0, say("No"), GREEN)),
        ),
        table(
            say("What vouches for certificates: time left"),
            [Query(CHAIN)],
            heads | {"subject": say("Authority"), "Value": say("Time left")},
            _soon(14, 30),
        ),
    )


def _names(say: Say) -> tuple[Panel, ...]:
    good = words((1, say("Yes"), GREEN), (0, say("No"), RED))
    return (
        timeline(
            say("Names validated by DNSSEC"),
            [Query("kgnet_dns_validated", "{{instance}}")],
            good,
            width=12,
        ),
        series(say("Signatures of names: time left"), [Query(SIGNED, "{{instance}}")], {"unit": "s"}),
    )


def _speed(say: Say) -> tuple[Panel, ...]:
    heard = {"min": 1, "max": 4.5} | steps((None, RED), (POOR, YELLOW), (FAIR, GREEN))
    return (
        series(say("Where the time of a page goes"), [Query(PHASES, "{{phase}}")], {"unit": "s"}),
        series(say("Voice: mean opinion score"), [Query("kgnet_voice_mos", "{{instance}}")], heard),
    )


def _soon(red_days: int, yellow_days: int) -> Json:
    return {"unit": "s"} | steps((None, RED), (red_days * DAY, YELLOW), (yellow_days * DAY, GREEN))
