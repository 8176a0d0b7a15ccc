"""Mail and names: each protocol of each server, name servers, and the certificates that they show."""

from __future__ import annotations

from kgnet.export.dashboards._grafana import (
    GREEN,
    NONE_IS_GOOD,
    RED,
    YELLOW,
    Board,
    Query,
    Say,
    stat,
    steps,
    table,
    timeline,
    up_or_down,
    words,
)

DAY = 86_400
REST = "max by(name, port) (kgnet_certificate_expiry_timestamp_seconds - time())"
TRUSTED = "min by(name, port) (kgnet_certificate_verified)"


def board(say: Say) -> Board:
    states = up_or_down(say)
    heads = {"name": say("Name"), "port": say("Port")}
    soon = {"unit": "s"} | steps((None, RED), (14 * DAY, YELLOW), (30 * DAY, GREEN))
    return Board(
        "mail",
        say("Mail and names"),
        (
            stat(say("Mail not answering"), Query("sum(kgnet_mail_up == bool 0)"), NONE_IS_GOOD, width=6),
            stat(say("Name servers silent"), Query("sum(kgnet_dns_up == bool 0)"), NONE_IS_GOOD, width=6),
            stat(
                say("Applications not answering"),
                Query("sum(kgnet_application_up == bool 0)"),
                NONE_IS_GOOD,
                width=6,
            ),
            stat(say("First certificate to end"), Query(f"min({REST})"), soon, width=6),
            timeline(say("Mail"), [Query("kgnet_mail_up", "{{device}} {{protocol}}")], states, height=6),
            timeline(say("Name servers"), [Query("kgnet_dns_up", "{{device}}")], states, height=5),
            timeline(
                say("Applications"),
                [Query("kgnet_application_up", "{{application}} {{device}}")],
                states,
                height=6,
            ),
            table(say("Certificates: time left"), [Query(REST)], heads | {"Value": say("Time left")}, soon),
            table(
                say("Certificates: trusted"),
                [Query(TRUSTED)],
                heads | {"Value": say("Trusted")},
                words((1, say("Yes"), GREEN), (0, say("No"), RED)),
            ),
        ),
    )
